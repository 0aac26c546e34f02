import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { centred, dot, isZero, quantise, restore, unit } from '../../shared/domain/vector.ts'

/** As shards add up what they store. */
function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(vectors[0]?.length ?? 0)
  for (const vector of vectors)
    for (const [i, value] of vector.entries()) mean[i] = (mean[i] ?? 0) + value / vectors.length
  return mean
}

const vector = fc
  .array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 256, maxLength: 256 })
  .map((values) => unit(Float32Array.from(values)))
  .filter((one) => !isZero(one))

describe('a vector around the mean', () => {
  it('has no direction where all vectors are the same, however their mean was rounded', () => {
    fc.assert(
      fc.property(vector, fc.integer({ min: 1, max: 50 }), (one, count) => {
        const stored = restore(quantise(one))
        const mean = meanOf(Array.from({ length: count }, () => stored))
        expect(isZero(centred(stored, mean))).toBe(true)
      }),
    )
  })

  it('has one of length one where it differs, and none where it never had one', () => {
    fc.assert(
      fc.property(vector, vector, (one, other) => {
        fc.pre(dot(one, other) < 0.99)
        const mean = meanOf([one, other])
        const [away, opposite] = [centred(one, mean), centred(other, mean)]
        expect(dot(away, away)).toBeCloseTo(1, 5)
        expect(dot(away, opposite)).toBeCloseTo(-1, 4)
        expect(isZero(centred(new Float32Array(256), mean))).toBe(true)
      }),
    )
  })
})
