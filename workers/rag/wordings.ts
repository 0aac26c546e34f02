import type { Rewriting } from '../../shared/domain/rewriting.ts'
import { unit } from '../../shared/domain/vector.ts'
import type { Embedder, Embedding } from '../../shared/ports/embedder.ts'

/** One wording of a question: what is looked up, and the vector that is compared. */
export type Wording = { readonly text: string; readonly vector: Float32Array }

const NO_PASSAGE: Embedding = { vectors: [], tokens: 0, costNanoUsd: 0 }
const NOTHING: Rewriting = { standalone: null, queries: [], passage: null }

/** The question as it is searched: as it stands alone where a model said so. */
export const askedText = (query: string, rewriting: Rewriting | null | undefined) =>
  rewriting?.standalone ?? query

/** All that is embedded of a question: the question, or what a model made of it, first. */
export const textsOf = (query: string, rewriting: Rewriting = NOTHING) => ({
  wordings: [askedText(query, rewriting), ...rewriting.queries],
  passage: rewriting.passage,
})

/** The question, or what a model made of it, first; a passage that might answer it moves its vector half-way. */
export async function wordingsOf(embedder: Embedder, query: string, rewriting?: Rewriting) {
  const { wordings: texts, passage } = textsOf(query, rewriting)
  const asked = await embedder.embed(texts, 'query')
  const imagined = passage === null ? NO_PASSAGE : await embedder.embed([passage], 'document')
  const [towards] = imagined.vectors
  const wordings = texts.map((text, i): Wording => {
    const vector = asked.vectors[i] ?? new Float32Array(embedder.dimensions)
    return { text, vector: towards && i === 0 ? between(vector, towards) : vector }
  })
  return {
    wordings,
    embedding: {
      tokens: asked.tokens + imagined.tokens,
      costNanoUsd: asked.costNanoUsd + imagined.costNanoUsd,
    },
  }
}

const between = (a: Float32Array, b: Float32Array) => unit(a.map((value, i) => value + (b[i] ?? 0)))
