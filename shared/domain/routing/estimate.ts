import { price } from './cost.ts'
import { predict } from './latency.ts'
import type { Row } from './prepare.ts'
import type { RoutingRequest } from './request.ts'

/** What to expect of one attempt at one endpoint, whatever the policy. Filled in place: a choice looks at every endpoint and should leave no garbage. */
export type Estimate = {
  rttMs: number
  queueMs: number
  coldStartMs: number
  /** Reading the prompt, up to the first token. */
  timeToFirstTokenMs: number
  /** Writing the answer. */
  outputMs: number
  /** The sum of the five above. */
  predictedMs: number
  /** The same with the longest answer. */
  longestMs: number
  /** What of the first token's time goes away when the origin has read the same beginning before. */
  prefillMs: number
  /** In flight and waiting, this request included, over what the endpoint takes at once. */
  load: number
  /** How many share the machine then, this request included. */
  sharers: number
  worstCaseNanoUsd: number
  expectedNanoUsd: number
  /** The attempt is ended after this long, so that time cannot cost more than was reserved. */
  deadlineMs: number
}

export const emptyEstimate = (): Estimate => ({
  rttMs: 0,
  queueMs: 0,
  coldStartMs: 0,
  timeToFirstTokenMs: 0,
  outputMs: 0,
  predictedMs: 0,
  longestMs: 0,
  prefillMs: 0,
  load: 0,
  sharers: 1,
  worstCaseNanoUsd: 0,
  expectedNanoUsd: 0,
  deadlineMs: 0,
})

/** Fills `into` and returns it. */
export function estimate(request: RoutingRequest, row: Row, rttMs: number, into: Estimate): Estimate {
  predict(request, row, rttMs, into)
  price(request, row.endpoint, into)
  return into
}
