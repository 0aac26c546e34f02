import { LATER_PER_OTHER, SERVER_MS, SLOWER_WHEN_FULL } from '../matrix/model/usual.ts'
import type { Estimate } from './estimate.ts'
import type { Row } from './prepare.ts'
import { expectedOutputTokens, expectedPromptTokens, type RoutingRequest } from './request.ts'
import { PROMPT_OF_NOMINAL_TOKENS } from './speed.ts'

/** How long an attempt at the endpoint should take, part by part, in whole milliseconds that add up. */
export function predict(request: RoutingRequest, row: Row, rttMs: number, into: Estimate): void {
  const { maxConcurrency, contextTokens } = row.endpoint
  const waiting = present(row)
  const tokenMs = row.tokenMs * (1 + SLOWER_WHEN_FULL * Math.min(1, waiting / maxConcurrency))
  const prompt = expectedPromptTokens(request, contextTokens)
  const outputTokens = expectedOutputTokens(request)
  const loneMs = row.firstTokenMs + row.firstTokenMsPerPrompt * (prompt / PROMPT_OF_NOMINAL_TOKENS)
  const firstTokenMs = loneMs * (1 + LATER_PER_OTHER * waiting)
  const surplus = waiting + 1 - maxConcurrency
  const servedMs = firstTokenMs + outputTokens * tokenMs
  const queueMs = surplus > 0 ? (surplus * (row.durationMs ?? servedMs)) / maxConcurrency : 0
  into.rttMs = Math.round(rttMs)
  into.queueMs = Math.round(queueMs)
  into.coldStartMs = Math.round(row.coldStartMs)
  into.timeToFirstTokenMs = Math.round(firstTokenMs)
  into.prefillMs = Math.max(0, into.timeToFirstTokenMs - SERVER_MS)
  into.outputMs = Math.round(outputTokens * tokenMs)
  const beforeMs = into.rttMs + into.queueMs + into.coldStartMs + into.timeToFirstTokenMs
  into.predictedMs = beforeMs + into.outputMs
  into.longestMs = into.predictedMs + Math.ceil((request.maxTokens - outputTokens) * tokenMs)
  into.load = (waiting + 1) / maxConcurrency
  into.sharers = Math.min(maxConcurrency, waiting + 1)
}

/** Requests at the endpoint now: what its object said, corrected by what this isolate has sent and ended since. */
function present(row: Row): number {
  const own = row.snapshot ? row.own.sinceSnapshot : row.own.inFlight
  return Math.max(0, row.busy + own)
}
