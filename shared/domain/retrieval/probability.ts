/** What a search knows of a hit. Each grows with how sure one can be of it. */
type Signs = {
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
const INTERCEPT = -8.15
const SCORE = 5.04
const COVERAGE = 2.53
const LIKENESS = 3.45

/**
 * How likely a hit is to be relevant, 0..1. Unlike the score, which the best hit of a hopeless question has as well, it is the same
 * measure for every question, so that a threshold can use it. It never falls when a sign grows.
 */
export function relevanceProbability({ score, coverage, likeness }: Signs): number {
  // A cosine below zero says no more than zero does, as in the fusion.
  const sum = SCORE * share(score) + COVERAGE * Math.sqrt(share(coverage)) + LIKENESS * share(likeness)
  return 1 / (1 + Math.exp(-INTERCEPT - sum))
}

/** A chunk's BM25 over that of one that would say nothing but the question. */
export const coverageOf = (lexical: number, mostLexical: number) =>
  mostLexical > 0 ? share(lexical / mostLexical) : 0

const share = (value: number) => Math.min(1, Math.max(0, value))

/** Hits, in their order, that are likely enough: by themselves, and beside the likeliest one. Both are 0..1. */
export function likelyHits<H extends { readonly probability: number }>(
  hits: readonly H[],
  { minProbability, cut }: { readonly minProbability: number; readonly cut: number | null },
): H[] {
  const likeliest = Math.max(0, ...hits.map(({ probability }) => probability))
  const least = Math.max(minProbability, (cut ?? 0) * likeliest)
  return hits.filter(({ probability }) => probability >= least)
}
