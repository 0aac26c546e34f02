import { ewma } from './lease.ts'

const BUCKET_MS = 3_000
const BUCKETS = 10
/** Fewer answers than this say nothing about shares. */
const LEAST_ANSWERS = 10
const FAILED_SHARE = 0.25
const SLOW_SHARE = 0.6
const FAILURES_IN_A_ROW = 3
/** So slow that something is wrong with it, beside what is normal for this endpoint: prompts differ in length, queues come and go. */
const SLOW = { times: 5, leastMs: 3_000, samples: 10 } as const

/** The answers of the last 30 seconds, in buckets of three, and what is normal for this endpoint. */
export type BreakerWindow = {
  readonly buckets: readonly Bucket[]
  readonly failuresInARow: number
  /** Moves slowly, and a slow answer moves it no more than one at the limit does: an endpoint that turns slow is not normal at once. */
  readonly normalFirstTokenMs: number | null
  readonly samples: number
}

type Bucket = {
  readonly atMs: number
  readonly answers: number
  readonly failed: number
  readonly slow: number
}

export const EMPTY_WINDOW: BreakerWindow = {
  buckets: [],
  failuresInARow: 0,
  normalFirstTokenMs: null,
  samples: 0,
}

export type Answer = { readonly failed: boolean; readonly timeToFirstTokenMs: number | null }

export function withAnswer(window: BreakerWindow, answer: Answer, nowMs: number): BreakerWindow {
  const { failed, timeToFirstTokenMs } = answer
  const atMs = nowMs - (nowMs % BUCKET_MS)
  const kept = window.buckets.filter((bucket) => bucket.atMs > nowMs - BUCKETS * BUCKET_MS)
  const last = kept.at(-1)
  const now = last?.atMs === atMs ? last : { atMs, answers: 0, failed: 0, slow: 0 }
  const earlier = last === now ? kept.slice(0, -1) : kept
  const slowAboveMs = slowAbove(window)
  const isSlow = timeToFirstTokenMs !== null && timeToFirstTokenMs > slowAboveMs
  const bucket = {
    atMs,
    answers: now.answers + 1,
    failed: now.failed + (failed ? 1 : 0),
    slow: now.slow + (isSlow ? 1 : 0),
  }
  return {
    buckets: [...earlier, bucket],
    failuresInARow: failed ? window.failuresInARow + 1 : 0,
    normalFirstTokenMs:
      timeToFirstTokenMs === null
        ? window.normalFirstTokenMs
        : ewma(window.normalFirstTokenMs, Math.min(timeToFirstTokenMs, slowAboveMs), 0.05),
    samples: window.samples + (timeToFirstTokenMs === null ? 0 : 1),
  }
}

function slowAbove({ normalFirstTokenMs, samples }: BreakerWindow): number {
  if (normalFirstTokenMs === null || samples < SLOW.samples) return Number.POSITIVE_INFINITY
  return Math.max(SLOW.times * normalFirstTokenMs, normalFirstTokenMs + SLOW.leastMs)
}

/** What the answers since `sinceMs` say: enough failures, in a row or as a share, or too many slow ones. */
export function isFailing({ buckets, failuresInARow }: BreakerWindow, sinceMs: number): boolean {
  if (failuresInARow >= FAILURES_IN_A_ROW) return true
  const { answers, failed, slow } = totals(buckets, sinceMs)
  return answers >= LEAST_ANSWERS && (failed >= FAILED_SHARE * answers || slow >= SLOW_SHARE * answers)
}

function totals(buckets: readonly Bucket[], sinceMs: number) {
  const sum = { answers: 0, failed: 0, slow: 0 }
  for (const { atMs, answers, failed, slow } of buckets) {
    if (atMs < sinceMs) continue
    sum.answers += answers
    sum.failed += failed
    sum.slow += slow
  }
  return sum
}
