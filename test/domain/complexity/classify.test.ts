import fc from 'fast-check'
import { expect, it } from 'vitest'
import weights from '../../../models/complexity/weights.json' with { type: 'json' }
import { complexityClassifier } from '../../../shared/domain/complexity/classify.ts'
import { TIERS } from '../../../shared/domain/tiers.ts'

const classify = complexityClassifier(weights)

it('says something sound of any text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200, unit: 'binary' }), (text) => {
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

it('ends at 0 and 1 where no training question was simpler or harder', () => {
  const at = (quantiles: number[]) =>
    complexityClassifier({ ...weights, quantiles })('Who wrote Faust?').complexity
  expect(at([5, 6])).toBe(0)
  expect(at([-6, -5])).toBe(1)
  expect(at([-6, 6])).toBeGreaterThan(0)
  expect(at([-6, 6])).toBeLessThan(1)
})

it('reads no further than the first pages: of the rest only the length counts', () => {
  const long = 'A page of a contract. '.repeat(400)
  const [plain, busy] = ['and then we all went on home', 'if 9,999 not 1 or 2 and 3+4?'].map(
    (end) => long + end,
  )
  expect(classify(plain ?? '')).toEqual(classify(busy ?? ''))
  expect(classify(long.repeat(3)).complexity).toBeGreaterThanOrEqual(classify(long).complexity)
})

it('names the features that moved the complexity most', () => {
  const { features } = classify(
    'If each of 12 people takes 3 days off every quarter, how many days are left?',
  )
  const signs = features.map(({ contribution }) => Math.sign(contribution))
  expect(signs).toEqual(expect.arrayContaining([-1, 1]))
  const sizes = features.map(({ contribution }) => Math.abs(contribution))
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
})
