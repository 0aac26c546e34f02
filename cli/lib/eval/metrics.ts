import { calibration, calibrationError } from '../../../shared/domain/evaluation/calibration.ts'
import { type Found, meets, type Target } from '../../../shared/domain/evaluation/judged.ts'
import { type MeasureName, measure } from '../../../shared/domain/evaluation/measures.ts'
import {
  auroc,
  bootstrap,
  differenceWithInterval,
  type Estimate,
  meanWithInterval,
  resampled,
  type Scored,
} from '../../../shared/domain/evaluation/statistics.ts'

/** A question and what is known of its answer. One that the documents do not answer has no targets. */
export type Question = { readonly text: string; readonly targets: readonly Target[] }

/** What a search brought, and how long it took from request to answer. */
export type Searched = {
  readonly hits: readonly (Found & { readonly probability: number })[]
  readonly tookMs: number
}

/** A metric over all questions that it can be told for. */
export type Shown = Estimate & { readonly metric: string; readonly questions: number }

/** A metric with what it takes to hold it against another configuration's: the same questions stand at the same places. */
export type Metric = Shown &
  (
    | { readonly scores: readonly (number | null)[] }
    /** What is no mean: the metric over a draw of questions, by their places. */
    | { readonly over: (draw: readonly number[]) => number }
  )

/** As it is shown and written: figures and nothing else. */
export const shown = ({ metric, questions, mean, low, high }: Metric): Shown => {
  return { metric, questions, mean, low, high }
}

/** Means of the measures over the questions that have an answer, and how well the likeliest hit tells them from those that have none. */
export function metricsOf(
  names: readonly MeasureName[],
  questions: readonly Question[],
  searched: readonly Searched[],
): Metric[] {
  const asked = questions.flatMap(({ targets }, i) => {
    const found = searched[i]
    return found ? [{ ...found, targets }] : []
  })
  const answerable = asked.filter(({ targets }) => targets.length > 0)
  const means = names.map((metric) =>
    meanMetric(
      metric,
      answerable.map(({ hits, targets }) => measure(metric, hits, targets)),
    ),
  )
  if (answerable.length === 0) return abstention(asked)
  return answerable.length === asked.length ? means : [...means, ...abstention(asked)]
}

/** The mean of the scores that there are; null is of a question that has none. */
export function meanMetric(metric: string, scores: readonly (number | null)[]): Metric {
  const told = scores.filter((score) => score !== null)
  return { metric, questions: told.length, scores, ...meanWithInterval(told) }
}

function abstention(asked: readonly (Searched & Pick<Question, 'targets'>)[]): Metric[] {
  const scored = asked.map(({ hits, targets }) => ({
    score: Math.max(0, ...hits.map(({ probability }) => probability)),
    isPositive: targets.length > 0,
  }))
  const estimate = bootstrap(scored, auroc)
  const over = (draw: readonly number[]) => auroc(draw.flatMap((place) => scored[place] ?? []))
  return Number.isNaN(estimate.mean) ? [] : [{ metric: 'auroc', questions: asked.length, over, ...estimate }]
}

/** A search shows ten hits unless told otherwise. */
const SHOWN = 10

/** What the hits' probabilities are worth: `hit-auroc`, and `hit-error`, of which less is better. */
export function calibrationOf(questions: readonly Question[], searched: readonly Searched[]): Metric[] {
  const judged = questions.map(({ targets }, i) =>
    (searched[i]?.hits ?? []).slice(0, SHOWN).map(({ probability, ...hit }) => {
      return { probability, isRelevant: targets.some((target) => meets(hit, target)) }
    }),
  )
  const { auroc: told, error } = calibration(judged)
  const drawn = (draw: readonly number[]) => draw.flatMap((place) => judged[place] ?? [])
  const scored = (draw: readonly number[]): Scored[] =>
    drawn(draw).map(({ probability, isRelevant }) => ({ score: probability, isPositive: isRelevant }))
  const metrics: Metric[] = [
    { metric: 'hit-auroc', questions: questions.length, over: (draw) => auroc(scored(draw)), ...told },
    {
      metric: 'hit-error',
      questions: questions.length,
      over: (draw) => calibrationError(drawn(draw)),
      ...error,
    },
  ]
  return metrics.filter(({ mean }) => !Number.isNaN(mean))
}

/** Pooling thousands of hits anew is slow, and what is no mean has wide intervals anyway. */
const RESAMPLES = 200

/** How far a metric is from the baseline's over the questions that both can be told for; null where there are none. */
export function differenceFrom(baseline: Metric, metric: Metric): Estimate | null {
  const difference = paired(baseline, metric)
  return difference && !Number.isNaN(difference.mean) ? difference : null
}

function paired(first: Metric, second: Metric): Estimate | null {
  if ('scores' in first && 'scores' in second) {
    const pairs = second.scores.flatMap((score, place) => {
      const other = first.scores[place] ?? null
      return score === null || other === null ? [] : [{ score, other }]
    })
    return differenceWithInterval(
      pairs.map(({ score }) => score),
      pairs.map(({ other }) => other),
    )
  }
  if (!('over' in first && 'over' in second)) return null
  const places = Array.from({ length: second.questions }, (_, place) => place)
  return resampled(places, (draw) => second.over(draw) - first.over(draw), RESAMPLES)
}

/** `.554 (.515 to .589)` */
export function describeEstimate({ mean, low, high }: Estimate): string {
  return `${short(mean)} (${short(low)} to ${short(high)})`
}

const short = (value: number) => value.toFixed(3).replace(/^(-?)0(?=\.)/, '$1')

/** The middle one of the durations. */
export function medianMs(searched: readonly Searched[]): number {
  const ascending = searched.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b)
  return ascending[Math.floor((ascending.length - 1) / 2)] ?? Number.NaN
}
