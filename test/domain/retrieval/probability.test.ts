import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { coverageOf, likelyHits, relevanceProbability } from '../../../shared/domain/retrieval/probability.ts'

const sign = fc.double({ min: -1, max: 2, noNaN: true })
const signs = fc.record({ score: sign, coverage: sign, likeness: sign })

it('is a probability that never falls when a sign grows', () => {
  fc.assert(
    fc.property(signs, signs, (a, b) => {
      const low = {
        score: Math.min(a.score, b.score),
        coverage: Math.min(a.coverage, b.coverage),
        likeness: Math.min(a.likeness, b.likeness),
      }
      expect(relevanceProbability(a)).toBeGreaterThan(0)
      expect(relevanceProbability(a)).toBeLessThan(1)
      expect(relevanceProbability(low)).toBeLessThanOrEqual(relevanceProbability(a))
    }),
  )
})

it('tells the best hit of a hopeless question from one that holds what was asked', () => {
  expect(relevanceProbability({ score: 1, coverage: 0.05, likeness: 0.05 })).toBeLessThan(0.15)
  expect(relevanceProbability({ score: 1, coverage: 0.5, likeness: 0.7 })).toBeGreaterThan(0.7)
})

it('covers nothing where no word of the question is known', () => {
  expect(coverageOf(0, 0)).toBe(0)
  expect(coverageOf(3, 12)).toBe(0.25)
  expect(coverageOf(13, 12)).toBe(1)
})

it('keeps hits that are likely enough by themselves and beside the likeliest, in their order', () => {
  const hits = [0.3, 0.6, 0.05, 0.12].map((probability) => ({ probability }))
  const kept = (minProbability: number, cut: number | null) =>
    likelyHits(hits, { minProbability, cut }).map(({ probability }) => probability)
  expect(kept(0, null)).toEqual([0.3, 0.6, 0.05, 0.12])
  expect(kept(0.1, null)).toEqual([0.3, 0.6, 0.12])
  expect(kept(0, 0.25)).toEqual([0.3, 0.6])
  expect(kept(0.7, 0.1)).toEqual([])
  expect(likelyHits([], { minProbability: 0.5, cut: 0.5 })).toEqual([])
})

it('always keeps the likeliest hit of a cut', () => {
  const hits = fc.array(fc.record({ probability: fc.double({ min: 0, max: 1, noNaN: true }) }), {
    minLength: 1,
  })
  fc.assert(
    fc.property(hits, fc.double({ min: 0, max: 1, noNaN: true }), (given, cut) => {
      const best = Math.max(...given.map(({ probability }) => probability))
      expect(likelyHits(given, { minProbability: 0, cut }).map(({ probability }) => probability)).toContain(
        best,
      )
    }),
  )
})
