import { TIERS } from '../tiers.ts'
import type { RoutingPolicy } from './policy.ts'

/** What a score is made of. */
export type Scored = {
  readonly expectedNanoUsd: number
  /** To the last word, and to the first, from when the request is sent. */
  readonly predictedMs: number
  readonly untilFirstMs: number
  /** `shortfallOf` its quality. */
  readonly shortfall: number
}

/** Differences below these do not matter: a micro-dollar, a tenth of a second, five points of quality. */
const FLOOR = { nanoUsd: 1_000, ms: 100, shortfall: 0.05 } as const

/**
 * Lower is better. Half the cost, half the time and half the shortfall of quality count the same, each as much as its weight: the weighted
 * mean of their logarithms. So no unit and no price level favours a term, and the order of two endpoints does not depend on a third. Of
 * the time, waiting for the first word counts as much as waiting for the last.
 */
export function scoreOf({ cost, latency, quality }: RoutingPolicy['weights'], scored: Scored): number {
  const { expectedNanoUsd, predictedMs, untilFirstMs, shortfall } = scored
  const sum =
    cost * Math.log(expectedNanoUsd + FLOOR.nanoUsd) +
    (latency / 2) * Math.log((predictedMs + FLOOR.ms) * (untilFirstMs + FLOOR.ms)) +
    quality * shortfall
  return sum / (cost + latency + quality)
}

/** The logarithm of what is missing of a quality of 0..1; made once for an endpoint, not for every request. */
export const shortfallOf = (quality: number): number => Math.log(1 - quality + FLOOR.shortfall)

/**
 * Who comes before whom whatever the score. In each tier `ready` (a slot is expected) before `waiting` (none is, or the endpoint is cold); then,
 * tier by tier, `busy` (its queue is longer than the policy waits) and `closed` (its breaker is open, or it asked for a pause).
 * Closed ones stay in the ranking, last: what is known of them is a second old, their own object decides, and with nobody else left asking
 * is better than giving up.
 */
export const STANDINGS = ['ready', 'waiting', 'busy', 'closed'] as const
export type Standing = (typeof STANDINGS)[number]

/** From this share of its slots on, an endpoint counts as full for some requests, with every slot taken for all: what is known is old, and a cliff would move everyone at once. */
const FILLING_LOAD = 0.8

export type Presence = {
  readonly isClosed: boolean
  readonly load: number
  readonly queueMs: number
  readonly coldStartMs: number
  /** 0 < chance < 1, of this request and this endpoint. */
  readonly chance: number
}

export function standingOf(
  { isClosed, load, queueMs, coldStartMs, chance }: Presence,
  { maxWaitMs }: Pick<RoutingPolicy, 'maxWaitMs'>,
): Standing {
  if (isClosed) return 'closed'
  if (queueMs > maxWaitMs) return 'busy'
  const isFull = load > FILLING_LOAD + (1 - FILLING_LOAD) * chance
  return isFull || coldStartMs > maxWaitMs ? 'waiting' : 'ready'
}

/** How sharply near-equals are told apart: of two that differ by this much the better is taken e times as often. */
export const TEMPERATURE = 0.1
/** Waits below this are not told apart. */
const SHORT_WAIT_MS = 250

/**
 * What orders endpoints of one class: the score where a slot is expected. Where none is, how long until it answers, so that a request goes to one
 * of them in proportion to how soon it is served there; everyone's favourite would otherwise have everyone's queue.
 */
export const orderOf = (standing: Standing, score: number, waitMs: number): number =>
  standing === 'ready' || standing === 'closed' ? score : TEMPERATURE * Math.log(waitMs + SHORT_WAIT_MS)

/** Larger than any distance between tiers. */
const TIERLESS = 2 * TIERS.length - 1
const DISTANCES = TIERLESS + 1
/** How many classes there are. */
export const CLASSES = STANDINGS.length * DISTANCES

/** Endpoints of a lower class are always ranked first. */
export function classOf(standing: Standing, distance: number): number {
  switch (standing) {
    case 'ready':
      return 2 * distance
    case 'waiting':
      return 2 * distance + 1
    case 'busy':
      return 2 * DISTANCES + distance
    case 'closed':
      return 3 * DISTANCES + distance
  }
}

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

/** Whether a slot is expected at endpoints of this class. */
export const isReadyClass = (group: number): boolean => group < 2 * DISTANCES && group % 2 === 0
