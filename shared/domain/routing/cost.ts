import type { EndpointRecord } from '../endpoint.ts'
import { costNanoUsd, fromUsd } from '../money.ts'
import type { Estimate } from './estimate.ts'
import { expectedOutputTokens, expectedPromptTokens, type RoutingRequest } from './request.ts'

/** A machine paid by time is given twice as long as the longest answer should take, but never less than this. */
const PATIENCE = { times: 2, leastMs: 30_000 } as const

/** Nano-dollars of a machine for a while; those who use it at the same time share its price. Rounded up. */
export function gpuNanoUsd(gpuNanoUsdPerSecond: number, durationMs: number, sharers: number): number {
  return Math.ceil((gpuNanoUsdPerSecond * durationMs) / 1_000 / Math.max(1, sharers))
}

/**
 * Worst case: the longest prompt and answer, and the machine alone until the deadline. Expected: the usual prompt and answer, and a share
 * of the machine for the predicted time. Expected is never above the worst case.
 */
export function price(request: RoutingRequest, endpoint: EndpointRecord, into: Estimate): void {
  const { gpuNanoUsdPerSecond, contextTokens } = endpoint
  const longestPrompt = Math.min(request.maxPromptTokens, contextTokens)
  const worstTokens = costNanoUsd(endpoint, longestPrompt, request.maxTokens)
  const usualPrompt = expectedPromptTokens(request, contextTokens)
  const expectedTokens = costNanoUsd(endpoint, usualPrompt, expectedOutputTokens(request))
  into.deadlineMs = attemptDeadlineMs(request, gpuNanoUsdPerSecond, worstTokens, into.longestMs)
  into.worstCaseNanoUsd = worstTokens + gpuNanoUsd(gpuNanoUsdPerSecond, into.deadlineMs, 1)
  const expectedMs = Math.min(into.predictedMs, into.deadlineMs)
  into.expectedNanoUsd = expectedTokens + gpuNanoUsd(gpuNanoUsdPerSecond, expectedMs, into.sharers)
}

/** The most the caller pays; infinite when nothing was said. */
export const maxCostNanoUsd = ({ requirements }: Pick<RoutingRequest, 'requirements'>): number =>
  requirements.maxCostUsd === undefined ? Number.POSITIVE_INFINITY : fromUsd(requirements.maxCostUsd)

/** Where time costs money, as long as the caller's bound pays for; 0 when its tokens alone are above the bound. */
function attemptDeadlineMs(
  request: RoutingRequest,
  gpuNanoUsdPerSecond: number,
  worstTokensNanoUsd: number,
  longestMs: number,
): number {
  if (gpuNanoUsdPerSecond === 0) return request.totalMs
  const patientMs = Math.max(PATIENCE.leastMs, Math.ceil(PATIENCE.times * longestMs))
  const left = maxCostNanoUsd(request) - worstTokensNanoUsd
  const affordableMs = Math.floor((left * 1_000) / gpuNanoUsdPerSecond)
  return Math.max(0, Math.min(request.totalMs, patientMs, affordableMs))
}
