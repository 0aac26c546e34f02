import { seededRandom } from '../simulation/random.ts'

/** A figure with its 95 % interval. */
export type Estimate = { readonly mean: number; readonly low: number; readonly high: number }

const RESAMPLES = 2_000
const SEED = 0x2f6e2b1

/** Mean of nothing is NaN. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** A statistic with its bootstrap percentile interval (Efron 1979); the same items give the same interval. */
export const bootstrap = <T>(items: readonly T[], statistic: (sample: readonly T[]) => number): Estimate =>
  resampled(items, statistic, RESAMPLES)

/** The same of so many resamples. */
export function resampled<T>(
  items: readonly T[],
  statistic: (sample: readonly T[]) => number,
  resamples: number,
): Estimate {
  const random = seededRandom(SEED)
  const drawn = Array.from({ length: resamples }, () =>
    statistic(items.flatMap(() => items[Math.floor(random.uniform() * items.length)] ?? [])),
  )
  // A resample that a statistic does not hold for, such as one with no positives, says nothing.
  const ascending = drawn.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b)
  const at = (share: number) => ascending[Math.floor(share * (ascending.length - 1))] ?? Number.NaN
  return { mean: statistic(items), low: at(0.025), high: at(0.975) }
}

/** Mean of per-question scores with its interval. */
export const meanWithInterval = (scores: readonly number[]): Estimate => bootstrap(scores, mean)

/** Mean of `scores - baseline`, question by question: far narrower than the intervals of the two apart. */
export const differenceWithInterval = (scores: readonly number[], baseline: readonly number[]): Estimate =>
  meanWithInterval(scores.map((score, question) => score - (baseline[question] ?? Number.NaN)))

export type Scored = { readonly score: number; readonly isPositive: boolean }

/** Chance that a positive scores above a negative, ties counted half; NaN where either is missing. Source: Mann and Whitney 1947. */
export function auroc(scored: readonly Scored[]): number {
  const ascending = scored.toSorted((a, b) => a.score - b.score)
  const positives = scored.filter(({ isPositive }) => isPositive).length
  let rankSum = 0
  for (let from = 0; from < ascending.length; ) {
    let to = from + 1
    while (ascending[to]?.score === ascending[from]?.score && to < ascending.length) to += 1
    const tied = ascending.slice(from, to).filter(({ isPositive }) => isPositive).length
    rankSum += tied * ((from + 1 + to) / 2)
    from = to
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (scored.length - positives))
}
