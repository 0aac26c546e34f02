import { TIERS } from '../tiers.ts'
import type { RoutingPolicy } from './policy.ts'

/** What a score is made of. */
export type Scored = {
  readonly expectedNanoUsd: number
  readonly predictedMs: number
  /** 0..1 */
  readonly quality: number
}

/** Differences below these do not matter: a micro-dollar, a tenth of a second, five points of quality. */
const FLOOR = { nanoUsd: 1_000, ms: 100, shortfall: 0.05 } as const

/**
 * Lower is better. Half the cost, half the time and half the shortfall of quality count the same, each as much as its weight: the weighted
 * mean of their logarithms. So no unit and no price level favours a term, and the order of two endpoints does not depend on a third.
 */
export function scoreOf({ cost, latency, quality }: RoutingPolicy['weights'], scored: Scored): number {
  const sum =
    cost * Math.log(scored.expectedNanoUsd + FLOOR.nanoUsd) +
    latency * Math.log(scored.predictedMs + FLOOR.ms) +
    quality * Math.log(1 - scored.quality + FLOOR.shortfall)
  return sum / (cost + latency + quality)
}

/**
 * Who comes before whom whatever the score: `ready`, then `busy` (its queue is longer than the policy waits), then `closed` (its breaker is
 * open, it is unhealthy, or it asked for a pause). Closed ones stay in the ranking, last: what is known of them is a second old, their own
 * object decides, and with nobody else left asking it is better than giving up.
 */
export const STANDINGS = ['ready', 'busy', 'closed'] as const
export type Standing = (typeof STANDINGS)[number]

export const standingOf = (
  isClosed: boolean,
  queueMs: number,
  { maxWaitMs }: Pick<RoutingPolicy, 'maxWaitMs'>,
): Standing => (isClosed ? 'closed' : queueMs > maxWaitMs ? 'busy' : 'ready')

/** Larger than any distance between tiers. */
const TIERLESS = 2 * TIERS.length - 1
/** How many classes there are. */
export const CLASSES = STANDINGS.length * (TIERLESS + 1)

/** Endpoints of a lower class are always ranked first: by standing, then by how near the tier is. */
export const classOf = (standing: Standing, distance: number): number =>
  STANDINGS.indexOf(standing) * (TIERLESS + 1) + distance

/** 0 for the tier itself, then one larger, one smaller, two larger …: a larger model may stand in sooner than a smaller one. Indexes into TIERS; beyond it: no tier. */
export function tierDistance(wanted: number, offered: number): number {
  if (offered >= TIERS.length) return TIERLESS
  const steps = offered - wanted
  return steps > 0 ? 2 * steps - 1 : -2 * steps
}

/** Whether the policy lets a tier stand in for the wanted one. */
export function mayStandIn(wanted: number, offered: number, fallback: RoutingPolicy['fallback']): boolean {
  if (wanted === offered) return true
  return fallback === 'any' || (fallback === 'larger' && offered > wanted)
}
