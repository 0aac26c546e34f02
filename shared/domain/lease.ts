import type { Priority } from './priority.ts'

export type LeaseRequest = {
  readonly requestId: string
  readonly tenantId: string
  readonly priority: Priority
  readonly maxConcurrency: number
  /** Prompt plus the most the origin may generate. */
  readonly tokens: number
  readonly expiresInMs: number
  /** How long it may stand in the queue when there is no slot; 0: refused at once. */
  readonly maxWaitMs: number
}

export type LeaseRelease = {
  readonly requestId: string
  /** The grant that is given back; null gives back whichever there is, or the place in the queue, for a caller who never heard of it. */
  readonly epoch: number | null
  /**
   * `served` and `failed` say something about the endpoint, `throttled` that the origin itself asked for a pause; a slot can also be given
   * back without having been used.
   */
  readonly outcome: 'served' | 'failed' | 'throttled' | 'unused'
  readonly durationMs: number
  /** Null when no token came, or when the answer came in one piece. */
  readonly timeToFirstTokenMs: number | null
  readonly outputTokens: number
  /** The origin's own Retry-After; null when it gave none. */
  readonly retryAfterMs: number | null
}

/** How a slot is given back that nobody used: nothing was learnt. */
export const UNUSED = {
  outcome: 'unused',
  durationMs: 0,
  timeToFirstTokenMs: null,
  outputTokens: 0,
  retryAfterMs: null,
} as const satisfies Omit<LeaseRelease, 'requestId' | 'epoch'>

/** A slot in use. The epoch of a grant is larger than that of every grant before it and is never given again. */
export type Lease = { readonly epoch: number; readonly tokens: number; readonly expiresAtMs: number }

/** A grant carries its fencing epoch, and how many requests share the endpoint now. */
export type LeaseDecision =
  | { readonly granted: true; readonly epoch: number; readonly inFlight: number }
  | {
      readonly granted: false
      readonly reason: 'queued'
      readonly position: number
      readonly expectedWaitMs: number
    }
  | LeaseRefused

export type LeaseRefused = {
  readonly granted: false
  readonly reason: LeaseRefusal
  readonly retryAfterMs: number
}

/**
 * `saturated`: no slot, and no place in the queue · `shed`: turned away early so that more urgent ones are served · `broken`: the breaker is open ·
 * `throttled`: the origin asked for a pause · `expired`: the lease has ended, or the place in the queue was lost: acquire anew ·
 * `unreachable`: its object did not answer.
 */
export type LeaseRefusal =
  | 'saturated'
  | 'shed'
  | 'broken'
  | 'throttled'
  | 'drained'
  | 'expired'
  | 'unreachable'

/** A second is the least that Retry-After can say, and beyond a minute nobody can promise anything. */
const RETRY_AFTER_MS = { least: 1_000, most: 60_000 } as const

export function refused(reason: LeaseRefusal, waitMs: number): LeaseRefused {
  const retryAfterMs = Math.min(RETRY_AFTER_MS.most, Math.max(RETRY_AFTER_MS.least, Math.ceil(waitMs)))
  return { granted: false, reason, retryAfterMs }
}

/** Exponentially weighted mean; the first sample counts whole. */
export function ewma(previous: number | null, sample: number, weight = 0.2): number {
  return previous === null ? sample : previous + weight * (sample - previous)
}
