import { DurableObject } from 'cloudflare:workers'
import {
  type AdmissionDecision,
  type BudgetPeriod,
  type BudgetReport,
  decideReservation,
} from '../../../shared/domain/budget.ts'
import type { RateDecision, RateLimitState, RateLimits } from '../../../shared/domain/rate-limit.ts'
import { AppError } from '../../../shared/errors.ts'
import { consoleSink, errorFields } from '../../../shared/log.ts'
import type { Reservation, Settlement, TenantOperation, TenantRpc } from '../../../shared/ports/objects.ts'
import type { Env } from '../env.ts'
import { AlarmClock } from './alarm-clock.ts'
import type { Crossing } from './tenant-accounts.ts'
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

/** Money is given in advance only while this many times as much is left of every limit. */
const FAR = 32

/** One object per tenant: the single writer that makes "check, then hold, then spend" atomic. */
export class Tenant extends DurableObject<Env> implements TenantRpc {
  #ledger: TenantLedger
  readonly #clock: AlarmClock
  #forgetAtMs = 0
  /** Of the transaction under way. */
  #news: { event: string; fields: Readonly<Record<string, unknown>> }[] = []
  readonly #reported = new Set<string>()

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#clock = new AlarmClock(state)
    this.#ledger = new TenantLedger(state.storage.sql)
    this.#clock.notBefore(this.#ledger.latestMs)
  }

  async apply(operations: readonly TenantOperation[]): Promise<AdmissionDecision[]> {
    const nowMs = this.#clock.now()
    const decisions = this.#transact(nowMs, () =>
      operations.map((operation) => this.#apply(operation, nowMs)),
    )
    this.#reportOverdrawn(operations, nowMs)
    const hasSettled = operations.some(({ type }) => type === 'settle' || type === 'draw')
    const expiries = operations.map((o) =>
      o.type === 'reserve' || o.type === 'grant' ? nowMs + o.reservation.expiresInMs : Infinity,
    )
    await this.#clock.wakeAt(hasSettled ? nowMs + FLUSH_AFTER_MS : Math.min(...expiries))
    return decisions
  }

  /** All of it or nothing, in memory too: what the tables took back, the ledger reads again, and nobody hears of. */
  #transact<T>(nowMs: number, work: () => T): T {
    try {
      const result = this.ctx.storage.transactionSync(() => {
        this.#ledger.rates.slide(nowMs)
        return work()
      })
      for (const { event, fields } of this.#news) this.#log(event, fields)
      return result
    } catch (error) {
      this.#ledger = new TenantLedger(this.ctx.storage.sql)
      throw error
    } finally {
      this.#news = []
    }
  }

  #apply(operation: TenantOperation, nowMs: number): AdmissionDecision {
    switch (operation.type) {
      case 'reserve':
        return this.#reserve(operation.reservation, nowMs)
      case 'settle':
        this.#settle(operation.settlement, nowMs)
        return { allowed: true }
      case 'release':
        this.#ledger.release(operation.requestId)
        return { allowed: true }
      case 'grant':
        return this.#grant(operation.reservation, nowMs)
      case 'draw':
        this.#draw(operation.grantId, operation.settlement, nowMs)
        return { allowed: true }
      case 'shrink':
        this.#ledger.shrink(operation.grantId, operation.keepNanoUsd)
        return { allowed: true }
    }
  }

  /** Whoever counts requests wants to see each before it is made; then nothing is given in advance. */
  #grant(reservation: Reservation, nowMs: number): AdmissionDecision {
    const { keyId } = reservation.intent
    const pace = this.#ledger.rates.anyLimit(keyId)
    if (pace) return pace
    const distant = decideReservation(this.#ledger.accounts.of(keyId, nowMs), reservation.amountNanoUsd * FAR)
    if (distant.allowed) this.#ledger.grant(reservation, nowMs)
    return distant
  }

  #draw(grantId: string, settlement: Settlement, nowMs: number) {
    const { crossings, conflict } = this.#ledger.draw(grantId, settlement, nowMs)
    this.#announce(crossings)
    if (conflict) this.#news.push({ event: 'settlement_conflict', fields: conflict })
  }

  #reserve(reservation: Reservation, nowMs: number): AdmissionDecision {
    const { tokens, intent } = reservation
    const { id, keyId } = intent
    if (this.#ledger.isKnown(id)) return { allowed: true }
    const money = decideReservation(this.#ledger.accounts.of(keyId, nowMs), reservation.amountNanoUsd)
    if (!money.allowed) return money
    const rate: RateDecision =
      tokens === null ? { allowed: true } : this.#ledger.rates.decide(keyId, tokens, nowMs)
    if (rate.allowed) this.#ledger.hold(reservation, nowMs)
    return rate
  }

  #settle(settlement: Settlement, nowMs: number) {
    const { crossings, conflict } = this.#ledger.settle(settlement, nowMs)
    this.#announce(crossings)
    if (conflict) this.#news.push({ event: 'settlement_conflict', fields: conflict })
  }

  async setBudget(
    keyId: string | null,
    period: BudgetPeriod,
    limitNanoUsd: number | null,
    alertShares?: readonly number[],
  ): Promise<void> {
    const nowMs = this.#clock.now()
    const { accounts } = this.#ledger
    this.#transact(nowMs, () =>
      this.#announce(accounts.setLimit(keyId, period, limitNanoUsd, alertShares, nowMs)),
    )
  }

  async budgets(): Promise<BudgetReport[]> {
    return this.#ledger.accounts.all(this.#clock.now())
  }

  async setRateLimits(keyId: string | null, limits: RateLimits): Promise<void> {
    this.#transact(this.#clock.now(), () => this.#ledger.rates.setLimits(keyId, limits))
  }

  async rateLimits(): Promise<RateLimitState[]> {
    this.#ledger.rates.slide(this.#clock.now())
    return this.#ledger.rates.states()
  }

  async acknowledge(eventIds: readonly string[]): Promise<void> {
    this.#ledger.outbox.acknowledge(eventIds)
  }

  override async alarm(): Promise<void> {
    this.#clock.fired()
    const nowMs = this.#clock.now()
    this.#transact(nowMs, () => this.#announce(this.#ledger.expire(nowMs)))
    if (nowMs >= this.#forgetAtMs) {
      this.#ledger.forgetClosed(nowMs - CLOSED_KEPT_MS)
      this.#forgetAtMs = nowMs + FORGET_EVERY_MS
    }
    // An alarm that throws is tried a few times and then dropped; a queue may be away for longer than that.
    await this.#flush(nowMs).catch((thrown: unknown) => {
      this.#log('usage_not_sent', { error: errorFields(AppError.from(thrown)) })
    })
    const { nextExpiryMs, hasOutbox, hasClosed } = this.#ledger.pendingWork()
    if (hasOutbox) await this.#clock.wakeAt(nowMs + RESEND_AFTER_MS)
    if (nextExpiryMs !== null) await this.#clock.wakeAt(nextExpiryMs)
    if (hasClosed) await this.#clock.wakeAt(nowMs + CLOSED_KEPT_MS)
  }

  async #flush(nowMs: number) {
    for (let lastId = ''; ; ) {
      const events = this.#ledger.outbox.unsent(lastId, nowMs - RESEND_AFTER_MS, EVENTS_PER_MESSAGE)
      const ids = events.map(({ id }) => id)
      if (ids.length === 0) return
      await this.env.USAGE_QUEUE.send({ type: 'usage', events })
      this.#ledger.outbox.markSent(ids, this.#clock.now())
      lastId = ids.at(-1) ?? lastId
    }
  }

  #announce(crossings: readonly Crossing[]) {
    this.#news.push(...crossings.map((fields) => ({ event: 'budget_alert', fields })))
  }

  /** No request is refused for a broken promise that was made to another; operators hear of it, once for each account. */
  #reportOverdrawn(operations: readonly TenantOperation[], nowMs: number) {
    const keyIds = operations.flatMap((o) => (o.type === 'reserve' ? [o.reservation.intent.keyId] : []))
    for (const account of [...new Set(keyIds)].flatMap((id) => this.#ledger.accounts.overdrawn(id, nowMs))) {
      const name = `${account.keyId}|${account.period}`
      if (this.#reported.has(name)) continue
      this.#reported.add(name)
      this.#log('invariant_broken', { invariant: 'posted + pending <= limit', ...account })
    }
  }

  #log(event: string, fields: Readonly<Record<string, unknown>>) {
    consoleSink({ event, worker: 'router', tenantId: this.ctx.id.name, ...fields })
  }
}
