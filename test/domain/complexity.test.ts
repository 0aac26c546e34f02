import fc from 'fast-check'
import { expect, it } from 'vitest'
import { classifyComplexity, tierFor } from '../../shared/domain/complexity.ts'

it('scores as the requirements document does', () => {
  // 26 characters, no question word, one question mark: 26/500 + .15
  expect(classifyComplexity('When does the shop close ?').complexity).toBeCloseTo(0.202)
  // 59 characters, "explain" and "why", "latency" and "model", one " and ": .118 + .2 + .1 + .15
  const text = 'Explain why latency grows and what the model has to do with'
  expect(classifyComplexity(text).complexity).toBeCloseTo(0.568)
})

it('stays between 0 and 1 for any text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 5_000 }), (text) => {
      const { complexity, confidence } = classifyComplexity(text)
      expect(complexity).toBeGreaterThanOrEqual(0)
      expect(complexity).toBeLessThanOrEqual(1)
      expect(confidence).toBeGreaterThanOrEqual(0)
      expect(confidence).toBeLessThanOrEqual(1)
    }),
  )
})

it('is unsure at a border between tiers and sure far from one', () => {
  const almostBorder = `${'x'.repeat(75)}?` // .152 + .15 = .302, border .3
  expect(classifyComplexity(almostBorder).confidence).toBeLessThan(0.1)
  expect(classifyComplexity('').confidence).toBe(1)
})

it.each([
  [0.29, 'balanced', 's'],
  [0.3, 'balanced', 'm'],
  [0.5, 'balanced', 'l'],
  [0.7, 'balanced', 'xl'],
  [0.45, 'economy', 's'],
  [0.1, 'best', 'm'],
  [1, 'economy', 'xl'],
] as const)('puts complexity %d with quality %s into tier %s', (complexity, quality, tier) => {
  expect(tierFor(complexity, quality)).toBe(tier)
})
