import { decidePosting, periodKey } from '../../../shared/domain/budget.ts'
import { RATE_WINDOW_MS } from '../../../shared/domain/rate-limit.ts'
import { ownJson } from '../../../shared/own-json.ts'
import type { Reservation, Settlement, SpendIntent } from '../../../shared/ports/objects.ts'
import { type Crossing, TenantAccounts } from './tenant-accounts.ts'
import { TenantOutbox } from './tenant-outbox.ts'
import { TenantRates } from './tenant-rates.ts'
import { createTables } from './tenant-tables.ts'

type State = 'pending' | 'posted' | 'released' | 'expired'
type ReservationRow = {
  request_id: string
  key_id: string
  reserved_at_ms: number
  expires_at_ms: number
  amount_nano_usd: number
  state: State
  intent: string
  /** Worst case while it is pending, what was used afterwards; null where no rate limit counts it. */
  tokens: number | null
  /** What the settlement claimed, held or not. */
  settled_nano_usd: number | null
}

/** A settlement that does not fit what is known of its reservation; it changed nothing. */
export type Conflict = {
  readonly requestId: string
  readonly state: State | 'unknown'
  readonly settledNanoUsd: number | null
  readonly claimedNanoUsd: number
}

/** The tenant's reservations over object SQLite: each moves from pending to exactly one of posted, released and expired. */
export class TenantLedger {
  readonly accounts: TenantAccounts
  readonly rates: TenantRates
  readonly outbox: TenantOutbox
  readonly #sql: SqlStorage
  readonly #open = new Map<string, ReservationRow>()
  #latestMs = 0

  constructor(sql: SqlStorage) {
    this.#sql = sql
    createTables(sql)
    this.accounts = new TenantAccounts(sql)
    this.rates = new TenantRates(sql)
    this.outbox = new TenantOutbox(sql)
    this.#load()
  }

  /** When the latest reservation was made: no clock of this object may show less. */
  get latestMs(): number {
    return this.#latestMs
  }

  /** True for any reservation made in the last minutes, whatever became of it. */
  isKnown(requestId: string): boolean {
    return this.#open.has(requestId) || this.#closed(requestId) !== null
  }

  hold({ intent, amountNanoUsd, tokens, expiresInMs }: Reservation, nowMs: number) {
    const row: ReservationRow = {
      request_id: intent.id,
      key_id: intent.keyId,
      reserved_at_ms: nowMs,
      expires_at_ms: nowMs + expiresInMs,
      amount_nano_usd: amountNanoUsd,
      state: 'pending',
      intent: JSON.stringify(intent),
      tokens,
      settled_nano_usd: null,
    }
    this.#insert(row)
    this.#began(row)
    this.#hold(row)
  }

