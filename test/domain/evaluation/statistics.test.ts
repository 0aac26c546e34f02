import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerRecall, citationQuality } from '../../../shared/domain/evaluation/answers.ts'
import {
  auroc,
  bootstrap,
  differenceWithInterval,
  meanWithInterval,
} from '../../../shared/domain/evaluation/statistics.ts'

const scores = fc.array(
  fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
  {
    minLength: 1,
    maxLength: 40,
  },
)

describe('an interval', () => {
  it('holds the mean, and is the same for the same scores', () => {
    fc.assert(
      fc.property(scores, (list) => {
        const { mean, low, high } = meanWithInterval(list)
        expect(low).toBeLessThanOrEqual(mean + 0.05)
        expect(high).toBeGreaterThanOrEqual(mean - 0.05)
        expect(low).toBeGreaterThanOrEqual(Math.min(...list) - 1e-12)
        expect(high).toBeLessThanOrEqual(Math.max(...list) + 1e-12)
        expect(meanWithInterval(list)).toEqual({ mean, low, high })
      }),
      { numRuns: 30 },
    )
  })

  it('is about as wide as theory says', () => {
    const list = Array.from({ length: 400 }, (_, i) => i % 2)
    const { low, high } = meanWithInterval(list)
    expect(high - low).toBeCloseTo(2 * 1.96 * (0.5 / Math.sqrt(400)), 2)
  })

  it('of a difference is of the pairs: what both have in common is no doubt about it', () => {
    const baseline = Array.from({ length: 50 }, (_, i) => i / 100)
    const better = baseline.map((score) => score + 0.1)
    const { mean, low, high } = differenceWithInterval(better, baseline)
    for (const figure of [mean, low, high]) expect(figure).toBeCloseTo(0.1, 12)
  })
})

describe('the area under the ROC curve', () => {
  const scored = fc.array(fc.record({ score: fc.integer({ min: 0, max: 5 }), isPositive: fc.boolean() }), {
    maxLength: 20,
  })

  it('is the share of pairs that are in order, ties counted half', () => {
    fc.assert(
      fc.property(scored, (list) => {
        const [positives, negatives] = [
          list.filter((one) => one.isPositive),
          list.filter((one) => !one.isPositive),
        ]
        const wins = positives.flatMap(({ score }) =>
          negatives.map((other): number => (score > other.score ? 1 : score === other.score ? 0.5 : 0)),
        )
        const expected = wins.reduce((sum, win) => sum + win, 0) / wins.length
        const area = auroc(list)
        expect(Number.isNaN(area)).toBe(wins.length === 0)
        expect(Math.abs((area || 0) - (expected || 0))).toBeLessThan(1e-12)
      }),
    )
  })

  it('leaves resamples without positives or negatives out of its interval', () => {
    const few = [
      { score: 0.9, isPositive: true },
      { score: 0.1, isPositive: false },
    ]
    expect(bootstrap(few, auroc)).toEqual({ mean: 1, low: 1, high: 1 })
  })
})

describe('an answer', () => {
  const cited = (documentId: string) => ({ documentId, start: 0, end: 10 })
  const target = (documentId: string) => ({ documentId, span: { start: 5, end: 9 }, gain: 1 })

  it('is held against what it should cite', () => {
    expect(
      citationQuality([cited('a'), cited('x')], [target('a'), target('b'), target('c'), target('d')]),
    ).toEqual({
      precision: 0.5,
      recall: 0.25,
    })
  })

  it('without citations has no precision, and without targets no recall', () => {
    expect(citationQuality([], [target('a')])).toEqual({ precision: null, recall: 0 })
    expect(citationQuality([cited('a')], [])).toEqual({ precision: 0, recall: null })
  })

  it('is held against the words it should have, each as often, but for articles and signs', () => {
    expect(answerRecall('It leaves the North Mole at two.', 'the North Mole')).toBe(1)
    expect(answerRecall('two boats', 'two by two')).toBeCloseTo(1 / 3, 12)
    expect(answerRecall('', 'Köln')).toBe(0)
  })
})
