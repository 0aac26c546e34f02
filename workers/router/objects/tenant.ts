import { DurableObject } from 'cloudflare:workers'
import {
  type Account,
  type BudgetDecision,
  type BudgetPeriod,
  decideReservation,
} from '../../../shared/domain/budget.ts'
import type { Reservation, Settlement, TenantRpc } from '../../../shared/ports/objects.ts'
import type { Env } from '../env.ts'
import { AlarmClock } from './alarm-clock.ts'
import { TenantLedger } from './tenant-ledger.ts'

/** How soon after a settlement its event is sent: long enough to batch, short enough to see usage arrive. */
const FLUSH_AFTER_MS = 250
/** A sent event without acknowledgement for this long is sent again; the ledger ignores the double. */
const RESEND_AFTER_MS = 15_000
const CLOSED_KEPT_MS = 600_000
const EVENTS_PER_MESSAGE = 100

/** One object per tenant: the single writer that makes "check, then hold, then spend" atomic. */
export class Tenant extends DurableObject<Env> implements TenantRpc {
  readonly #ledger: TenantLedger
  readonly #clock: AlarmClock

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#clock = new AlarmClock(state)
    this.#ledger = new TenantLedger(state.storage.sql)
  }

  async reserve(reservation: Reservation): Promise<BudgetDecision> {
    const nowMs = this.#clock.now()
    const existing = this.#ledger.find(reservation.intent.id)
    if (existing) return { allowed: true }
    const decision = decideReservation(
      this.#ledger.accountsFor(reservation.intent.keyId, nowMs),
      reservation.amountNanoUsd,
    )
    if (!decision.allowed) return decision
    this.#ledger.hold(reservation, nowMs)
    await this.#clock.wakeAt(nowMs + reservation.expiresInMs)
    return decision
  }

  async settle(settlement: Settlement): Promise<{ settled: boolean }> {
    const row = this.#ledger.find(settlement.id)
    if (row?.state !== 'pending') return { settled: row?.state === 'posted' }
    const nowMs = this.#clock.now()
    this.ctx.storage.transactionSync(() => this.#ledger.post(row, settlement, nowMs))
    await this.#clock.wakeAt(nowMs + FLUSH_AFTER_MS)
    return { settled: true }
  }

  async release(requestId: string): Promise<void> {
    const row = this.#ledger.find(requestId)
    if (row?.state === 'pending') this.#ledger.release(row)
  }

  async setBudget(keyId: string | null, period: BudgetPeriod, limitNanoUsd: number | null): Promise<void> {
    this.#ledger.setLimit(keyId, period, limitNanoUsd)
  }

  async budgets(): Promise<Account[]> {
    return this.#ledger.allAccounts(this.#clock.now())
  }

  async acknowledge(eventIds: readonly string[]): Promise<void> {
    this.#ledger.acknowledge(eventIds)
  }

  override async alarm(): Promise<void> {
    this.#clock.fired()
    const nowMs = this.#clock.now()
    for (const row of this.#ledger.expired(nowMs)) {
      const spent = {
        costNanoUsd: row.amount_nano_usd,
        promptTokens: 0,
        completionTokens: 0,
        estimated: true,
      }
      const settlement: Settlement = { ...spent, id: row.request_id, outcome: 'expired' }
      this.ctx.storage.transactionSync(() => this.#ledger.post(row, settlement, nowMs, 'expired'))
    }
    this.#ledger.forgetClosed(nowMs - CLOSED_KEPT_MS)
    await this.#flush(nowMs)
    const { nextExpiryMs, outbox, closed } = this.#ledger.pendingWork()
    if (outbox > 0) await this.#clock.wakeAt(nowMs + RESEND_AFTER_MS)
    if (nextExpiryMs !== null) await this.#clock.wakeAt(nextExpiryMs)
    if (closed > 0) await this.#clock.wakeAt(nowMs + CLOSED_KEPT_MS)
  }

  async #flush(nowMs: number) {
    for (;;) {
      const events = this.#ledger.unsent(nowMs - RESEND_AFTER_MS, EVENTS_PER_MESSAGE)
      if (events.length === 0) return
      await this.env.USAGE_QUEUE.send({ type: 'usage', events })
      this.#ledger.markSent(
        events.map(({ id }) => id),
        nowMs,
      )
    }
  }
}
