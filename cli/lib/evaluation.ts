import { jsonBody } from '../../shared/api/define-route.ts'
import { searchRequest, searchRoute } from '../../shared/api/search.ts'
import { calibration } from '../../shared/domain/evaluation/calibration.ts'
import { type Found, meets, type Target } from '../../shared/domain/evaluation/judged.ts'
import { type MeasureName, measure } from '../../shared/domain/evaluation/measures.ts'
import {
  auroc,
  bootstrap,
  type Estimate,
  meanWithInterval,
} from '../../shared/domain/evaluation/statistics.ts'
import type { Client } from './client.ts'

/** A question and what is known of its answer. One that the documents do not answer has no targets. */
export type Question = { readonly text: string; readonly targets: readonly Target[] }

/** What a search brought, and how long it took from request to answer. */
export type Searched = {
  readonly hits: readonly (Found & { readonly probability: number })[]
  readonly tookMs: number
}

/** The `retrieval` object of a search; undefined is what the collection has. */
export type Retrieval = Readonly<Record<string, unknown>> | undefined

/** As searchRoute, but whatever a configuration asks for goes through: the platform knows best which of it it refuses. */
const anySearchRoute = {
  ...searchRoute,
  request: { body: jsonBody(searchRequest.omit({ retrieval: true }).loose()) },
}

export async function search(
  client: Client,
  collection: string,
  query: string,
  { topK, retrieval }: { readonly topK: number; readonly retrieval: Retrieval },
): Promise<Searched> {
  const startedMs = performance.now()
  const body = { query, collection, topK, ...(retrieval && { retrieval }) }
  const { hits } = await client.call(anySearchRoute, { body })
  return { hits, tookMs: performance.now() - startedMs }
}

/** A metric over all questions that it can be told for, with the score of each where it is a mean. */
export type Metric = Estimate & {
  readonly metric: string
  readonly questions: number
  readonly scores?: readonly number[]
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

export const meanMetric = (metric: string, scores: readonly number[]): Metric => ({
  metric,
  questions: scores.length,
  scores,
  ...meanWithInterval(scores),
})

function abstention(asked: readonly (Searched & Pick<Question, 'targets'>)[]): Metric[] {
  const scored = asked.map(({ hits, targets }) => ({
    score: Math.max(0, ...hits.map(({ probability }) => probability)),
    isPositive: targets.length > 0,
  }))
  const estimate = bootstrap(scored, auroc)
  return Number.isNaN(estimate.mean) ? [] : [{ metric: 'auroc', questions: asked.length, ...estimate }]
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
  const measured = { 'hit-auroc': told, 'hit-error': error }
  return Object.entries(measured).flatMap(([metric, estimate]) =>
    Number.isNaN(estimate.mean) ? [] : [{ metric, questions: questions.length, ...estimate }],
  )
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
