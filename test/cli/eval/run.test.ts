import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  calibrationOf,
  differenceFrom,
  type Metric,
  meanMetric,
  metricsOf,
  type Question,
} from '../../../cli/lib/eval/metrics.ts'
import { differences, figures, transposed } from '../../../cli/lib/eval/report.ts'
import { runConfigurations } from '../../../cli/lib/eval/run.ts'
import { EXIT, Failure } from '../../../cli/lib/failure.ts'

const own = { name: 'own settings', retrieval: undefined }
const configuration = (name: string) => ({ name, retrieval: { name } })

/** Measures what the table says of the configuration. */
const run = (metrics: Readonly<Record<string, readonly Metric[] | Error>>) =>
  runConfigurations([own, ...Object.keys(metrics).slice(1).map(configuration)], async ({ name }) => {
    const measured = metrics[name] ?? []
    if (measured instanceof Error) throw measured
    return { medianMs: 2, metrics: measured }
  })

const refusal = (code: string) => new Failure(EXIT.refused, `${code}: no`, { code })
const ndcg = (...scores: readonly (number | null)[]) => [meanMetric('ndcg@10', scores)]

describe('a run of configurations', () => {
  it('holds each against the first, question by question', async () => {
    const { configurations } = await run({ [own.name]: ndcg(0.2, 0.9), mine: ndcg(0.3, 1) })
    const [difference] = configurations.map(({ metrics }) => metrics[0]?.difference).slice(1)
    expect(configurations[0]?.metrics[0]).not.toHaveProperty('difference')
    expect(difference?.mean).toBeCloseTo(0.1, 12)
    expect(difference?.low).toBeCloseTo(0.1, 12)
    expect(differences(configurations).rows).toEqual([['mine', '.100 (.100 to .100) *', '0.0']])
  })

  it('leaves out what the platform refuses, in its words, and goes on', async () => {
    const { configurations, refused } = await run({
      [own.name]: ndcg(1),
      bad: refusal('invalid_request'),
      mine: ndcg(0),
    })
    expect(configurations.map(({ name }) => name)).toEqual([own.name, 'mine'])
    expect(refused).toEqual([{ name: 'bad', message: 'invalid_request: no' }])
  })

  it.each([
    ['the settings that are there anyway', { [own.name]: refusal('invalid_request') }],
    ['what is no matter of the configuration', { [own.name]: ndcg(1), mine: refusal('budget_exceeded') }],
  ])('ends at a refusal of %s', async (_of, metrics) => {
    await expect(run(metrics)).rejects.toThrow(': no')
  })

  it('turns its figures round, with a row for each metric that any configuration has', async () => {
    const answered = [...ndcg(1, 1), meanMetric('grounding', [0.5, null])]
    const { configurations } = await run({ [own.name]: ndcg(1, 0), mine: answered })
    expect(transposed(figures('metric', configurations))).toEqual({
      header: ['metric', 'own settings', 'mine'],
      rows: [
        ['ndcg@10', '.500 (.000 to 1.000)', '1.000 (1.000 to 1.000)'],
        ['grounding', '', '.500 (.500 to .500)'],
        ['ms', '2.0', '2.0'],
      ],
    })
    expect(transposed(differences(configurations)).rows).toEqual([
      ['ndcg@10', '.500 (.000 to 1.000)'],
      ['grounding', ''],
      ['ms', '0.0'],
    ])
  })
})

const target = { documentId: 'right', span: null, gain: 1 }
const questions: Question[] = ['a', 'b', 'c', 'd'].map((text, i) => ({
  text,
  targets: i < 2 ? [target] : [],
}))
const searchedWith = (probabilities: readonly number[]) =>
  probabilities.map((probability, i) => ({
    tookMs: 1,
    hits: [{ documentId: i < 2 ? 'right' : 'wrong', start: 0, end: 1, probability }],
  }))

describe('a difference', () => {
  it('counts the questions alone that both could be told for', () => {
    const [first, second] = [meanMetric('grounding', [1, null, 0.5]), meanMetric('grounding', [null, 1, 1])]
    expect(second.questions).toBe(2)
    expect(differenceFrom(first, second)).toEqual({ mean: 0.5, low: 0.5, high: 0.5 })
    expect(differenceFrom(meanMetric('grounding', [null, 1]), meanMetric('grounding', [1, null]))).toBeNull()
  })

  it('is told of what is no mean too: of probabilities, drawn with the same questions', () => {
    const measured = (probabilities: readonly number[]) => {
      const searched = searchedWith(probabilities)
      return [...calibrationOf(questions, searched), ...metricsOf([], questions, searched)]
    }
    const better = measured([0.95, 0.95, 0.05, 0.05])
    const worse = measured([0.05, 0.05, 0.95, 0.95])
    const told = better.map((metric, i) => [metric.metric, differenceFrom(worse[i] ?? metric, metric)])
    expect(Object.fromEntries(told)).toMatchObject({
      'hit-auroc': { mean: 1, low: 1, high: 1 },
      'hit-error': { mean: expect.closeTo(-0.9, 9), high: expect.closeTo(-0.9, 9) },
      auroc: { mean: 1, low: 1, high: 1 },
    })
  })

  it('is the difference of the means where every question has a score, and none from itself', () => {
    const score = fc.double({ min: 0, max: 1, noNaN: true })
    const pairs = fc.array(fc.tuple(score, score), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(pairs, (scores) => {
        const first = meanMetric(
          'm',
          scores.map(([one]) => one),
        )
        const second = meanMetric(
          'm',
          scores.map(([, other]) => other),
        )
        expect(differenceFrom(first, second)?.mean).toBeCloseTo(second.mean - first.mean, 9)
        expect(differenceFrom(first, first)).toEqual({ mean: 0, low: 0, high: 0 })
      }),
      { numRuns: 20 },
    )
  })
})
