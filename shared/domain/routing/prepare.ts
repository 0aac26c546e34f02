import type { EndpointRecord } from '../endpoint.ts'
import { type EndpointSnapshot, GAUGES_FRESH_MS } from '../fleet.ts'
import { TIERS, type Tier } from '../tiers.ts'
import { hashText } from './affinity.ts'
import type { OwnCount, OwnLoad } from './own-load.ts'
import type { Coordinates } from './place.ts'
import { regionCoordinates } from './regions.ts'
import { shortfallOf } from './score.ts'
import { type Speed, speedOf } from './speed.ts'

/** An endpoint with all that can be known of it before a request comes. */
export type Row = Speed & {
  readonly endpoint: EndpointRecord
  readonly snapshot: EndpointSnapshot | null
  readonly own: OwnCount
  readonly hash: number
  readonly shortfall: number
  /** Index into the fleet's `sites`. */
  readonly site: number
  /** Requests there when the snapshot was taken: in flight and queued, or what its own gauges show if that is more. */
  readonly busy: number
  /** Mean of whole answers; null before the first. */
  readonly durationMs: number | null
  /** Expected now: 0 while it is warm. */
  readonly coldStartMs: number
  /** When it may be asked again; 0: now; infinite: until its object says otherwise. */
  readonly closedUntilMs: number
  /** Share of requests that may choose it, 0..1. */
  readonly admitShare: number
}

/** A region's fleet as one isolate sees it. Made once for every refresh, not for every request. */
export type PreparedFleet = {
  /** When the snapshots were put together; names this view of the fleet in decision records. */
  readonly atMs: number
  /** By tier, smallest first, the tierless last. */
  readonly tiers: readonly (readonly Row[])[]
  readonly size: number
  /** Places where the endpoints stand, each once; null: unknown. */
  readonly sites: readonly (Coordinates | null)[]
}

/** When a breaker's pause is over its object lets single probes through: this share of requests may be one. */
const PROBE_SHARE = 0.25

export function prepareFleet(
  endpoints: readonly EndpointRecord[],
  snapshots: ReadonlyMap<string, EndpointSnapshot>,
  own: OwnLoad,
  nowMs: number,
): PreparedFleet {
  const sites = new Map<string, number>()
  const coordinates: (Coordinates | null)[] = []
  const tiers: Row[][] = [[], [], [], [], []]
  for (const endpoint of endpoints) {
    const { provider, region } = endpoint
    const name = `${provider}/${region}`
    const site = sites.get(name) ?? coordinates.push(regionCoordinates(provider, region)) - 1
    sites.set(name, site)
    const snapshot = snapshots.get(endpoint.id) ?? null
    if (snapshot) own.caughtUp(endpoint.id, snapshot.atMs)
    tiers[tierIndex(endpoint.tier)]?.push(rowOf(endpoint, snapshot, own.of(endpoint.id), site, nowMs))
  }
  return { atMs: nowMs, tiers, size: endpoints.length, sites: coordinates }
}

/** Position among the tiers; the extractive answerer, which has none, comes after them. */
export const tierIndex = (tier: Tier | null): number => (tier === null ? TIERS.length : TIERS.indexOf(tier))

function rowOf(
  endpoint: EndpointRecord,
  snapshot: EndpointSnapshot | null,
  own: OwnCount,
  site: number,
  nowMs: number,
): Row {
  return {
    ...speedOf(endpoint, snapshot, nowMs),
    endpoint,
    snapshot,
    own,
    hash: hashText(endpoint.id),
    shortfall: shortfallOf(endpoint.quality),
    site,
    busy: snapshot ? busyOf(snapshot, nowMs) : 0,
    durationMs: snapshot?.durationMs ?? null,
    coldStartMs: isCold(endpoint, snapshot, nowMs) ? endpoint.coldStartMs : 0,
    ...admission(snapshot, nowMs),
  }
}

function busyOf({ inFlight, queued, scraped }: EndpointSnapshot, nowMs: number): number {
  const isFresh = scraped !== null && nowMs - scraped.atMs <= GAUGES_FRESH_MS
  return Math.max(inFlight + queued, isFresh ? scraped.running + scraped.waiting : 0)
}

function isCold(
  { coldStartMs, warmForMs }: EndpointRecord,
  snapshot: EndpointSnapshot | null,
  nowMs: number,
): boolean {
  if (coldStartMs === 0) return false
  // Requests in flight do not make it warm: they may be waiting for just that.
  const lastServedAtMs = snapshot?.lastServedAtMs ?? null
  return lastServedAtMs === null || nowMs - lastServedAtMs > warmForMs
}

/** When, and to how many, its object opens the door. */
function admission(
  snapshot: EndpointSnapshot | null,
  nowMs: number,
): Pick<Row, 'closedUntilMs' | 'admitShare'> {
  if (!snapshot) return { closedUntilMs: 0, admitShare: 1 }
  const { closedUntilMs, breaker, admitShare } = snapshot
  if (closedUntilMs !== null && closedUntilMs > nowMs) return { closedUntilMs, admitShare }
  if (breaker === 'open' && closedUntilMs === null)
    return { closedUntilMs: Number.POSITIVE_INFINITY, admitShare: 0 }
  return { closedUntilMs: 0, admitShare: breaker === 'closed' ? 1 : Math.max(PROBE_SHARE, admitShare) }
}
