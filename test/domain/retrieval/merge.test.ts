import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { mergeWordings } from '../../../shared/domain/retrieval/merge.ts'

const hit = (chunkId: string, score: number) => ({ chunkId, documentId: 'd', score, probability: score })
const list = fc
  .uniqueArray(
    fc.record({
      chunkId: fc.constantFrom('a', 'b', 'c', 'd'),
      documentId: fc.constant('d'),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
      probability: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { selector: ({ chunkId }) => chunkId },
  )
  .map((hits) => hits.toSorted((x, y) => y.score - x.score))

it('leaves the list of a question with one wording as it is', () => {
  fc.assert(
    fc.property(list, (hits) => {
      expect(mergeWordings(hits, [])).toEqual(hits)
    }),
  )
})

it('puts what every wording finds before what only one of them does', () => {
  const merged = mergeWordings(
    [hit('both', 0.8), hit('own', 0.9)],
    [[hit('both', 0.8)], [hit('both', 0.7), hit('other', 1)]],
  )
  expect(merged.map(({ chunkId }) => chunkId)).toEqual(['both', 'own', 'other'])
  expect(merged[0]?.score).toBeCloseTo(0.4 + 0.25 * 0.8 + 0.25 * 0.7)
  expect(merged.map(({ probability }) => probability)).toEqual([0.8, 0.9, 1])
})

it('answers each chunk once, best first, with a score from 0 to 1', () => {
  fc.assert(
    fc.property(list, fc.array(list), (own, others) => {
      const merged = mergeWordings(own, others)
      const keys = merged.map(({ chunkId }) => chunkId)
      expect(new Set(keys)).toEqual(new Set([own, ...others].flat().map(({ chunkId }) => chunkId)))
      expect(keys).toHaveLength(new Set(keys).size)
      for (const [i, { score }] of merged.entries()) {
        expect(score).toBeLessThanOrEqual(1 + 1e-9)
        expect(score).toBeLessThanOrEqual(merged[i - 1]?.score ?? 1 + 1e-9)
      }
    }),
  )
})
