import { expect, it } from 'vitest'
import type { Embedder } from '../../shared/ports/embedder.ts'

const norm = (vector: Float32Array = new Float32Array()) => Math.hypot(...vector)
const dot = (a: Float32Array = new Float32Array(), b: Float32Array = new Float32Array()) =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)

/** Every Embedder adapter passes this unchanged. */
export function embedderContract(create: () => Embedder) {
  it('answers one unit vector per text, in order', async () => {
    const embedder = create()
    const texts = [
      'the harbour pilot boards ships',
      'soup is served at noon',
      'the harbour pilot boards ships',
    ]
    const { vectors, tokens, costNanoUsd } = await embedder.embed(texts, 'document')
    expect(vectors).toHaveLength(3)
    expect(Number.isInteger(tokens) && tokens > 0).toBe(true)
    expect(Number.isInteger(costNanoUsd) && costNanoUsd >= 0).toBe(true)
    expect(embedder.denseShare).toBeGreaterThan(0)
    expect(embedder.denseShare).toBeLessThanOrEqual(1)
    expect(embedder.feedbackShare).toBeGreaterThanOrEqual(0)
    expect(embedder.feedbackShare).toBeLessThanOrEqual(1)
    for (const vector of vectors) {
      expect(vector).toHaveLength(embedder.dimensions)
      expect(norm(vector)).toBeCloseTo(1, 5)
    }
    expect(vectors[2]).toEqual(vectors[0])
  })

  it('puts texts on the same subject nearer to each other', async () => {
    const { vectors } = await create().embed(
      ['where do ships anchor', 'the vessel lies in the harbour', 'a recipe for onion soup'],
      'query',
    )
    const [question, near, far] = vectors
    expect(dot(question, near)).toBeGreaterThan(dot(question, far))
  })

  it('answers zeros, never NaN, for a text it knows nothing of', async () => {
    const { vectors, tokens } = await create().embed(['', 'harbour', ' \n '], 'document')
    expect(vectors.map((vector) => Math.round(norm(vector)))).toEqual([0, 1, 0])
    expect(tokens).toBeGreaterThan(0)
  })

  it('embeds nothing as nothing', async () => {
    expect(await create().embed([], 'document')).toEqual({ vectors: [], tokens: 0, costNanoUsd: 0 })
  })
}
