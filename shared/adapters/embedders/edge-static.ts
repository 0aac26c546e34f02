import { unit } from '../../domain/vector.ts'
import { wordPiece } from '../../domain/wordpiece.ts'
import type { Embedder, TokenCounter } from '../../ports/embedder.ts'

const DIMENSIONS = 256
const MAX_TOKENS = 512
/** Measured: models/edge-static/README.md, step 3. */
const DENSE_SHARE = 0.4
const FEEDBACK_SHARE = 0.4

/** The three files of models/edge-static as they lie on disk. */
type Options = { readonly table: ArrayBuffer; readonly scale: ArrayBuffer; readonly vocabulary: string }

/**
 * The embedded embedder: a table of 30,522 token vectors, IDF already in the rows. One gather and one sum per text; no network, no GPU.
 * Format and scores: models/edge-static/README.md.
 */
export function edgeStaticEmbedder({ table, scale, vocabulary }: Options): Embedder & TokenCounter {
  const rows = new Int8Array(table)
  const scales = new Float32Array(scale)
  const tokens = wordPiece(vocabulary)
  return {
    id: 'edge-static',
    dimensions: DIMENSIONS,
    denseShare: DENSE_SHARE,
    feedbackShare: FEEDBACK_SHARE,
    tariff: null,
    count: (text) => tokens.count(text),
    async embed(texts) {
      const encoded = texts.map((text) => tokens.encode(text, MAX_TOKENS))
      return {
        vectors: encoded.map((ids) => embed(ids, rows, scales)),
        tokens: encoded.reduce((sum, ids) => sum + ids.length, 0),
        costNanoUsd: 0,
      }
    },
  }
}

function embed(tokens: readonly number[], rows: Int8Array, scales: Float32Array): Float32Array {
  const sum = new Float32Array(DIMENSIONS)
  for (const token of tokens) {
    const offset = token * DIMENSIONS
    const scale = scales[token] ?? 0
    for (let i = 0; i < DIMENSIONS; i += 1) sum[i] = (sum[i] ?? 0) + (rows[offset + i] ?? 0) * scale
  }
  return unit(sum)
}
