import { jsonBody } from '../../shared/api/define-route.ts'
import { searchRequest, searchRoute } from '../../shared/api/search.ts'
import type { Found, Target } from '../../shared/domain/evaluation/judged.ts'
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
  readonly hits: readonly Found[]
  readonly confidence: number
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
  return { hits, confidence: hits[0]?.score ?? 0, tookMs: performance.now() - startedMs }
}

/** A metric over all questions that it can be told for, with the score of each where it is a mean. */
export type Metric = Estimate & {
  readonly metric: string
  readonly questions: number
  readonly scores?: readonly number[]
}

/** Means of the measures over the questions that have an answer, and how well the best hit's score tells them from those that have none. */
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
  const scored = asked.map(({ confidence, targets }) => ({
    score: confidence,
    isPositive: targets.length > 0,
  }))
  const estimate = bootstrap(scored, auroc)
  return Number.isNaN(estimate.mean) ? [] : [{ metric: 'auroc', questions: asked.length, ...estimate }]
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
