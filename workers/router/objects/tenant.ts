import { DurableObject } from 'cloudflare:workers'
import {
  type Account,
  type BudgetDecision,
  type BudgetPeriod,
  decideReservation,
} from '../../../shared/domain/budget.ts'
import { AppError } from '../../../shared/errors.ts'
import { consoleSink, errorFields } from '../../../shared/log.ts'
import type { Reservation, TenantOperation, TenantRpc } from '../../../shared/ports/objects.ts'
import type { Env } from '../env.ts'
import { AlarmClock } from './alarm-clock.ts'
import { TenantLedger } from './tenant-ledger.ts'

/** How soon after a settlement its event is sent: long enough to batch, short enough to see usage arrive. */
const FLUSH_AFTER_MS = 250
/** A sent event without acknowledgement for this long is sent again; the ledger ignores the double. */
const RESEND_AFTER_MS = 15_000
const CLOSED_KEPT_MS = 600_000
/** Forgetting reads every reservation that is kept: often enough to stay small, far more seldom than the outbox is sent. */
const FORGET_EVERY_MS = 60_000
/** Even events whose every name is as long as the API allows stay below a queue message's 128 kB. */
const EVENTS_PER_MESSAGE = 50

/** One object per tenant: the single writer that makes "check, then hold, then spend" atomic. */
export class Tenant extends DurableObject<Env> implements TenantRpc {
  #ledger: TenantLedger
  readonly #clock: AlarmClock
  #forgetAtMs = 0

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#clock = new AlarmClock(state)
    this.#ledger = new TenantLedger(state.storage.sql)
  }

  async apply(operations: readonly TenantOperation[]): Promise<BudgetDecision[]> {
    const nowMs = this.#clock.now()
    const decisions = this.#transact(() => operations.map((operation) => this.#apply(operation, nowMs)))
    const hasSettled = operations.some(({ type }) => type === 'settle')
    const expiries = operations.map((o) =>
      o.type === 'reserve' ? nowMs + o.reservation.expiresInMs : Infinity,
    )
    await this.#clock.wakeAt(hasSettled ? nowMs + FLUSH_AFTER_MS : Math.min(...expiries))
    return decisions
  }

  /** All of it or nothing, in memory too: what the tables took back, the ledger reads again. */
  #transact<T>(work: () => T): T {
    try {
      return this.ctx.storage.transactionSync(work)
    } catch (error) {
      this.#ledger = new TenantLedger(this.ctx.storage.sql)
      throw error
    }
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
    this.#transact(() => this.#ledger.expire(nowMs))
    if (nowMs >= this.#forgetAtMs) {
      this.#ledger.forgetClosed(nowMs - CLOSED_KEPT_MS)
      this.#forgetAtMs = nowMs + FORGET_EVERY_MS
    }
    // An alarm that throws is tried a few times and then dropped; a queue may be away for longer than that.
    await this.#flush(nowMs).catch((thrown: unknown) => {
      const error = errorFields(AppError.from(thrown))
      consoleSink({ event: 'usage_not_sent', worker: 'router', tenantId: this.ctx.id.name, error })
    })
    const { nextExpiryMs, hasOutbox, hasClosed } = this.#ledger.pendingWork()
    if (hasOutbox) await this.#clock.wakeAt(nowMs + RESEND_AFTER_MS)
    if (nextExpiryMs !== null) await this.#clock.wakeAt(nextExpiryMs)
    if (hasClosed) await this.#clock.wakeAt(nowMs + CLOSED_KEPT_MS)
  }

  async #flush(nowMs: number) {
    for (let lastId = ''; ; ) {
      const events = this.#ledger.unsent(lastId, nowMs - RESEND_AFTER_MS, EVENTS_PER_MESSAGE)
      const ids = events.map(({ id }) => id)
      if (ids.length === 0) return
      await this.env.USAGE_QUEUE.send({ type: 'usage', events })
      this.#ledger.markSent(ids, this.#clock.now())
      lastId = ids.at(-1) ?? lastId
    }
  }
}
