import { dot } from '../vector.ts'

/** A candidate with its vector, centred and of length one. */
type Candidate = {
  readonly score: number
  readonly vector: Float32Array
  readonly document: string
}

/** How far a candidate's neighbours may move it. Measured in docs/retrieval.md. */
const SHARE = 0.4
/** Only what is really alike may speak: a similarity of .5 counts 1/16 of one of 1. */
const SHARPNESS = 4
/** What a candidate's own score weighs beside them, so that one with few relatives keeps it. */
const OWN_WEIGHT = 0.1

/**
 * Candidates, best first, moved towards what those like them scored: relevant passages resemble each other, and one that stands alone
 * is more often there by chance (score regularisation, Diaz 2005). `share` is 0..1 of the usual effect. Scores stay in their range.
 */
export function withNeighbours<C extends Candidate>(candidates: readonly C[], share = 1): C[] {
  const scores = candidates.map(({ score }) => score)
  const [highest, lowest] = [Math.max(...scores), Math.min(...scores)]
  const opinions = opinionsOf(candidates)
  const [most, least] = [Math.max(...opinions), Math.min(...opinions)]
  if (!(most > least) || !(highest > lowest)) return [...candidates]
  const weight = SHARE * share
  return candidates
    .map((candidate, i) => {
      const opinion = lowest + (((opinions[i] ?? least) - least) / (most - least)) * (highest - lowest)
      return { ...candidate, score: (1 - weight) * candidate.score + weight * opinion }
    })
    .toSorted((a, b) => b.score - a.score)
}

/** Mean score of other documents' candidates, each by its likeness, and a little of its own. */
function opinionsOf(candidates: readonly Candidate[]): number[] {
  const sums = new Float64Array(candidates.length)
  const weights = new Float64Array(candidates.length)
  for (const [i, a] of candidates.entries())
    for (const [j, b] of candidates.entries()) {
      if (j >= i) break
      // Chunks of a document resemble each other whatever is asked.
      if (a.document === b.document) continue
      const likeness = Math.max(0, dot(a.vector, b.vector)) ** SHARPNESS
      sums[i] = (sums[i] ?? 0) + likeness * b.score
      sums[j] = (sums[j] ?? 0) + likeness * a.score
      weights[i] = (weights[i] ?? 0) + likeness
      weights[j] = (weights[j] ?? 0) + likeness
    }
  return candidates.map(({ score }, i) => {
    return ((sums[i] ?? 0) + OWN_WEIGHT * score) / ((weights[i] ?? 0) + OWN_WEIGHT)
  })
}
