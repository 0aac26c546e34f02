/** With more candidates than this rerankers put worse ones on top: arXiv 2411.11767. */
export const MAX_RERANKED = 100

export type Reranked<H> = H & {
  /** What the reranker said, 0..1; null for a hit that it was not shown. */
  readonly rerankScore: number | null
}

/**
 * Hits, best first, with the reranker's opinion of the first ones mixed in: (1 - weight) · fused + weight · rerank, the rerank scores
 * stretched to the range of those hits' fused scores. The rest follow as they were, and no score falls below theirs.
 */
export function mixReranked<H extends { readonly score: number }>(
  hits: readonly H[],
  scores: readonly number[],
  weight: number,
): Reranked<H>[] {
  const shown = hits.slice(0, scores.length)
  const fused = stretched(shown.map(({ score }) => score))
  const reranked = stretched(scores)
  const floor = Math.min(...shown.map(({ score }) => score))
  const range = Math.max(...shown.map(({ score }) => score)) - floor
  const mixed = shown
    .map((hit, i) => ({
      hit,
      rerankScore: scores[i] ?? null,
      value: (1 - weight) * (fused[i] ?? 0) + weight * (reranked[i] ?? 0),
    }))
    .toSorted((a, b) => b.value - a.value)
    .map(({ hit, rerankScore, value }) => ({ ...hit, score: floor + range * value, rerankScore }))
  return [...mixed, ...unranked(hits.slice(scores.length))]
}

/** Hits that no reranker has seen, in the shape of those that one has. */
export const unranked = <H>(hits: readonly H[]): Reranked<H>[] =>
  hits.map((hit) => ({ ...hit, rerankScore: null }))

/** Values from 0 to 1, the least and the greatest of them; all alike they say nothing. */
export function stretched(values: readonly number[]): number[] {
  const least = Math.min(...values)
  const range = Math.max(...values) - least
  return values.map((value) => (range > 0 ? (value - least) / range : 0))
}
