export type LegWeights = { readonly lexical: number; readonly dense: number }

/** Fusion weights, as the default of every store. Source: models/edge-static/README.md, step 3. */
const DEFAULT_WEIGHTS: LegWeights = { lexical: 0.6, dense: 0.4 }

/** One chunk's raw scores: BM25 (0 when no word matched) and cosine. */
export type Scored<Key> = { readonly key: Key; readonly lexical: number; readonly dense: number }

/**
 * Weighted sum of the legs, each min-max normalised over the candidates; best first, ties in the order they came.
 * A cosine below zero counts as zero: pointing away is no worse than having nothing to do with the question.
 * A leg in which all candidates are equal says nothing and counts nothing; the other leg then makes up the whole.
 */
export function fuse<Key>(
  candidates: readonly Scored<Key>[],
  weights: LegWeights = DEFAULT_WEIGHTS,
): (Scored<Key> & { score: number })[] {
  const lexical = leg(
    candidates.map((candidate) => candidate.lexical),
    weights.lexical,
  )
  const dense = leg(
    candidates.map((candidate) => Math.max(0, candidate.dense)),
    weights.dense,
  )
  const total = lexical.weight + dense.weight
  return candidates
    .map((candidate, i) => {
      const sum = (lexical.values[i] ?? 0) + (dense.values[i] ?? 0)
      // One candidate, or all alike: every one is as good as the best.
      return { ...candidate, score: total > 0 ? sum / total : 1 }
    })
    .toSorted((a, b) => b.score - a.score)
}

/** Weighted, normalised values of a leg, and the weight it really has. */
function leg(values: readonly number[], weight: number): { values: number[]; weight: number } {
  const least = Math.min(...values)
  const range = Math.max(...values) - least
  if (!(range > 0)) return { values: [], weight: 0 }
  return { values: values.map((value) => (weight * (value - least)) / range), weight }
}
