import { ewma } from './lease.ts'

const BUCKET_MS = 3_000
const BUCKETS = 10
/** Fewer answers than this say nothing about shares. */
const LEAST_ANSWERS = 10
const FAILED_SHARE = 0.25
const SLOW_SHARE = 0.6
const FAILURES_IN_A_ROW = 3
/** So slow that something is wrong with it, beside what is normal for this endpoint: prompts differ in length, and queues come and go. */
const SLOW = { times: 5, leastMs: 3_000, afterSamples: 10 } as const

/** The answers of the last 30 seconds, in buckets of three, and what is normal for this endpoint. */
export type BreakerWindow = {
  readonly buckets: readonly Bucket[]
  readonly failuresInARow: number
  readonly normal: Normal
}

type Bucket = {
  readonly atMs: number
  readonly answers: number
  readonly failed: number
  readonly slow: number
}
/** Time to the first token. Null: no sample yet. */
type Normal = { readonly meanMs: number | null; readonly samples: number }

export const EMPTY_WINDOW: BreakerWindow = {
  buckets: [],
  failuresInARow: 0,
  normal: { meanMs: null, samples: 0 },
}

export type Answer = { readonly failed: boolean; readonly timeToFirstTokenMs: number | null }

export function withAnswer(window: BreakerWindow, answer: Answer, nowMs: number): BreakerWindow {
  const { failed, timeToFirstTokenMs } = answer
  const isSlow = timeToFirstTokenMs !== null && timeToFirstTokenMs > slowAboveMs(window.normal)
  return {
    buckets: counted(window.buckets, failed, isSlow, nowMs),
    failuresInARow: failed ? window.failuresInARow + 1 : 0,
    normal: timeToFirstTokenMs === null ? window.normal : learned(window.normal, timeToFirstTokenMs, isSlow),
  }
}

function counted(buckets: readonly Bucket[], failed: boolean, isSlow: boolean, nowMs: number): Bucket[] {
  const atMs = nowMs - (nowMs % BUCKET_MS)
  const kept = buckets.filter((bucket) => bucket.atMs > nowMs - BUCKETS * BUCKET_MS)
  const now = kept.at(-1)?.atMs === atMs ? kept.pop() : undefined
  const { answers, ...bad } = now ?? { answers: 0, failed: 0, slow: 0 }
  kept.push({
    atMs,
    answers: answers + 1,
    failed: bad.failed + (failed ? 1 : 0),
    slow: bad.slow + (isSlow ? 1 : 0),
  })
  return kept
}

/** Slow answers hardly count: an endpoint that turns slow is called normal again after some fifty of them, not at once. */
function learned(normal: Normal, sampleMs: number, isSlow: boolean): Normal {
  const sample = Math.min(sampleMs, slowAboveMs(normal))
  return { meanMs: ewma(normal.meanMs, sample, isSlow ? 0.01 : 0.05), samples: normal.samples + 1 }
}

function slowAboveMs({ meanMs, samples }: Normal): number {
  if (meanMs === null || samples < SLOW.afterSamples) return Number.POSITIVE_INFINITY
  return Math.max(SLOW.times * meanMs, meanMs + SLOW.leastMs)
}

/** What the answers since `sinceMs` say: enough failures, in a row or as a share, or too many slow ones. */
export function isFailing({ buckets, failuresInARow }: BreakerWindow, sinceMs: number): boolean {
  if (failuresInARow >= FAILURES_IN_A_ROW) return true
  const sum = { answers: 0, failed: 0, slow: 0 }
  for (const { atMs, answers, failed, slow } of buckets) {
    if (atMs < sinceMs) continue
    sum.answers += answers
    sum.failed += failed
    sum.slow += slow
  }
  const { answers, failed, slow } = sum
  return answers >= LEAST_ANSWERS && (failed >= FAILED_SHARE * answers || slow >= SLOW_SHARE * answers)
}
