import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { withNeighbours } from '../../../shared/domain/retrieval/agreement.ts'
import { unit } from '../../../shared/domain/vector.ts'

const at = (name: string, score: number, ...vector: number[]) => ({
  name,
  score,
  document: name,
  vector: unit(Float32Array.from(vector)),
})

it('raises what resembles good candidates over what stands alone', () => {
  const names = withNeighbours([
    at('good', 1, 1, 0),
    at('alone', 0.6, 0, 1),
    at('like it', 0.55, 1, 0.05),
    at('bad', 0, 0, 1),
  ]).map(({ name }) => name)
  expect(names).toEqual(['good', 'like it', 'alone', 'bad'])
})

it('changes nothing without a share, or when nothing is like anything', () => {
  const candidates = [at('a', 1, 1, 0), at('b', 0.5, 0, 1)]
  expect(withNeighbours(candidates)).toEqual(candidates)
  const alike = [at('a', 1, 1, 0), at('b', 0.5, 1, 0.2), at('c', 0.2, 1, 0.9)]
  expect(withNeighbours(alike, 0)).toEqual(alike)
})

it('keeps every candidate, best first, in the range of the scores', () => {
  const candidate = fc.record({
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    document: fc.constantFrom('a', 'b', 'c'),
    vector: fc
      .array(fc.integer({ min: -9, max: 9 }), { minLength: 3, maxLength: 3 })
      .map((values) => unit(Float32Array.from(values))),
  })
  fc.assert(
    fc.property(fc.array(candidate, { minLength: 1 }), (given) => {
      const candidates = given.toSorted((a, b) => b.score - a.score)
      const moved = withNeighbours(candidates)
      expect(moved).toHaveLength(candidates.length)
      for (const [i, { score }] of moved.entries()) {
        expect(score).toBeLessThanOrEqual((moved[i - 1]?.score ?? candidates[0]?.score ?? 0) + 1e-9)
        expect(score).toBeGreaterThanOrEqual((candidates.at(-1)?.score ?? 0) - 1e-9)
      }
    }),
  )
})

it('does not let the chunks of one document speak for each other', () => {
  const candidates = [at('a', 1, 1, 0), at('b', 0.5, 1, 0.2), at('c', 0.2, 1, 0.9)]
  const one = candidates.map((candidate) => ({ ...candidate, document: 'd' }))
  expect(withNeighbours(one)).toEqual(one)
})
