/** What an endpoint can take at once, and what it is taking. */
export type Load = { readonly maxConcurrency: number; readonly inFlight: number; readonly drained: boolean }

/** A grant carries its fencing epoch, and how many requests share the endpoint now. */
export type LeaseDecision =
  | { readonly granted: true; readonly epoch: number; readonly inFlight: number }
  | {
      readonly granted: false
      readonly reason: 'queued'
      readonly position: number
      readonly expectedWaitMs: number
    }
  | { readonly granted: false; readonly reason: LeaseRefusal; readonly retryAfterMs: number }

/**
 * `saturated`: no slot, and no place in the queue · `shed`: turned away early so that more urgent ones are served · `broken`: the breaker is open ·
 * `throttled`: the origin asked for a pause · `expired`: the lease had ended · `unreachable`: its object did not answer.
 */
export type LeaseRefusal =
  | 'saturated'
  | 'shed'
  | 'broken'
  | 'throttled'
  | 'drained'
  | 'expired'
  | 'unreachable'

/** Mean duration of recent requests over the slots: how long until the next one frees up. */
export function expectedWaitMs(meanDurationMs: number, maxConcurrency: number): number {
  return Math.min(60_000, Math.max(1_000, Math.ceil(meanDurationMs / Math.max(1, maxConcurrency))))
}

export function decideLease(load: Load, meanDurationMs: number): LeaseDecision {
  if (load.drained) return { granted: false, reason: 'drained', retryAfterMs: 60_000 }
  if (load.inFlight < load.maxConcurrency) return { granted: true }
  return {
    granted: false,
    reason: 'saturated',
    retryAfterMs: expectedWaitMs(meanDurationMs, load.maxConcurrency),
  }
}

/** Exponentially weighted mean; the first sample counts whole. */
export function ewma(previous: number | null, sample: number, weight = 0.2): number {
  return previous === null ? sample : previous + weight * (sample - previous)
}
