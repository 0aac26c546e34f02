import { DurableObject } from 'cloudflare:workers'
import {
  type Account,
  type BudgetDecision,
  type BudgetPeriod,
  decideReservation,
} from '../../../shared/domain/budget.ts'
import type { Reservation, TenantOperation, TenantRpc } from '../../../shared/ports/objects.ts'
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

  async apply(operations: readonly TenantOperation[]): Promise<BudgetDecision[]> {
    const nowMs = this.#clock.now()
    const decisions = this.ctx.storage.transactionSync(() =>
      operations.map((operation) => this.#apply(operation, nowMs)),
    )
    const hasSettled = operations.some(({ type }) => type === 'settle')
    const expiries = operations.map((o) =>
      o.type === 'reserve' ? nowMs + o.reservation.expiresInMs : Infinity,
    )
    await this.#clock.wakeAt(hasSettled ? nowMs + FLUSH_AFTER_MS : Math.min(...expiries))
    return decisions
  }

  #apply(operation: TenantOperation, nowMs: number): BudgetDecision {
    switch (operation.type) {
      case 'reserve':
        return this.#reserve(operation.reservation, nowMs)
      case 'settle':
        this.#ledger.settle(operation.settlement, nowMs)
        return { allowed: true }
      case 'release':
        this.#ledger.release(operation.requestId)
        return { allowed: true }
    }
  }

  #reserve(reservation: Reservation, nowMs: number): BudgetDecision {
    if (this.#ledger.isKnown(reservation.intent.id)) return { allowed: true }
    const accounts = this.#ledger.accountsFor(reservation.intent.keyId, nowMs)
    const decision = decideReservation(accounts, reservation.amountNanoUsd)
    if (decision.allowed) this.#ledger.hold(reservation, nowMs)
    return decision
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
    this.ctx.storage.transactionSync(() => this.#ledger.expire(nowMs))
    this.#ledger.forgetClosed(nowMs - CLOSED_KEPT_MS)
    await this.#flush(nowMs)
    const { nextExpiryMs, hasOutbox, hasClosed } = this.#ledger.pendingWork()
    if (hasOutbox) await this.#clock.wakeAt(nowMs + RESEND_AFTER_MS)
    if (nextExpiryMs !== null) await this.#clock.wakeAt(nextExpiryMs)
    if (hasClosed) await this.#clock.wakeAt(nowMs + CLOSED_KEPT_MS)
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
