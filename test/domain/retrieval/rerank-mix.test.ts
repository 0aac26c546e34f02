import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mixReranked } from '../../../shared/domain/retrieval/rerank-mix.ts'

const share = fc.double({ min: 0, max: 1, noNaN: true })
const hitsOf = (scores: readonly number[]) =>
  scores.toSorted((a, b) => b - a).map((score, id) => ({ id, score }))
const ids = (hits: readonly { id: number }[]) => hits.map(({ id }) => id)

describe('mixing a reranker’s scores in', () => {
  const hits = hitsOf([1, 0.8, 0.6, 0.2])

  it('orders by the weighted sum, in the range of the fused scores', () => {
    const mixed = mixReranked(hits, [0.1, 0.5, 0.9], 0.5)
    // Stretched: fused 1, .5, 0; rerank 0, .5, 1.
    expect(mixed.map(({ id, rerankScore }) => [id, rerankScore])).toEqual([
      [0, 0.1],
      [1, 0.5],
      [2, 0.9],
      [3, null],
    ])
    expect(mixReranked(hits, [0.1, 0.5, 0.9], 0.75).map(({ id, score }) => [id, score.toFixed(2)])).toEqual([
      [2, '0.90'],
      [1, '0.80'],
      [0, '0.70'],
      [3, '0.20'],
    ])
  })

  it('leaves the order to the search at weight 0 and to the reranker at weight 1', () =>
    fc.assert(
      fc.property(fc.array(share, { minLength: 1 }), fc.infiniteStream(share), (fused, stream) => {
        const all = hitsOf(fused)
        const scores = [...stream.take(all.length)]
        expect(ids(mixReranked(all, scores, 0))).toEqual(ids(all))
        const byReranker = mixReranked(all, scores, 1).map(({ rerankScore }) => rerankScore ?? -1)
        expect(byReranker).toEqual(byReranker.toSorted((a, b) => b - a))
      }),
    ))

  it('keeps every hit, falling scores from 0 to 1, and the rest below in their order', () =>
    fc.assert(
      fc.property(fc.array(share), fc.array(share), share, (fused, scores, weight) => {
        const all = hitsOf(fused)
        const shown = scores.slice(0, all.length)
        const mixed = mixReranked(all, shown, weight)
        expect(ids(mixed).toSorted((a, b) => a - b)).toEqual(ids(all))
        expect(ids(mixed).slice(shown.length)).toEqual(ids(all).slice(shown.length))
        for (const [i, { score }] of mixed.entries()) {
          expect(score).toBeGreaterThanOrEqual(0)
          expect(score).toBeLessThanOrEqual(1)
          expect(score).toBeLessThanOrEqual((mixed[i - 1]?.score ?? 1) + 1e-12)
        }
      }),
    ))

  it('leaves the order of the search where the reranker finds all alike', () => {
    expect(ids(mixReranked(hits, [0.4, 0.4, 0.4], 0.9))).toEqual([0, 1, 2, 3])
  })

  it('lets the reranker order hits that the search finds all alike', () => {
    expect(ids(mixReranked(hitsOf([1, 1, 1]), [0.1, 0.3, 0.2], 0.2))).toEqual([1, 2, 0])
  })
})
