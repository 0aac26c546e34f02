import {
  type Account,
  BUDGET_PERIODS,
  type BudgetPeriod,
  decidePosting,
  periodKey,
} from '../../../shared/domain/budget.ts'
import type { UsageEvent } from '../../../shared/domain/usage.ts'
import { ownJson } from '../../../shared/own-json.ts'
import type { Reservation, Settlement, SpendIntent } from '../../../shared/ports/objects.ts'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS budgets (
    key_id TEXT NOT NULL, period TEXT NOT NULL, limit_nano_usd INTEGER NOT NULL, PRIMARY KEY (key_id, period)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS spend (
    key_id TEXT NOT NULL, day TEXT NOT NULL, posted_nano_usd INTEGER NOT NULL, PRIMARY KEY (key_id, day)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS reservations (
    request_id TEXT PRIMARY KEY, key_id TEXT NOT NULL, reserved_at_ms INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL,
    amount_nano_usd INTEGER NOT NULL, state TEXT NOT NULL, intent TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS outbox (
    event_id TEXT PRIMARY KEY, event TEXT NOT NULL, sent_at_ms INTEGER
  ) WITHOUT ROWID;
`

type ReservationRow = {
  request_id: string
  key_id: string
  reserved_at_ms: number
  expires_at_ms: number
  amount_nano_usd: number
  state: 'pending' | 'posted' | 'released' | 'expired'
  intent: string
}

/** Tenant-wide accounts are stored under the empty key id. */
const TENANT = ''

/**
 * The tenant's accounts over object SQLite. Sums are kept in memory and are pure functions of the tables, so an evicted
 * object computes them again; posted spend is stored by key and UTC day, which all three periods add up from.
 */
export class TenantLedger {
  readonly #sql: SqlStorage
  readonly #posted = new Map<string, number>()
  readonly #pending = new Map<string, number>()
  readonly #open = new Map<string, ReservationRow>()
  readonly #limits: { keyId: string; period: BudgetPeriod; limitNanoUsd: number }[]

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(SCHEMA)
    this.#limits = this.#readLimits()
    for (const row of sql.exec<ReservationRow>(`SELECT * FROM reservations WHERE state = 'pending'`))
      this.#addOpen(row)
  }

  /** True for any reservation made in the last minutes, whatever became of it. */
  isKnown(requestId: string): boolean {
    return this.#open.has(requestId) || this.#isClosed(requestId)
  }

  /** The limited accounts a key's request counts against. */
  accountsFor(keyId: string, nowMs: number): Account[] {
    return this.#limits
      .filter((limit) => limit.keyId === TENANT || limit.keyId === keyId)
      .map((limit) => this.#account(limit.keyId, limit.period, limit.limitNanoUsd, nowMs))
  }

  /** Every limited account, and the tenant's unlimited periods beside them. */
  allAccounts(nowMs: number): Account[] {
    const open = BUDGET_PERIODS.filter(
      (period) => !this.#limits.some((l) => l.keyId === TENANT && l.period === period),
    )
    return [
      ...this.#limits.map((l) => this.#account(l.keyId, l.period, l.limitNanoUsd, nowMs)),
      ...open.map((period) => this.#account(TENANT, period, null, nowMs)),
    ]
  }

  setLimit(keyId: string | null, period: BudgetPeriod, limitNanoUsd: number | null) {
    if (limitNanoUsd === null)
      this.#sql.exec('DELETE FROM budgets WHERE key_id = ? AND period = ?', keyId ?? TENANT, period)
    else
      this.#sql.exec('INSERT OR REPLACE INTO budgets VALUES (?, ?, ?)', keyId ?? TENANT, period, limitNanoUsd)
    this.#limits.splice(0, this.#limits.length, ...this.#readLimits())
  }

  hold({ intent, amountNanoUsd, expiresInMs }: Reservation, nowMs: number) {
    const row: ReservationRow = {
      request_id: intent.id,
      key_id: intent.keyId,
      reserved_at_ms: nowMs,
      expires_at_ms: nowMs + expiresInMs,
      amount_nano_usd: amountNanoUsd,
      state: 'pending',
      intent: JSON.stringify(intent),
    }
    this.#sql.exec('INSERT INTO reservations VALUES (?, ?, ?, ?, ?, ?, ?)', ...Object.values(row))
    this.#addOpen(row)
  }

  /** Posts the real cost (never more than was held) and writes the ledger line into the outbox. A second time does nothing. */
  settle(settlement: Settlement, nowMs: number) {
    const row = this.#open.get(settlement.id)
    if (row) this.#post(row, settlement, nowMs, 'posted')
  }

  /** Posts what was never settled at its full amount. */
  expire(nowMs: number) {
    for (const row of this.#open.values()) {
      if (row.expires_at_ms > nowMs) continue
      const spent = {
        costNanoUsd: row.amount_nano_usd,
        promptTokens: 0,
        completionTokens: 0,
        estimated: true,
      }
      this.#post(row, { ...spent, id: row.request_id, outcome: 'expired' }, nowMs, 'expired')
    }
  }

  release(requestId: string) {
    const row = this.#open.get(requestId)
    if (row) this.#close(row, 'released')
  }

  /** Closed reservations are kept a while so that late duplicates of a call find them. */
  forgetClosed(beforeMs: number) {
    this.#sql.exec(`DELETE FROM reservations WHERE state <> 'pending' AND expires_at_ms < ?`, beforeMs)
  }

  /**
   * Outbox lines never sent, or sent so long ago without acknowledgement that the message must be lost; by id, those after `afterId`,
   * so that a long outbox is gone through once and not from its beginning for every message.
   */
  unsent(afterId: string, resendBeforeMs: number, limit: number): UsageEvent[] {
    const query = `SELECT event FROM outbox WHERE event_id > ? AND (sent_at_ms IS NULL OR sent_at_ms <= ?)
      ORDER BY event_id LIMIT ?`
    return this.#sql
      .exec<{ event: string }>(query, afterId, resendBeforeMs, limit)
      .toArray()
      .map(({ event }) => ownJson<UsageEvent>(event))
  }

  markSent(ids: readonly string[], nowMs: number) {
    const query = 'UPDATE outbox SET sent_at_ms = ? WHERE event_id IN (SELECT value FROM json_each(?))'
    this.#sql.exec(query, nowMs, JSON.stringify(ids))
  }

  acknowledge(ids: readonly string[]) {
    this.#sql.exec(
      'DELETE FROM outbox WHERE event_id IN (SELECT value FROM json_each(?))',
      JSON.stringify(ids),
    )
  }

  /** What the alarm is set from. */
  pendingWork(): { nextExpiryMs: number | null; hasOutbox: boolean; hasClosed: boolean } {
    const expiries = [...this.#open.values()].map(({ expires_at_ms }) => expires_at_ms)
    const row = this.#sql
      .exec<{ outbox: number; closed: number }>(
        `SELECT EXISTS (SELECT 1 FROM outbox) AS outbox,
                EXISTS (SELECT 1 FROM reservations WHERE state <> 'pending') AS closed`,
      )
      .one()
    const nextExpiryMs = expiries.length === 0 ? null : Math.min(...expiries)
    return { nextExpiryMs, hasOutbox: row.outbox === 1, hasClosed: row.closed === 1 }
  }

  #isClosed(requestId: string): boolean {
    const query = 'SELECT 1 FROM reservations WHERE request_id = ?'
    return this.#sql.exec(query, requestId).toArray().length > 0
  }

  #post(row: ReservationRow, settlement: Settlement, nowMs: number, state: 'posted' | 'expired') {
    const { postedNanoUsd } = decidePosting(row.amount_nano_usd, settlement.costNanoUsd)
    const intent = ownJson<SpendIntent>(row.intent)
    const event: UsageEvent = { ...intent, ...settlement, occurredAtMs: nowMs, costNanoUsd: postedNanoUsd }
    this.#close(row, state)
    this.#sql.exec(
      'INSERT INTO spend VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET posted_nano_usd = posted_nano_usd + excluded.posted_nano_usd',
      row.key_id,
      periodKey('day', row.reserved_at_ms),
      postedNanoUsd,
    )
    this.#sql.exec('INSERT OR IGNORE INTO outbox VALUES (?, ?, NULL)', event.id, JSON.stringify(event))
    this.#addPosted(row.key_id, row.reserved_at_ms, postedNanoUsd)
  }

  #addOpen(row: ReservationRow) {
    this.#open.set(row.request_id, row)
    this.#addPending(row.key_id, row.reserved_at_ms, row.amount_nano_usd)
  }

  #close(row: ReservationRow, state: 'posted' | 'released' | 'expired') {
    // Only its id is of use from now on.
    this.#sql.exec(
      `UPDATE reservations SET state = ?, intent = '' WHERE request_id = ?`,
      state,
      row.request_id,
    )
    this.#open.delete(row.request_id)
    this.#addPending(row.key_id, row.reserved_at_ms, -row.amount_nano_usd)
  }

  #readLimits() {
    return this.#sql
      .exec<{ keyId: string; period: BudgetPeriod; limitNanoUsd: number }>(
        'SELECT key_id AS keyId, period, limit_nano_usd AS limitNanoUsd FROM budgets ORDER BY key_id, period',
      )
      .toArray()
  }

  #account(keyId: string, period: BudgetPeriod, limitNanoUsd: number | null, nowMs: number): Account {
    const name = accountName(keyId, period, nowMs)
    return {
      keyId: keyId === TENANT ? null : keyId,
      period,
      limitNanoUsd,
      postedNanoUsd: this.#postedIn(keyId, period, nowMs),
      pendingNanoUsd: this.#pending.get(name) ?? 0,
    }
  }

  #postedIn(keyId: string, period: BudgetPeriod, nowMs: number): number {
    const name = accountName(keyId, period, nowMs)
    const known = this.#posted.get(name)
    if (known !== undefined) return known
    const query =
      'SELECT coalesce(sum(posted_nano_usd), 0) AS posted FROM spend WHERE (?1 = ? OR key_id = ?1) AND day GLOB ?'
    const days = period === 'total' ? '*' : `${periodKey(period, nowMs)}*`
    const { posted } = this.#sql.exec<{ posted: number }>(query, keyId, TENANT, days).one()
    this.#posted.set(name, posted)
    return posted
  }

  #addPosted(keyId: string, atMs: number, amountNanoUsd: number) {
    for (const name of accountNames(keyId, atMs)) {
      const known = this.#posted.get(name)
      if (known !== undefined) this.#posted.set(name, known + amountNanoUsd)
    }
  }

  #addPending(keyId: string, atMs: number, amountNanoUsd: number) {
    for (const name of accountNames(keyId, atMs))
      this.#pending.set(name, (this.#pending.get(name) ?? 0) + amountNanoUsd)
  }
}

const accountName = (keyId: string, period: BudgetPeriod, atMs: number) =>
  `${keyId}|${period}|${periodKey(period, atMs)}`

const accountNames = (keyId: string, atMs: number) =>
  [TENANT, keyId].flatMap((owner) => BUDGET_PERIODS.map((period) => accountName(owner, period, atMs)))
