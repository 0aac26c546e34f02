import type { EndpointRecord } from '../endpoint.ts'
import { TIERS } from '../tiers.ts'
import { type Candidate, candidateOf, presenceOf, scoredOf } from './candidate.ts'
import { drawOf, mayServeTier, savedMs } from './choose.ts'
import { excess, type RejectionReason, violation } from './constraints.ts'
import { emptyEstimate, estimate } from './estimate.ts'
import { coordinatesOf, roundTripMs } from './place.ts'
import type { RoutingPolicy } from './policy.ts'
import type { PreparedFleet, Row } from './prepare.ts'
import type { RoutingRequest } from './request.ts'
import { classOf, orderOf, scoreOf, standingOf, tierDistance } from './score.ts'
import { emptyField, type Field, select } from './select.ts'

export type { Candidate } from './candidate.ts'

export type Rejection = { readonly endpoint: string; readonly reason: RejectionReason }

export type Ranking = {
  /** Best first, the best few. */
  readonly ranked: readonly Candidate[]
  /** The first has probably read the beginning of this prompt before; this much of its time is expected to be saved. */
  readonly savedMs: number
  /** The first few of those that may not serve; `rejectedCounts` counts all. */
  readonly rejected: readonly Rejection[]
  readonly rejectedCounts: Readonly<Partial<Record<RejectionReason, number>>>
  /** Endpoints looked at: once the wanted tier has enough, others are not. */
  readonly considered: number
}

/** Candidates that are handed on: more are never tried. */
const MAX_CANDIDATES = 6
/** Rejections that are named in an answer. */
const MAX_REJECTED = 20

/** Which endpoints may serve, best first. Every hard constraint holds for every one of them, whatever the policy says. */
export function rankEndpoints(request: RoutingRequest, fleet: PreparedFleet, policy: RoutingPolicy): Ranking {
  const scan = newScan(request, fleet)
  for (const tier of tierOrder(request)) {
    const rows = fleet.tiers[tier] ?? []
    if (mayServeTier(request, tier, policy)) scanTier(scan, rows, tier, policy)
    else for (const { endpoint } of rows) reject(scan, endpoint, 'tier')
    if (scan.ready >= MAX_CANDIDATES) break
  }
  const selection = select(scan.field, drawOf(request, policy), MAX_CANDIDATES)
  const ranked = selection.order.flatMap((position) => {
    const row = scan.rows[position]
    return row ? [candidateOf(request, row, scan.rttMs[row.site] ?? 0, policy)] : []
  })
  const { rejected, rejectedCounts } = scan
  const considered = scan.rows.length + sum(Object.values(rejectedCounts))
  return { ranked, savedMs: savedMs(selection, ranked[0], policy), rejected, rejectedCounts, considered }
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)

type Scan = {
  readonly request: RoutingRequest
  /** Round trip to each of the fleet's sites. */
  readonly rttMs: readonly number[]
  readonly field: Field
  /** Of the field's positions. */
  readonly rows: Row[]
  readonly rejected: Rejection[]
  readonly rejectedCounts: Partial<Record<RejectionReason, number>>
  ready: number
}

function newScan(request: RoutingRequest, fleet: PreparedFleet): Scan {
  return {
    request,
    rttMs: roundTrips(request, fleet),
    field: emptyField(fleet.size),
    rows: [],
    rejected: [],
    rejectedCounts: {},
    ready: 0,
  }
}

/** Expected round trip to each of the fleet's sites. */
export function roundTrips({ place }: RoutingRequest, { sites }: PreparedFleet): number[] {
  const from = coordinatesOf(place)
  return sites.map((site) => roundTripMs(from, site))
}

/** Indexes of tiers, the wanted one first, the nearest of the others next. */
function tierOrder({ tier }: RoutingRequest): number[] {
  const wanted = TIERS.indexOf(tier)
  const all = [...TIERS.keys(), TIERS.length]
  return all.toSorted((a, b) => tierDistance(wanted, a) - tierDistance(wanted, b))
}

function scanTier(scan: Scan, rows: readonly Row[], tier: number, policy: RoutingPolicy): void {
  const { request, field, rttMs } = scan
  const distance = tierDistance(TIERS.indexOf(request.tier), tier)
  const into = emptyEstimate()
  for (const row of rows) {
    const { endpoint } = row
    const violated = violation(request, endpoint)
    if (!violated) estimate(request, row, rttMs[row.site] ?? 0, into)
    const reason = violated ?? excess(request, into)
    if (reason) {
      reject(scan, endpoint, reason)
      continue
    }
    const standing = standingOf(presenceOf(request, row, into), policy)
    if (standing === 'ready') scan.ready += 1
    const position = field.length
    field.length += 1
    const score = scoreOf(policy.weights, scoredOf(row, into))
    field.scores[position] = orderOf(standing, score, into.queueMs + into.coldStartMs)
    field.classes[position] = classOf(standing, distance)
    field.loads[position] = into.load
    field.hashes[position] = row.hash
    scan.rows.push(row)
  }
}

function reject(scan: Scan, endpoint: EndpointRecord, reason: RejectionReason): void {
  scan.rejectedCounts[reason] = (scan.rejectedCounts[reason] ?? 0) + 1
  if (scan.rejected.length < MAX_REJECTED) scan.rejected.push({ endpoint: endpoint.id, reason })
}
