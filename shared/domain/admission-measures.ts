import { ewma, type LeaseRelease } from './lease.ts'

/** What an endpoint's answers were like: counters since it exists, and exponentially weighted means, null before the first sample. */
export type Measures = {
  readonly served: number
  readonly failed: number
  readonly timeToFirstTokenMs: number | null
  readonly timePerOutputTokenMs: number | null
  readonly durationMs: number | null
  /** Share of recent answers that failed, 0..1. */
  readonly errorRate: number
  readonly lastServedAtMs: number | null
}

export const NO_MEASURES: Measures = {
  served: 0,
  failed: 0,
  timeToFirstTokenMs: null,
  timePerOutputTokenMs: null,
  durationMs: null,
  errorRate: 0,
  lastServedAtMs: null,
}

/** Only `served` and `failed` say something about the endpoint, and only of what was served it is known how long it takes. */
export function measure(before: Measures, release: LeaseRelease, nowMs: number): Measures {
  const { outcome, timeToFirstTokenMs: firstMs, durationMs } = release
  if (outcome === 'failed')
    return { ...before, failed: before.failed + 1, errorRate: ewma(before.errorRate, 1, ERROR_WEIGHT) }
  if (outcome !== 'served') return before
  const perTokenMs = timePerOutputTokenMs(release)
  return {
    served: before.served + 1,
    failed: before.failed,
    timeToFirstTokenMs:
      firstMs === null ? before.timeToFirstTokenMs : ewma(before.timeToFirstTokenMs, firstMs),
    timePerOutputTokenMs:
      perTokenMs === null ? before.timePerOutputTokenMs : ewma(before.timePerOutputTokenMs, perTokenMs),
    durationMs: ewma(before.durationMs, durationMs),
    errorRate: ewma(before.errorRate, 0, ERROR_WEIGHT),
    lastServedAtMs: nowMs,
  }
}

/** About the last twenty answers. */
const ERROR_WEIGHT = 0.1

/** As vLLM defines it: the first token is not in it. */
function timePerOutputTokenMs({ timeToFirstTokenMs, durationMs, outputTokens }: LeaseRelease): number | null {
  if (timeToFirstTokenMs === null || outputTokens < 2) return null
  return Math.max(0, durationMs - timeToFirstTokenMs) / (outputTokens - 1)
}
