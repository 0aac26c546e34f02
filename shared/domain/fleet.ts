/** What an endpoint's object tells the fleet of itself: all that routing knows of it beside its registration. Times are the object's clock, in milliseconds since the epoch. */
export type EndpointSnapshot = {
  readonly endpointId: string
  readonly atMs: number
  readonly inFlight: number
  readonly inFlightTokens: number
  readonly queued: number
  /** Exponentially weighted means of answers; null before the first. */
  readonly timeToFirstTokenMs: number | null
  readonly timePerOutputTokenMs: number | null
  readonly durationMs: number | null
  /** Share of recent requests that failed, 0..1. */
  readonly errorRate: number
  readonly breaker: BreakerState
  /** Share of requests it takes, 0..1: below 1 while it ramps back after a failure, 0 while it takes none. */
  readonly admitShare: number
  /** When the breaker lets a probe through, or an origin's own Retry-After is over; null: now. */
  readonly closedUntilMs: number | null
  /** What its health address said last; null: never asked. Only shown: what it is worth, the breaker has decided. */
  readonly isHealthy: boolean | null
  readonly lastServedAtMs: number | null
  readonly scraped: ScrapedLoad | null
}

export const BREAKER_STATES = ['closed', 'open', 'half_open', 'ramping'] as const
export type BreakerState = (typeof BREAKER_STATES)[number]

/** vLLM's own gauges, with when they were read: other clients of the same origin are seen only there. */
export type ScrapedLoad = {
  readonly atMs: number
  readonly running: number
  readonly waiting: number
  /** 0..1 */
  readonly kvCacheUsage: number
}

/** Gauges read longer ago than this say nothing of now. */
export const GAUGES_FRESH_MS = 15_000

/** The names in FLEET_REGIONS: one fleet object each, to which every endpoint tells its state. */
export function fleetRegions(list: string): string[] {
  const names = list
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
  return names.length > 0 ? names : ['main']
}

/** Which of them a Worker on this continent (two letters, as `request.cf` has it) reads: the one of its name, else the first. */
export function regionNear(list: string, continent: string | null): string {
  const names = fleetRegions(list)
  return names.find((name) => name.toUpperCase() === continent) ?? names[0] ?? 'main'
}
