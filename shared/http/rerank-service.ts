import { contextualText } from '../domain/ingest.ts'
import { AppError } from '../errors.ts'
import type { RerankCandidate } from '../ports/reranker.ts'
import { withRetries } from './retry.ts'
import { exchangeJson, type Upstream } from './upstream.ts'

/** A search waits for the answer: who is told to wait longer than this is better served by the order that the search found. */
const RETRIES = { tries: 3, longestWaitMs: 100 }
/** For callers without a deadline of their own. */
const DEADLINE_MS = 10_000

export const deadline = (signal?: AbortSignal): AbortSignal => signal ?? AbortSignal.timeout(DEADLINE_MS)

/** Posts JSON, again after 429 and 5xx as long as the signal lets it. */
export const askService = (
  service: Upstream,
  path: string,
  json: unknown,
  signal: AbortSignal,
): Promise<unknown> =>
  withRetries(() => exchangeJson(service, { url: `${service.url}${path}`, json }, signal), RETRIES, signal)

/** What a model reads of a candidate: the same words that were embedded. */
export const candidateText = ({ title, headings, text }: RerankCandidate) =>
  contextualText(title, headings, text)

/** Scores in the candidates' order. A score that is missing, double or not 0..1 fails the whole answer: half an order is none. */
export function inOrder(answers: readonly { index: number; score: number }[], count: number): number[] {
  const scores = new Map(answers.map(({ index, score }) => [index, score]))
  const isWhole = scores.size === count && answers.length === count
  const ordered = Array.from({ length: count }, (_, i) => scores.get(i) ?? Number.NaN)
  if (isWhole && ordered.every((score) => score >= 0 && score <= 1)) return ordered
  throw new AppError(
    'upstream_rejected',
    `The reranker did not answer one score from 0 to 1 for each of ${count} passages`,
  )
}

/** For an answer whose fields are not those of the API. */
export const unreadable = (shape: string) =>
  new AppError('upstream_rejected', `The reranker did not answer JSON like ${shape}`)