  /** False for a request that is known already. */
  #insert(row: ReservationRow): boolean {
    const query =
      'INSERT INTO reservations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (request_id) DO NOTHING'
    return this.#sql.exec(query, ...Object.values(row)).rowsWritten > 0
  }

  /**
   * Posts the real cost (never more than was held) and writes the ledger line into the outbox. The same settlement again does nothing; another
   * one for the same request does nothing either, and is answered as a conflict.
   */
  settle(settlement: Settlement, nowMs: number): { crossings: Crossing[]; conflict: Conflict | null } {
    const row = this.#open.get(settlement.id)
    if (row) return { crossings: this.#post(row, settlement, nowMs, 'posted'), conflict: null }
    const closed = this.#closed(settlement.id)
    const { id: requestId, costNanoUsd: claimedNanoUsd } = settlement
    const { state = 'unknown', settledNanoUsd = null } = closed ?? {}
    const isSame = state === 'posted' && settledNanoUsd === claimedNanoUsd
    return { crossings: [], conflict: isSame ? null : { requestId, state, settledNanoUsd, claimedNanoUsd } }
  }

  /** Holds money in advance. No rate limit counts it; what is drawn from it is counted. */
  grant(reservation: Reservation, nowMs: number) {
    if (!this.isKnown(reservation.intent.id)) this.hold({ ...reservation, tokens: null }, nowMs)
  }

  /** What requests hold of a grant only becomes less from then on, so that telling it twice changes nothing. */
  shrink(grantId: string, keepNanoUsd: number) {
    const grant = this.#open.get(grantId)
    if (grant && keepNanoUsd < grant.amount_nano_usd) this.#resize(grant, keepNanoUsd - grant.amount_nano_usd)
  }

  /** Posts a settlement out of a grant, never more than is left of it; what a request used is known by its own id from then on, as if it had reserved. */
  draw(
    grantId: string,
    settlement: Settlement,
    nowMs: number,
  ): { crossings: Crossing[]; conflict: Conflict | null } {
    const grant = this.#open.get(grantId)
    if (!grant || this.#open.has(settlement.id)) return this.settle(settlement, nowMs)
    const { postedNanoUsd } = decidePosting(grant.amount_nano_usd, settlement.costNanoUsd)
    // Money is posted to the day it was held in; around midnight that is another than the one in which requests are counted.
    const isSameDay = periodKey('day', grant.reserved_at_ms) === periodKey('day', nowMs)
    const row: ReservationRow = {
      request_id: settlement.id,
      key_id: grant.key_id,
      reserved_at_ms: isSameDay ? nowMs : grant.reserved_at_ms,
      expires_at_ms: grant.expires_at_ms,
      amount_nano_usd: postedNanoUsd,
      state: 'posted',
      intent: '',
      tokens: isSameDay ? settlement.promptTokens + settlement.completionTokens : null,
      settled_nano_usd: settlement.costNanoUsd,
    }
    if (!this.#insert(row)) return this.settle(settlement, nowMs)
    this.#resize(grant, -postedNanoUsd)
    this.#began(row)
    this.rates.ended(row.request_id, row.tokens ?? 0, null)
    return { crossings: this.#record(row, grant.intent, settlement, nowMs), conflict: null }
  }

  #resize(row: ReservationRow, byNanoUsd: number) {
    row.amount_nano_usd += byNanoUsd
    this.#sql.exec(
      'UPDATE reservations SET amount_nano_usd = ? WHERE request_id = ?',
      row.amount_nano_usd,
      row.request_id,
    )
    this.accounts.addPending(row.key_id, row.reserved_at_ms, byNanoUsd)
  }

  /** Posts what was never settled at its full amount. */
  expire(nowMs: number): Crossing[] {
    const due = [...this.#open.values()].filter((row) => row.expires_at_ms <= nowMs)
    return due.flatMap((row) => {
      const costNanoUsd = row.amount_nano_usd
      const spent = { costNanoUsd, promptTokens: 0, completionTokens: 0, estimated: true }
      return this.#post(row, { ...spent, id: row.request_id, outcome: 'expired' }, nowMs, 'expired')
    })
  }

  release(requestId: string) {
    const row = this.#open.get(requestId)
    if (!row) return
    this.#close(row, { state: 'released', tokens: row.tokens === null ? null : 0, settledNanoUsd: null })
    this.rates.ended(requestId, 0, null)
  }

  /** Closed reservations are kept a while so that late duplicates of a call find them. */
  forgetClosed(beforeMs: number) {
    this.#sql.exec(`DELETE FROM reservations WHERE state <> 'pending' AND expires_at_ms < ?`, beforeMs)
  }

  /** What the alarm is set from. */
  pendingWork(): { nextExpiryMs: number | null; hasOutbox: boolean; hasClosed: boolean } {
    const expiries = [...this.#open.values()].map(({ expires_at_ms }) => expires_at_ms)
    const closed = this.#sql.exec(`SELECT 1 FROM reservations WHERE state <> 'pending' LIMIT 1`).toArray()
    return {
      nextExpiryMs: expiries.length === 0 ? null : Math.min(...expiries),
      hasOutbox: !this.outbox.isEmpty(),
      hasClosed: closed.length > 0,
    }
  }

  /** The minute before the latest reservation is all that rate limits can need. */
  #load() {
    const rows = this.#sql.exec<ReservationRow>(
      `SELECT * FROM reservations WHERE state = 'pending'
        OR reserved_at_ms > (SELECT max(reserved_at_ms) FROM reservations) - ${RATE_WINDOW_MS} ORDER BY reserved_at_ms`,
    )
    for (const row of rows) {
      this.#began(row)
      if (row.state === 'pending') this.#hold(row)
      else this.rates.ended(row.request_id, row.tokens ?? 0, null)
    }
  }

  #closed(requestId: string): { state: State; settledNanoUsd: number | null } | null {
    const query = 'SELECT state, settled_nano_usd AS settledNanoUsd FROM reservations WHERE request_id = ?'
    return (
      this.#sql.exec<{ state: State; settledNanoUsd: number | null }>(query, requestId).toArray().at(0) ??
      null
    )
  }

  #post(row: ReservationRow, settlement: Settlement, nowMs: number, state: 'posted' | 'expired'): Crossing[] {
    const { postedNanoUsd } = decidePosting(row.amount_nano_usd, settlement.costNanoUsd)
    // What expired may have used all that it was counted with.
    const used = settlement.promptTokens + settlement.completionTokens
    const tokens = state === 'expired' || row.tokens === null ? row.tokens : Math.min(row.tokens, used)
    this.#close(row, { state, tokens, settledNanoUsd: settlement.costNanoUsd })
    this.rates.ended(row.request_id, tokens ?? 0, state === 'expired' ? null : nowMs)
    return this.#record({ ...row, amount_nano_usd: postedNanoUsd }, row.intent, settlement, nowMs)
  }

  /** The ledger line of what a row posts, and the accounts it is posted to. */
  #record(
    { key_id, reserved_at_ms, amount_nano_usd }: ReservationRow,
    intentJson: string,
    settlement: Settlement,
    nowMs: number,
  ): Crossing[] {
    const intent = ownJson<SpendIntent>(intentJson)
    this.outbox.add({ ...intent, ...settlement, occurredAtMs: nowMs, costNanoUsd: amount_nano_usd })
    return this.accounts.post(key_id, reserved_at_ms, amount_nano_usd, nowMs)
  }

  #began({ request_id, key_id, reserved_at_ms, tokens }: ReservationRow) {
    this.#latestMs = Math.max(this.#latestMs, reserved_at_ms)
    if (tokens !== null) this.rates.began(request_id, { keyId: key_id, atMs: reserved_at_ms, tokens })
  }

  #hold(row: ReservationRow) {
    this.#open.set(row.request_id, row)
    this.accounts.addPending(row.key_id, row.reserved_at_ms, row.amount_nano_usd)
  }

  #close(
    { request_id, key_id, reserved_at_ms, amount_nano_usd }: ReservationRow,
    { state, tokens, settledNanoUsd }: { state: State; tokens: number | null; settledNanoUsd: number | null },
  ) {
    // Its intent is of no use from now on.
    this.#sql.exec(
      `UPDATE reservations SET state = ?, intent = '', tokens = ?, settled_nano_usd = ? WHERE request_id = ?`,
      state,
      tokens,
      settledNanoUsd,
      request_id,
    )
    this.#open.delete(request_id)
    this.accounts.addPending(key_id, reserved_at_ms, -amount_nano_usd)
  }
}
