import { centred, unit } from './vector.ts'

/** A lexical hit that stands for what the question is about: its BM25 score and its document vector. */
export type FeedbackHit = { readonly lexical: number; readonly vector: Float32Array }

/** How many of the best lexical hits speak for the question. */
export const FEEDBACK_HITS = 5

/**
 * The question as the dense leg searches it: centred on the collection mean and moved by `share`, 0..1, towards the mean of the best lexical hits,
 * each weighted by the square of its score over the best. Source: models/edge-static/README.md, steps 1 and 2.
 */
export function feedbackVector(
  question: Float32Array,
  mean: Float32Array,
  hits: readonly FeedbackHit[],
  share = 0.5,
): Float32Array {
  const own = centred(question, mean)
  const best = Math.max(0, ...hits.map(({ lexical }) => lexical))
  if (best === 0) return own
  const told = new Float32Array(question.length)
  for (const { lexical, vector } of hits) {
    const weight = (lexical / best) ** 2
    for (const [i, value] of centred(vector, mean).entries()) told[i] = (told[i] ?? 0) + weight * value
  }
  const direction = unit(told)
  return unit(own.map((value, i) => (1 - share) * value + share * (direction[i] ?? 0)))
}
