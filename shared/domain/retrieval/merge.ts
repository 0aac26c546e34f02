type Scored = { readonly chunkId: string; readonly documentId: string; readonly score: number }

/** What the question's own words found counts as much as all its other wordings together. */
const OWN_SHARE = 0.5

/**
 * Hits of several wordings of one question as one list, best first: a hit's score is its own wording's, and the mean of the others',
 * where a list that lacks it says 0. `own` are those of the question itself.
 */
export function mergeWordings<Hit extends Scored>(own: readonly Hit[], others: readonly Hit[][]): Hit[] {
  if (others.length === 0) return [...own]
  const found = new Map<string, { hit: Hit; score: number }>()
  const add = (hits: readonly Hit[], share: number) => {
    for (const hit of hits) {
      const key = `${hit.chunkId} ${hit.documentId}`
      const score = (found.get(key)?.score ?? 0) + share * hit.score
      found.set(key, { hit: found.get(key)?.hit ?? hit, score })
    }
  }
  add(own, OWN_SHARE)
  for (const hits of others) add(hits, (1 - OWN_SHARE) / others.length)
  return [...found.values()]
    .map(({ hit, score }) => ({ ...hit, score }))
    .toSorted((a, b) => b.score - a.score)
}
