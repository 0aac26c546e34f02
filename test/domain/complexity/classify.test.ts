import fc from 'fast-check'
import { expect, it } from 'vitest'
import weights from '../../../models/complexity/weights.json' with { type: 'json' }
import { complexityClassifier } from '../../../shared/domain/complexity/classify.ts'
import { TIERS } from '../../../shared/domain/tiers.ts'

const classify = complexityClassifier(weights)

it('says something sound of any text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2_000, unit: 'binary' }), (text) => {
      const { complexity, confidence, sufficient } = classify(text)
      for (const share of [complexity, confidence, ...Object.values(sufficient)]) {
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(1)
      }
      const chances = TIERS.map((tier) => sufficient[tier])
      expect(chances).toEqual(chances.toSorted((a, b) => a - b))
      expect(classify(text)).toEqual(classify(text))
    }),
  )
})

it.each([
  ['nothing', ''],
  ['32 kB of one letter', 'x'.repeat(32_768)],
  ['32 kB of digits and commas', '1,'.repeat(16_384)],
  ['32 kB of option lines', 'A. \n'.repeat(8_192)],
  ['half a surrogate pair', '\ud83d'],
])('reads %s', (_name, text) => {
  expect(Number.isFinite(classify(text).complexity)).toBe(true)
})

it.each([
  [
    'Who wrote Faust?',
    'Which of the following statements about the two accounts is not supported by both, and why, if the interest of 4.5% is compounded every quarter and neither account was closed before 2019?',
  ],
  [
    'What time does the shop close?',
    'If a tank holds 1,250 litres and loses 3% of what is left every hour while a pump adds 20 litres in each hour after the second, how many litres remain after 6 hours, and when is it less than half full?',
  ],
])('finds "%s" simpler than a question of many conditions', (simple, hard) => {
  expect(classify(simple).complexity).toBeLessThan(classify(hard).complexity)
})

it('names the features that moved the complexity most', () => {
  const { features } = classify('If x is not 3 and y is 4, then which of 3x+4y and 7xy is larger, and why?')
  expect(features.length).toBeGreaterThan(1)
  const sizes = features.map(({ contribution }) => Math.abs(contribution))
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
})
