import {
  decideRate,
  type RateDecision,
  type RateLimitState,
  type RateLimits,
  UNLIMITED,
} from '../../../shared/domain/rate-limit.ts'
import { rateWindow, type WindowEntry } from '../../../shared/domain/rate-window.ts'
import { TENANT } from './tenant-tables.ts'

/**
 * Rate limits and the window they are held against. Limits are stored; the window is in memory and is filled from the reservations that
 * are stored anyway, so limiting costs no write and an eviction empties no window.
 */
export class TenantRates {
  readonly #sql: SqlStorage
  readonly #window = rateWindow()
  readonly #open = new Map<string, WindowEntry>()
  readonly #limits = new Map<string, RateLimits>()

  constructor(sql: SqlStorage) {
    this.#sql = sql
    const query = `SELECT key_id AS keyId, requests_per_minute AS requestsPerMinute, tokens_per_minute AS tokensPerMinute, concurrency
      FROM rate_limits ORDER BY key_id`
    for (const { keyId, ...limits } of sql.exec<RateLimits & { keyId: string }>(query))
      this.#limits.set(keyId, limits)
  }

  setLimits(keyId: string | null, limits: RateLimits) {
    const { requestsPerMinute, tokensPerMinute, concurrency } = limits
    const owner = keyId ?? TENANT
    this.#limits.delete(owner)
    this.#sql.exec('DELETE FROM rate_limits WHERE key_id = ?', owner)
    if (requestsPerMinute === null && tokensPerMinute === null && concurrency === null) return
    this.#limits.set(owner, { requestsPerMinute, tokensPerMinute, concurrency })
    this.#sql.exec(
      'INSERT INTO rate_limits VALUES (?, ?, ?, ?)',
      owner,
      requestsPerMinute,
      tokensPerMinute,
      concurrency,
    )
  }

  /** Forgets what no longer counts at `nowMs`; every operation begins with it. */
  slide(nowMs: number) {
    this.#window.slide(nowMs)
  }

  decide(keyId: string, tokens: number, nowMs: number): RateDecision {
    const states = [TENANT, keyId].flatMap((owner) => {
      const limits = this.#limits.get(owner)
      return limits ? [this.#state(owner, limits)] : []
    })
    const { recent, meanDurationMs } = this.#window
    return decideRate(states, { tokens, recent, meanDurationMs: meanDurationMs(), nowMs })
  }

  /** The refusal of whatever would not be counted one by one, where anything is limited. */
  anyLimit(keyId: string): Extract<RateDecision, { allowed: false }> | null {
    const owner = [TENANT, keyId].find((one) => this.#limits.has(one))
    if (owner === undefined) return null
    const { requestsPerMinute, tokensPerMinute, concurrency } = this.#limits.get(owner) ?? UNLIMITED
    const limit = requestsPerMinute ?? tokensPerMinute ?? concurrency ?? 0
    return {
      allowed: false,
      reason: 'requests',
      keyId: owner === TENANT ? null : owner,
      limit,
      retryAfterMs: null,
    }
  }

  /** Of reservations in the order of their times. */
  began(requestId: string, request: { keyId: string; atMs: number; tokens: number }) {
    this.#open.set(requestId, this.#window.admit(request))
  }

  /** `tokens` is what the request really used; `nowMs` null, when nothing is to be learnt from how long it took. */
  ended(requestId: string, tokens: number, nowMs: number | null) {
    const entry = this.#open.get(requestId)
    if (!entry) return
    this.#open.delete(requestId)
    this.#window.end(entry, tokens)
    if (nowMs !== null) this.#window.tookMs(nowMs - entry.atMs)
  }

  states(): RateLimitState[] {
    const tenant = this.#state(TENANT, this.#limits.get(TENANT) ?? UNLIMITED)
    const keys = [...this.#limits].filter(([owner]) => owner !== TENANT)
    return [tenant, ...keys.map(([owner, limits]) => this.#state(owner, limits))]
  }

  #state(owner: string, limits: RateLimits): RateLimitState {
    const keyId = owner === TENANT ? null : owner
    return { keyId, ...limits, ...this.#window.used(keyId) }
  }
}
