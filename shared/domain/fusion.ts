import type { Fusion } from './retrieval/settings.ts'

export type LegWeights = { readonly lexical: number; readonly dense: number }

/** Fusion weights, as the default of every store. Source: models/edge-static/README.md, step 3. */
export const DEFAULT_WEIGHTS: LegWeights = { lexical: 0.6, dense: 0.4 }

/** One chunk's raw scores: BM25 (0 when no word matched) and cosine. */
export type Scored<Key> = { readonly key: Key; readonly lexical: number; readonly dense: number }

/**
 * The legs' scores as one, 0..1, best first, ties in the order they came. A cosine below zero counts as zero: pointing away is no worse
 * than having nothing to do with the question. A leg in which all candidates are equal says nothing and counts nothing; the other leg
 * then makes up the whole.
 */
export function fuse<Candidate extends Scored<unknown>>(
  candidates: readonly Candidate[],
  weights: LegWeights = DEFAULT_WEIGHTS,
  fusion: Fusion = 'weighted',
): (Candidate & { score: number })[] {
  const lexical = leg(
    candidates.map((candidate) => candidate.lexical),
    weights.lexical,
    fusion,
  )
  const dense = leg(
    candidates.map((candidate) => Math.max(0, candidate.dense)),
    weights.dense,
    fusion,
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
function leg(
  values: readonly number[],
  weight: number,
  fusion: Fusion,
): { values: number[]; weight: number } {
  if (!(Math.max(...values) > Math.min(...values))) return { values: [], weight: 0 }
  return { values: NORMALISED[fusion](values).map((value) => weight * value), weight }
}

const NORMALISED: Readonly<Record<Fusion, (values: readonly number[]) => number[]>> = {
  weighted: minMax,
  rrf: reciprocalRanks,
  dbsf: distribution,
}

function minMax(values: readonly number[]): number[] {
  const least = Math.min(...values)
  const range = Math.max(...values) - least
  return values.map((value) => (value - least) / range)
}

/** The constant of the paper: Cormack, Clarke and Büttcher 2009. Stretched so that the first rank is 1; a score of 0 has no rank. */
const RANK_CONSTANT = 60

function reciprocalRanks(values: readonly number[]): number[] {
  const order = [...values.keys()].toSorted((a, b) => (values[b] ?? 0) - (values[a] ?? 0))
  const ranked: number[] = Array.from(values, () => 0)
  for (const [rank, index] of order.entries())
    if ((values[index] ?? 0) > 0) ranked[index] = (RANK_CONSTANT + 1) / (RANK_CONSTANT + 1 + rank)
  return ranked
}

/** Distribution-based: three standard deviations around the mean become 0..1, what lies outside is cut. Source: Qdrant's DBSF. */
function distribution(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  const width = 6 * Math.sqrt(variance)
  return values.map((value) => Math.min(1, Math.max(0, (value - mean) / width + 0.5)))
}

/** Where the tenth best lexical hit stands to the best: up to `peaked` words alone decide, from `flat` on they decide nothing. */
type Gate = { readonly peaked: number; readonly flat: number }

const WEIGHTS_GATE: Gate = { peaked: 0.35, flat: 0.65 }
/** Neighbours are heard later than vectors. */
export const AGREEMENT_GATE: Gate = { peaked: 0.45, flat: 0.7 }
/** What the dense leg loses where words alone decide, and that it keeps at least half of what it has. */
const MOST_LOST = 0.2
const LEAST_KEPT = 0.5

/** How open a question is, 0..1: 0 where a few chunks hold its words far better than the rest, 1 where many hold them alike. */
export function opennessOf(
  lexicalBestFirst: readonly number[],
  { peaked, flat }: Gate = WEIGHTS_GATE,
): number {
  const [best = 0] = lexicalBestFirst
  const tenth = lexicalBestFirst[9]
  if (best <= 0 || tenth === undefined) return 1
  return Math.min(1, Math.max(0, (tenth / best - peaked) / (flat - peaked)))
}

/**
 * Weights for a question of this openness: the dense leg counts less where words alone decide, since there vectors only blur what
 * words have found. Measured in docs/retrieval.md.
 */
export function weightsFor(openness: number, weights: LegWeights): LegWeights {
  const lost = Math.min(MOST_LOST, (1 - LEAST_KEPT) * weights.dense)
  const dense = weights.dense - lost * (1 - openness)
  return { lexical: weights.lexical + weights.dense - dense, dense }
}
