import { type Candidate, candidateOf } from './candidate.ts'
import { mayServeTier } from './choose.ts'
import { excess, violation } from './constraints.ts'
import { type Considered, considered, decide } from './decide.ts'
import type { RoutingPolicy } from './policy.ts'
import { type PreparedFleet, type Row, tierIndex } from './prepare.ts'
import { type Rejection, roundTrips } from './rank.ts'
import type { RoutingRequest } from './request.ts'

/**
 * A choice with everything it was made of: what `POST /v1/route` answers. Saved, it is enough to ask what another policy would have
 * chosen, see `replay`.
 */
export type Explanation = {
  readonly request: RoutingRequest
  /** When the fleet's snapshots were put together, in milliseconds since the epoch. */
  readonly fleetAtMs: number
  /** Every endpoint that satisfies the hard constraints: first those the policy allows, best first, then those whose tier it does not let stand in. */
  readonly candidates: readonly Considered[]
  /** Every other endpoint, and again those whose tier may not stand in, each with why. */
  readonly rejected: readonly Rejection[]
  readonly savedMs: number
}

export function explain(request: RoutingRequest, fleet: PreparedFleet, policy: RoutingPolicy): Explanation {
  const rttMs = roundTrips(request, fleet)
  const rejected: Rejection[] = []
  const able: Considered[] = []
  for (const row of fleet.tiers.flat()) {
    const outcome = judge(request, row, rttMs[row.site] ?? 0, policy)
    if (typeof outcome === 'string') rejected.push({ endpoint: row.endpoint.id, reason: outcome })
    else able.push(considered(outcome))
  }
  const { order, savedMs } = decide(request, able, policy)
  const excluded = able.filter(({ tier }) => !mayServeTier(request, tierIndex(tier), policy))
  for (const { endpoint } of excluded) rejected.push({ endpoint, reason: 'tier' })
  return { request, fleetAtMs: fleet.atMs, candidates: [...order, ...excluded], rejected, savedMs }
}

function judge(request: RoutingRequest, row: Row, rttMs: number, policy: RoutingPolicy) {
  const violated = violation(request, row.endpoint)
  if (violated) return violated
  const candidate: Candidate = candidateOf(request, row, rttMs, policy)
  return excess(request, candidate) ?? candidate
}
