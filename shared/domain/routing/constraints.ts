import type { EndpointRecord } from '../endpoint.ts'
import { maxCostNanoUsd } from './cost.ts'
import type { Estimate } from './estimate.ts'
import type { RoutingRequest } from './request.ts'

/** Why an endpoint may not serve a request, whatever its load. The order is the order in which they are checked. */
export const REJECTIONS = [
  'drained',
  'model',
  'tier',
  'compliance',
  'residency',
  'level',
  'clearance',
  'context',
  'cost',
  'latency',
] as const
export type RejectionReason = (typeof REJECTIONS)[number]

/**
 * Which hard constraint the registration alone violates; null: none. Fails closed: an endpoint that does not declare an attestation, a
 * place or a clearance lacks it. Which tiers may stand in for each other is the policy's to say, not checked here.
 */
export function violation(request: RoutingRequest, endpoint: EndpointRecord): RejectionReason | null {
  if (endpoint.drained) return 'drained'
  if (request.model !== null && endpoint.model !== request.model) return 'model'
  if (request.isTierFixed && endpoint.tier !== request.tier) return 'tier'
  return unattested(request, endpoint) ?? unreadable(request, endpoint)
}

function unattested(
  { requirements, labels }: RoutingRequest,
  endpoint: EndpointRecord,
): RejectionReason | null {
  const { compliance, residency, levels } = requirements
  const { level } = endpoint
  if (compliance && !coversAll(compliance, endpoint.compliance)) return 'compliance'
  if (residency && !residency.some((place) => endpoint.residency.includes(place))) return 'residency'
  if (levels && (level === null || !levels.includes(level))) return 'level'
  if (labels.length > 0 && !coversAll(labels, endpoint.clearance)) return 'clearance'
  return null
}

// A number that is none fits nowhere.
const unreadable = (
  { estimatedPromptTokens, maxTokens }: RoutingRequest,
  { contextTokens }: EndpointRecord,
) => (estimatedPromptTokens + maxTokens <= contextTokens ? null : 'context')

const coversAll = (wanted: readonly string[], offered: readonly string[]) =>
  wanted.every((one) => offered.includes(one))

/**
 * Which bound the predicted attempt breaks. A machine paid by the second is affordable when the caller's money lasts for the predicted
 * time; its deadline then sees to it that the bound holds. Written so that a number that is none breaks the bound.
 */
export function excess(
  request: RoutingRequest,
  {
    predictedMs,
    worstCaseNanoUsd,
    deadlineMs,
  }: Readonly<Pick<Estimate, 'predictedMs' | 'worstCaseNanoUsd' | 'deadlineMs'>>,
): RejectionReason | null {
  const limitMs = request.requirements.maxLatencyMs ?? Number.POSITIVE_INFINITY
  const isAffordable = worstCaseNanoUsd <= maxCostNanoUsd(request)
  const isCutByMoney = deadlineMs < request.totalMs && deadlineMs < predictedMs
  if (!isAffordable || isCutByMoney) return 'cost'
  if (!(predictedMs <= limitMs)) return 'latency'
  return null
}
