import { hashText, uniform } from '../../shared/domain/routing/affinity.ts'
import { presenceOf } from '../../shared/domain/routing/candidate.ts'
import { mayServeTier } from '../../shared/domain/routing/choose.ts'
import { violation } from '../../shared/domain/routing/constraints.ts'
import { emptyEstimate, estimate } from '../../shared/domain/routing/estimate.ts'
import { PLAN_POLICIES, type Plan, type RoutingPolicy } from '../../shared/domain/routing/policy.ts'
import type { PreparedFleet, Row } from '../../shared/domain/routing/prepare.ts'
import { rankEndpoints, roundTrips } from '../../shared/domain/routing/rank.ts'
import type { RoutingRequest } from '../../shared/domain/routing/request.ts'
import { classOf, tierDistance } from '../../shared/domain/routing/score.ts'
import type { Chooser } from '../../shared/domain/simulation/run.ts'
import { TIERS } from '../../shared/domain/tiers.ts'

const IDLE = { load: 0, queueMs: 0, coldStartMs: 0 } as const

/** Ours, as the router runs it. */
export const fairlead =
  (policy: RoutingPolicy): (() => Chooser) =>
  () => ({
    choose: (request, fleet) =>
      rankEndpoints(request, fleet, policy).ranked.map(({ endpoint }) => endpoint.id),
  })

export const ofPlan = (plan: Plan) => fairlead(PLAN_POLICIES[plan])

/**
 * Another policy in our place: hard constraints, tiers and closed endpoints are handled as ours are, so that only the choice differs.
 * Lower values come first.
 */
function ordered(
  valueOf: (row: Row, request: RoutingRequest, fleet: PreparedFleet) => number,
): Chooser['choose'] {
  return (request, fleet) => {
    const wanted = TIERS.indexOf(request.tier)
    const able = fleet.tiers.flatMap((rows, tier) =>
      rows
        .filter(
          ({ endpoint }) => mayServeTier(request, tier, PLAN_POLICIES.pro) && !violation(request, endpoint),
        )
        .map((row) => ({
          id: row.endpoint.id,
          group: classOf(
            presenceOf(request, row, IDLE).isClosed ? 'closed' : 'ready',
            tierDistance(wanted, tier),
          ),
          value: valueOf(row, request, fleet),
        })),
    )
    return able.toSorted((a, b) => a.group - b.group || a.value - b.value).map(({ id }) => id)
  }
}

/** Each isolate takes one after the other. */
export const roundRobin = (): Chooser => {
  let turn = 0
  const lastTurn = new Map<string, number>()
  const choose = ordered(({ endpoint }) => lastTurn.get(endpoint.id) ?? 0)
  return {
    choose(request, fleet) {
      const order = choose(request, fleet)
      turn += 1
      if (order[0] !== undefined) lastTurn.set(order[0], turn)
      return order
    },
  }
}

/** The smallest share of slots in use by the last snapshot: what every isolate then believes. */
export const leastQueue = (): Chooser => ({
  choose: ordered(({ busy, endpoint }) => busy / endpoint.maxConcurrency),
})

/** The same, and what this isolate has sent since. */
export const leastQueueOwn = (): Chooser => ({
  choose: ordered(({ busy, own, endpoint }) => (busy + own.sinceSnapshot) / endpoint.maxConcurrency),
})

/** Of two drawn at random the one with the smaller share of slots in use by the last snapshot. */
export const powerOfTwo = (): Chooser => {
  const loads = new Map<string, number>()
  const shuffled = ordered((row, { random }) => {
    loads.set(row.endpoint.id, row.busy / row.endpoint.maxConcurrency)
    return uniform(hashText(String(random)), row.hash)
  })
  return {
    choose(request, fleet) {
      const order = shuffled(request, fleet)
      const [first, second, ...rest] = order
      if (first === undefined || second === undefined) return order
      return (loads.get(second) ?? 0) < (loads.get(first) ?? 0) ? [second, first, ...rest] : order
    },
  }
}

/** The lowest expected price of this request. */
export const cheapest = (): Chooser => ({
  choose: ordered((row, request, fleet) => {
    const rttMs = roundTrips(request, fleet)[row.site] ?? 0
    return estimate(request, row, rttMs, emptyEstimate()).expectedNanoUsd
  }),
})

const DECAY_MS = 10_000

/** Of two endpoints drawn at random the one with the smaller product of peak latency and requests of this isolate under way, as in tower and Helicone's gateway. */
export const peakEwma = (): Chooser => {
  const seen = new Map<string, { peakMs: number; atMs: number }>()
  const inFlight = new Map<string, number>()
  const add = (id: string, by: number) => inFlight.set(id, (inFlight.get(id) ?? 0) + by)
  const costOf = (id: string, nowMs: number) => {
    const known = seen.get(id)
    const latencyMs = known ? known.peakMs * Math.exp(-(nowMs - known.atMs) / DECAY_MS) : 0
    return Math.max(1, latencyMs) * ((inFlight.get(id) ?? 0) + 1)
  }
  const shuffled = ordered((row, { random }) => uniform(hashText(String(random)), row.hash))
  return {
    choose(request, fleet) {
      const order = shuffled(request, fleet)
      const [first, second, ...rest] = order
      if (first === undefined || second === undefined || tierOf(fleet, first) !== tierOf(fleet, second))
        return order
      const isSecondBetter = costOf(second, request.nowMs) < costOf(first, request.nowMs)
      return isSecondBetter ? [second, first, ...rest] : order
    },
    onStarted: (id) => add(id, 1),
    onEnded: (id) => add(id, -1),
    onFirstToken(id, afterMs, nowMs) {
      const known = seen.get(id)
      const decay = known ? Math.exp(-(nowMs - known.atMs) / DECAY_MS) : 0
      const mixed = known ? known.peakMs * decay + afterMs * (1 - decay) : afterMs
      seen.set(id, { peakMs: Math.max(afterMs, mixed), atMs: nowMs })
    },
  }
}

const tierOf = (fleet: PreparedFleet, id: string) =>
  fleet.tiers.findIndex((rows) => rows.some(({ endpoint }) => endpoint.id === id))
