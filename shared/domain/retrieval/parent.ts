/** A chunk's raw scores and the document that it is a part of. */
type Part = {
  readonly lexical: number
  readonly dense: number
  readonly document: string
  /** False for the only chunk of its document, for which there is nobody else to speak. */
  readonly isPart: boolean
}

/** Share of the whole document's BM25 in a chunk's, and of its best chunk's cosine. Measured in docs/retrieval.md. */
const LEXICAL_SHARE = 0.3
const DENSE_SHARE = 0.5

/**
 * Chunks for which their documents speak as well: a chunk that says what is asked in few words counts for more in a document that is
 * about nothing else. `parents` are BM25 scores of whole documents, brought to the scale of the chunks' here.
 */
export function withParents<P extends Part>(
  parts: readonly P[],
  parents: ReadonlyMap<string, number>,
): (P & { readonly parent: number })[] {
  const bestPart = Math.max(0, ...parts.map(({ lexical }) => lexical))
  const bestParent = Math.max(0, ...parents.values())
  const scale = bestParent > 0 ? bestPart / bestParent : 0
  const nearest = new Map<string, number>()
  for (const { document, dense } of parts)
    nearest.set(document, Math.max(nearest.get(document) ?? Number.NEGATIVE_INFINITY, dense))
  return parts.map((part) => {
    const { lexical, dense, document, isPart } = part
    const parent = isPart ? scale * (parents.get(document) ?? 0) : lexical
    const best = isPart ? (nearest.get(document) ?? dense) : dense
    return {
      ...part,
      lexical: mix(lexical, parent, LEXICAL_SHARE),
      dense: mix(dense, best, DENSE_SHARE),
      parent,
    }
  })
}

const mix = (own: number, other: number, share: number) => (1 - share) * own + share * other
