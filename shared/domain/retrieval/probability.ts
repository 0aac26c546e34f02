/** What a search knows of a hit. Each grows with how sure one can be of it. */
export type Signs = {
  /** Fused with the legs' weights, 0..1 in one result. */
  readonly score: number
  /** What the chunk holds of the question's words, by their rarity, 0..1: see `coverageOf`. */
  readonly coverage: number
  /** Cosine of the chunk and the question as it was asked, both centred on the collection's mean, before any feedback. */
  readonly likeness: number
}

/**
 * Fitted on seven public sets and on questions asked of collections that cannot answer them, each set with the same weight, with both
 * embedders. Figures with one set left out: docs/retrieval.md.
 */
const INTERCEPT = -7.96
const SCORE = 4.85
const COVERAGE = 2.41
const LIKENESS = 3.53

/**
 * How likely a hit is to be relevant, 0..1. Unlike the score, which the best hit of a hopeless question has as well, it is the same
 * measure for every question, so that a threshold can use it. It never falls when a sign grows.
 */
export function relevanceProbability({ score, coverage, likeness }: Signs): number {
  // A cosine below zero says no more than zero does, as in the fusion.
  const sum = SCORE * share(score) + COVERAGE * Math.sqrt(share(coverage)) + LIKENESS * share(likeness)
  return 1 / (1 + Math.exp(-INTERCEPT - sum))
}

/**
 * A chunk's BM25 over what it would be if the chunk were full of the question's words. `termWeights` has rarity times occurrences for every
 * term of the question, those that no chunk has included; `saturation` is BM25's k1.
 */
export function coverageOf(lexical: number, termWeights: readonly number[], saturation: number): number {
  const most = (saturation + 1) * termWeights.reduce((sum, weight) => sum + weight, 0)
  return most > 0 ? share(lexical / most) : 0
}

const share = (value: number) => Math.min(1, Math.max(0, value))

/** What a hit may be less likely than the best one before it is no help to a reader. Measured in docs/retrieval.md. */
const LEAST_SHARE = 0.25

/** Hits, in their order, that are at least this likely and not far less likely than the likeliest one. */
export function likelyHits<H extends { readonly probability: number }>(
  hits: readonly H[],
  minProbability = 0,
): H[] {
  const likeliest = Math.max(0, ...hits.map(({ probability }) => probability))
  const least = Math.max(minProbability, LEAST_SHARE * likeliest)
  return hits.filter(({ probability }) => probability >= least)
}
