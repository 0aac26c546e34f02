import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { coverageOf, likelyHits, relevanceProbability } from '../../../shared/domain/retrieval/probability.ts'

const sign = fc.double({ min: -1, max: 2, noNaN: true })
const signs = fc.record({ score: sign, coverage: sign, likeness: sign })
const growth = fc.double({ min: 0, max: 1, noNaN: true })

it('tells the best hit of a question that the collection answers from that of one that it does not', () => {
  const found = relevanceProbability({ score: 1, coverage: 0.55, likeness: 0.6 })
  const foreign = relevanceProbability({ score: 1, coverage: 0.1, likeness: 0.1 })
  expect(found).toBeGreaterThan(0.6)
  expect(foreign).toBeLessThan(0.15)
})

it('is between 0 and 1 and never falls when a sign grows', () => {
  fc.assert(
    fc.property(signs, growth, growth, growth, (given, byScore, byCoverage, byLikeness) => {
      const probability = relevanceProbability(given)
      expect(probability).toBeGreaterThan(0)
      expect(probability).toBeLessThan(1)
      const more = {
        score: given.score + byScore,
        coverage: given.coverage + byCoverage,
        likeness: given.likeness + byLikeness,
      }
      expect(relevanceProbability(more)).toBeGreaterThanOrEqual(probability)
    }),
  )
})

it('counts the words that no chunk has against a chunk that holds all the others', () => {
  const saturation = 1.2
  expect(coverageOf(2.2 * 3, [1, 2], saturation)).toBeCloseTo(1)
  expect(coverageOf(2.2 * 3, [1, 2, 3], saturation)).toBeCloseTo(0.5)
})

it('sees nothing covered of a question without words', () => {
  expect(coverageOf(0, [], 1.2)).toBe(0)
})

it('is a share of the question whatever the scores and weights', () => {
  const weight = fc.double({ min: 0, max: 20, noNaN: true })
  fc.assert(
    fc.property(weight, fc.array(weight), (lexical, termWeights) => {
      const coverage = coverageOf(lexical, termWeights, 1.2)
      expect(coverage).toBeGreaterThanOrEqual(0)
      expect(coverage).toBeLessThanOrEqual(1)
    }),
  )
})

const hits = (...probabilities: number[]) => probabilities.map((probability) => ({ probability }))

it('leaves out what is far less likely than the likeliest hit, and what is below the threshold', () => {
  expect(likelyHits(hits(0.6, 0.8, 0.15, 0.25))).toEqual(hits(0.6, 0.8, 0.25))
  expect(likelyHits(hits(0.6, 0.8, 0.25), 0.7)).toEqual(hits(0.8))
  expect(likelyHits(hits(0.2), 0.3)).toEqual([])
})

it('keeps the likeliest hit and the order when no threshold is set', () => {
  const probability = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(fc.array(fc.record({ probability, id: fc.nat() }), { minLength: 1 }), (given) => {
      const kept = likelyHits(given)
      const likeliest = Math.max(...given.map((hit) => hit.probability))
      expect(kept.some((hit) => hit.probability === likeliest)).toBe(true)
      expect(given.filter((hit) => kept.includes(hit))).toEqual(kept)
    }),
  )
})
