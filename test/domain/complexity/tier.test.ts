import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sureness, tierFor } from '../../../shared/domain/complexity/tier.ts'
import { TIERS } from '../../../shared/domain/tiers.ts'

const complexities = fc.double({ min: 0, max: 1, noNaN: true })

it.each([
  [0.2, 'balanced', 's'],
  [0.3, 'balanced', 'm'],
  [0.5, 'balanced', 'l'],
  [0.7, 'balanced', 'xl'],
  [0.45, 'economy', 's'],
  [0.1, 'best', 'm'],
  [1, 'economy', 'xl'],
] as const)('puts complexity %d with quality %s into tier %s', (complexity, quality, tier) => {
  expect(tierFor(complexity, quality).tier).toBe(tier)
})

it('never chooses a smaller tier for a higher complexity', () => {
  fc.assert(
    fc.property(complexities, complexities, (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)]
      expect(TIERS.indexOf(tierFor(low).tier)).toBeLessThanOrEqual(TIERS.indexOf(tierFor(high).tier))
    }),
  )
})

it.each([
  ['just below a border', 0.29, 's', 'm'],
  ['well below it', 0.15, 's', null],
  ['just above it', 0.31, 'm', null],
  ['in the largest tier', 0.71, 'xl', null],
] as const)('offers the next larger tier only %s', (_where, complexity, tier, alternative) => {
  expect(tierFor(complexity)).toEqual({ tier, alternative })
})

it('is unsure on both sides of a border and sure far from every one', () => {
  for (const complexity of [0.29, 0.31, 0.49, 0.69]) expect(sureness(complexity).isAmbiguous).toBe(true)
  for (const complexity of [0, 0.2, 0.4, 1]) expect(sureness(complexity).isAmbiguous).toBe(false)
  expect(sureness(0).confidence).toBeGreaterThan(0.95)
  expect(sureness(0.31).confidence).toBeLessThan(0.5)
})

it('gives a confidence between 0 and 1', () => {
  fc.assert(
    fc.property(complexities, (complexity) => {
      const { confidence } = sureness(complexity)
      expect(confidence).toBeGreaterThan(0)
      expect(confidence).toBeLessThan(1)
    }),
  )
})
