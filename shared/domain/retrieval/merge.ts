type Scored = {
  readonly chunkId: string
  readonly documentId: string
  readonly score: number
  readonly probability: number
}

/** What the question's own words found counts as much as all its other wordings together. */
const OWN_SHARE = 0.5

/**
 * Hits of several wordings of one question as one list, best first: a hit's score is its own wording's, and the mean of the others',
 * where a list that lacks it says 0; it is as likely as its likeliest wording makes it. `own` are those of the question itself.
 */
export function mergeWordings<Hit extends Scored>(own: readonly Hit[], others: readonly Hit[][]): Hit[] {
  if (others.length === 0) return [...own]
  const found = new Map<string, { hit: Hit; score: number; probability: number }>()
  const add = (hits: readonly Hit[], share: number) => {
    for (const hit of hits) {
      const key = `${hit.chunkId} ${hit.documentId}`
      const known = found.get(key)
      const score = (known?.score ?? 0) + share * hit.score
      const probability = Math.max(known?.probability ?? 0, hit.probability)
      found.set(key, { hit: known?.hit ?? hit, score, probability })
    }
  }
  add(own, OWN_SHARE)
  for (const hits of others) add(hits, (1 - OWN_SHARE) / others.length)
  return [...found.values()]
    .map(({ hit, score, probability }) => ({ ...hit, score, probability }))
    .toSorted((a, b) => b.score - a.score)
}
