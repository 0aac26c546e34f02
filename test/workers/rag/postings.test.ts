import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodePostings, encodePostings, newPostings } from '../../../workers/rag/objects/postings.ts'

const encoded = (pairs: readonly (readonly [number, number])[]) =>
  encodePostings(
    pairs.map(([row]) => row),
    pairs.map(([, count]) => count),
  )

it('gives back any postings in any order', () => {
  const pair = fc.tuple(fc.nat(2 ** 28 - 1), fc.integer({ min: 0, max: 2 ** 30 }))
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 100 }), (pairs) => {
      const back = newPostings()
      decodePostings(encoded(pairs), back)
      expect(Array.from({ length: back.size }, (_, i) => [back.rows[i], back.counts[i]])).toEqual(pairs)
    }),
  )
})

it('takes a byte for a row that follows closely and has the word once', () => {
  expect(
    encoded([
      [1, 1],
      [2, 1],
      [20, 1],
      [51, 1],
    ]).length,
  ).toBe(4)
})
