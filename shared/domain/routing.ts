import type { EndpointRecord } from './endpoint.ts'
import { costNanoUsd, fromUsd } from './money.ts'
import { type Level, TIERS, type Tier } from './tiers.ts'

export type RoutingRequirements = {
  readonly maxLatencyMs?: number | undefined
  readonly maxCostUsd?: number | undefined
  readonly compliance?: readonly string[] | undefined
  readonly residency?: readonly string[] | undefined
  readonly levels?: readonly Level[] | undefined
}

export type RoutingRequest = {
  readonly tier: Tier
  /** True when the caller named the tier or the model: then no other tier may stand in. */
  readonly isTierFixed: boolean
  readonly requirements: RoutingRequirements
  readonly estimatedPromptTokens: number
  /** Upper bound of the prompt, for cost; an endpoint's own context length bounds it too. */
  readonly maxPromptTokens: number
  readonly maxTokens: number
}

/** What this isolate has seen of an endpoint; null before the first answer. */
export type Observed = { readonly inFlight: number; readonly durationMs: number | null }

export type Candidate = { readonly endpoint: EndpointRecord; readonly worstCaseNanoUsd: number }

export type Ranking = {
  readonly ranked: readonly Candidate[]
  readonly rejected: readonly { readonly endpoint: string; readonly reason: RejectionReason }[]
}

export type RejectionReason =
  | 'drained'
  | 'tier'
  | 'compliance'
  | 'residency'
  | 'level'
  | 'context'
  | 'cost'
  | 'latency'

/**
 * Which endpoints may serve, best first. Hard constraints fail closed: an endpoint that does not declare an attestation lacks it.
 * Order: nearest tier (larger before smaller at the same distance), lower worst-case cost, fewer requests in flight here, id.
 */
export function rankEndpoints(
  request: RoutingRequest,
  endpoints: readonly EndpointRecord[],
  observe: (endpointId: string) => Observed,
): Ranking {
  const ranked: Candidate[] = []
  const rejected: { endpoint: string; reason: RejectionReason }[] = []
  for (const endpoint of endpoints) {
    const maxPromptTokens = Math.min(request.maxPromptTokens, endpoint.contextTokens)
    const worstCaseNanoUsd = costNanoUsd(endpoint, maxPromptTokens, request.maxTokens)
    const reason = rejection(request, endpoint, worstCaseNanoUsd, observe(endpoint.id).durationMs)
    if (reason) rejected.push({ endpoint: endpoint.id, reason })
    else ranked.push({ endpoint, worstCaseNanoUsd })
  }
  const distance = ({ endpoint }: Candidate) => tierDistance(request.tier, endpoint.tier)
  ranked.sort(
    (a, b) =>
      distance(a) - distance(b) ||
      a.worstCaseNanoUsd - b.worstCaseNanoUsd ||
      observe(a.endpoint.id).inFlight - observe(b.endpoint.id).inFlight ||
      a.endpoint.id.localeCompare(b.endpoint.id),
  )
  return { ranked, rejected }
}

function rejection(
  { tier, isTierFixed, requirements, estimatedPromptTokens, maxTokens }: RoutingRequest,
  endpoint: EndpointRecord,
  worstCaseNanoUsd: number,
  durationMs: number | null,
): RejectionReason | null {
  const { compliance = [], residency, levels, maxCostUsd, maxLatencyMs } = requirements
  const checks: [RejectionReason, boolean][] = [
    ['drained', endpoint.drained],
    ['tier', isTierFixed && endpoint.tier !== tier],
    ['compliance', !compliance.every((regime) => endpoint.compliance.includes(regime))],
    ['residency', residency?.some((place) => endpoint.residency.includes(place)) === false],
    ['level', levels?.some((level) => level === endpoint.level) === false],
    ['context', estimatedPromptTokens + maxTokens > endpoint.contextTokens],
    ['cost', worstCaseNanoUsd > (maxCostUsd === undefined ? Number.POSITIVE_INFINITY : fromUsd(maxCostUsd))],
    ['latency', (durationMs ?? 0) > (maxLatencyMs ?? Number.POSITIVE_INFINITY)],
  ]
  return checks.find(([, isViolated]) => isViolated)?.[0] ?? null
}

/** Twice the steps between tiers, minus one upwards: a larger model may stand in sooner than a smaller one. */
function tierDistance(wanted: Tier, offered: Tier | null): number {
  if (offered === null) return Number.MAX_SAFE_INTEGER
  const steps = TIERS.indexOf(offered) - TIERS.indexOf(wanted)
  return steps > 0 ? 2 * steps - 1 : -2 * steps
}
