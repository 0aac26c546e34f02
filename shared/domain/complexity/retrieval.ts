import { TIERS, type Tier } from '../tiers.ts'

/** What the hits of a search say about the question. */
export type RetrievalSignals = {
  /** Best fused score, 0..1. */
  readonly topScore: number
  /** From the best hit's score down to the second's. */
  readonly margin: number
  /** Hits whose score comes close to the best, the best included. */
  readonly supporting: number
  /** Documents that those hits are from. */
  readonly spread: number
}

type Hit = { readonly documentId: string; readonly score: number }

/** A hit comes close from this share of the best score on. */
const CLOSE = 0.7

/** `hits` are in the order of the search, best first. */
export function retrievalSignals(hits: readonly Hit[]): RetrievalSignals {
  const [topScore = 0, second = 0] = hits.map(({ score }) => score)
  const close = hits.filter(({ score }) => score >= CLOSE * topScore)
  const documents = new Set(close.map(({ documentId }) => documentId))
  return { topScore, margin: topScore - second, supporting: close.length, spread: documents.size }
}

/** Below this margin no hit stands out, above the other one hit does. */
const LEVEL_MARGIN = 0.05
const CLEAR_MARGIN = 0.35
/** An answer that is put together from at least so many documents. */
const MANY_DOCUMENTS = 3

/**
 * The tier moved by at most one step: up where the answer lies in several documents alike, down where one passage stands out.
 * `isEnabled` is the caller's switch; it is off by default, since the effect is small (docs/classifier.md).
 */
export function correctTier(
  tier: Tier,
  { margin, spread }: RetrievalSignals,
  isEnabled: boolean,
): { readonly tier: Tier; readonly reason: string | null } {
  if (!isEnabled) return { tier, reason: null }
  if (margin < LEVEL_MARGIN && spread >= MANY_DOCUMENTS)
    return move(tier, 1, `${spread} documents support the answer alike`)
  if (margin > CLEAR_MARGIN) return move(tier, -1, 'one passage stands out')
  return { tier, reason: null }
}

function move(tier: Tier, step: 1 | -1, why: string): { tier: Tier; reason: string | null } {
  const moved = TIERS[TIERS.indexOf(tier) + step]
  if (moved === undefined) return { tier, reason: null }
  return { tier: moved, reason: `${why}: tier ${moved} instead of ${tier}` }
}
