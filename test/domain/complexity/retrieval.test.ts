import fc from 'fast-check'
import { expect, it } from 'vitest'
import { correctTier, retrievalSignals } from '../../../shared/domain/complexity/retrieval.ts'
import { TIERS } from '../../../shared/domain/tiers.ts'

const hit = (documentId: string, score: number) => ({ documentId, score })
const alike = retrievalSignals([hit('a', 0.9), hit('b', 0.88), hit('c', 0.85), hit('c', 0.2)])
const clear = retrievalSignals([hit('a', 1), hit('b', 0.4)])

it('reads the margin, and how many hits of how many documents come close to the best', () => {
  expect(alike).toMatchObject({ topScore: 0.9, supporting: 3, spread: 3 })
  expect(alike.margin).toBeCloseTo(0.02)
  expect(clear).toEqual({ topScore: 1, margin: 0.6, supporting: 1, spread: 1 })
  expect(retrievalSignals([])).toEqual({ topScore: 0, margin: 0, supporting: 0, spread: 0 })
})

it('moves a tier up where several documents support the answer alike, and down where one passage stands out', () => {
  expect(correctTier('m', alike, true)).toEqual({
    tier: 'l',
    reason: '3 documents support the answer alike: tier l instead of m',
  })
  expect(correctTier('m', clear, true)).toEqual({
    tier: 's',
    reason: 'one passage stands out: tier s instead of m',
  })
})

it('leaves the tier alone where it is switched off, where nothing was found and at the ends', () => {
  expect(correctTier('m', alike, false)).toEqual({ tier: 'm', reason: null })
  expect(correctTier('m', retrievalSignals([]), true)).toEqual({ tier: 'm', reason: null })
  expect(correctTier('xl', alike, true)).toEqual({ tier: 'xl', reason: null })
  expect(correctTier('s', clear, true)).toEqual({ tier: 's', reason: null })
})

it('moves by one step at most, and says why exactly when it moves', () => {
  const score = fc.double({ min: 0, max: 1, noNaN: true })
  const hits = fc.array(fc.record({ documentId: fc.constantFrom('a', 'b', 'c', 'd'), score }))
  fc.assert(
    fc.property(fc.constantFrom(...TIERS), hits, (tier, found) => {
      const signals = retrievalSignals(found.toSorted((a, b) => b.score - a.score))
      const { tier: moved, reason } = correctTier(tier, signals, true)
      const steps = Math.abs(TIERS.indexOf(moved) - TIERS.indexOf(tier))
      expect(steps).toBe(reason === null ? 0 : 1)
    }),
  )
})
