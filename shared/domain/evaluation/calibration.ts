import { auroc, type Estimate, resampled } from './statistics.ts'

/** A hit with the chance that it was given, and whether it was relevant. */
export type Judged = { readonly probability: number; readonly isRelevant: boolean }

const BINS = 10

/**
 * Expected calibration error: how far chances are from shares of relevant hits, over ten bins of equal width, each by its hits; 0 is
 * best, NaN without hits. Source: Naeini et al. 2015.
 */
export function calibrationError(hits: readonly Judged[]): number {
  const sums = new Float64Array(BINS)
  for (const { probability, isRelevant } of hits) {
    const bin = Math.min(BINS - 1, Math.floor(probability * BINS))
    sums[bin] = (sums[bin] ?? 0) + probability - Number(isRelevant)
  }
  return sums.reduce((total, sum) => total + Math.abs(sum), 0) / hits.length
}

/** Redrawing thousands of hits is slow, and these intervals are wide anyway. */
const RESAMPLES = 200

/** How well the chances tell relevant hits, and how far they are from the truth. Hits of one question stand or fall together. */
export function calibration(questions: readonly (readonly Judged[])[]): {
  readonly auroc: Estimate
  readonly error: Estimate
} {
  const scored = (hits: readonly Judged[]) =>
    hits.map(({ probability, isRelevant }) => ({ score: probability, isPositive: isRelevant }))
  return {
    auroc: resampled(questions, (sample) => auroc(scored(sample.flat())), RESAMPLES),
    error: resampled(questions, (sample) => calibrationError(sample.flat()), RESAMPLES),
  }
}
