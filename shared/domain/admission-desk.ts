import { emptyQueue, type Queue } from './admission-line.ts'
import { type Measures, NO_MEASURES } from './admission-measures.ts'
import { drainIntervalMs, elapse, newPace, type Pace, withFreed } from './admission-pace.ts'
import { type Breaker, gateAt, type Memory, NEW_MEMORY, slotsAt, stateAt, withoutNews } from './breaker.ts'
import { type Health, observeHealth, UNKNOWN_HEALTH, withHealth } from './breaker-health.ts'
import { GAUGES_FRESH_MS, type ScrapedLoad } from './fleet.ts'
import { type Lease, type LeaseDecision, type LeaseRefused, refused } from './lease.ts'

/** What a drained endpoint tells to wait: nobody knows when it comes back. */
const DRAINED_MS = 60_000

/** Everything that an endpoint's admission is decided from. Operations change it in place; `changes` and `answered` say what its holder has to save and to tell. */
export type Desk = {
  readonly leases: Map<string, Lease>
  readonly queue: Queue
  /** The newest that was given. */
  epoch: number
  inFlightTokens: number
  /** No lease ends before this. */
  soonestExpiryMs: number
  measures: Measures
  memory: Memory
  /** Until then the origin has asked for a pause. */
  pausedUntilMs: number
  pace: Pace
  /** Of the registration; before it is known the slots are those that callers tell. */
  settings: { readonly maxConcurrency: number; readonly drained: boolean } | null
  calledSlots: number
  health: Health
  /** What the origin says of itself, and how many of those requests were ours. */
  scraped: (ScrapedLoad & { readonly own: number }) | null
  lastGrantMs: number
  changes: Changes
  answered: Answered[]
}

export type Changes = {
  /** Requests whose lease came, changed or ended. */
  readonly leases: Set<string>
  measures: boolean
  /** Breaker or pause. */
  breaker: boolean
}
/** The end of a wait in the queue. */
export type Answered = { readonly requestId: string; readonly decision: LeaseDecision }

export const noChanges = (): Changes => ({ leases: new Set(), measures: false, breaker: false })

export const newDesk = (nowMs: number): Desk => ({
  leases: new Map(),
  queue: emptyQueue(),
  epoch: 0,
  inFlightTokens: 0,
  soonestExpiryMs: Number.POSITIVE_INFINITY,
  measures: NO_MEASURES,
  memory: NEW_MEMORY,
  pausedUntilMs: 0,
  pace: newPace(nowMs),
  settings: null,
  calledSlots: 1,
  health: UNKNOWN_HEALTH,
  scraped: null,
  lastGrantMs: Number.NEGATIVE_INFINITY,
  changes: noChanges(),
  answered: [],
})

/** Requests of other clients of the same origin, and how many of them wait there: what the origin had beside ours, as long as that is news. */
export function othersNow({ scraped }: Desk, nowMs: number) {
  if (scraped === null || nowMs - scraped.atMs > GAUGES_FRESH_MS) return { inFlight: 0, waiting: 0 }
  const inFlight = Math.max(0, scraped.running + scraped.waiting - scraped.own)
  return { inFlight, waiting: Math.min(scraped.waiting, inFlight) }
}

/** How many requests the origin takes at once. Other clients' requests count, but a number read from outside never takes the last slot. */
export const slotsOf = (desk: Desk, nowMs: number): number =>
  Math.max(1, (desk.settings?.maxConcurrency ?? desk.calledSlots) - othersNow(desk, nowMs).inFlight)

/** How many of them may be in use now: all, a part, or none. */
export const slotsNow = (desk: Desk, nowMs: number): number =>
  slotsAt(desk.memory.breaker, slotsOf(desk, nowMs), nowMs)

export const hasFreeSlot = (desk: Desk, nowMs: number) => desk.leases.size < slotsNow(desk, nowMs)

/** Why nobody gets in now, whoever asks; null while the door is open. */
export function closedDoor({ settings, pausedUntilMs, memory }: Desk, nowMs: number): LeaseRefused | null {
  if (settings?.drained) return refused('drained', DRAINED_MS)
  if (nowMs < pausedUntilMs) return refused('throttled', pausedUntilMs - nowMs)
  if (gateAt(memory.breaker, nowMs) === 'shut') return refused('broken', memory.breaker.untilMs - nowMs)
  return null
}

/** Milliseconds between two slots becoming free, measured. */
export function intervalMs(desk: Desk, nowMs: number): number {
  const pace = elapse(desk.pace, nowMs, desk.leases.size)
  return drainIntervalMs(pace, slotsNow(desk, nowMs), desk.measures.durationMs)
}

type Wanted = { readonly requestId: string; readonly tokens: number; readonly expiresInMs: number }

export function grant(desk: Desk, { requestId, tokens, expiresInMs }: Wanted, nowMs: number): LeaseDecision {
  desk.pace = elapse(desk.pace, nowMs, desk.leases.size)
  desk.epoch += 1
  desk.inFlightTokens += tokens
  desk.lastGrantMs = nowMs
  const lease = { epoch: desk.epoch, tokens, expiresAtMs: nowMs + expiresInMs }
  putLease(desk, requestId, lease)
  return granted(desk, lease)
}

export function putLease(desk: Desk, requestId: string, lease: Lease) {
  desk.leases.set(requestId, lease)
  desk.soonestExpiryMs = Math.min(desk.soonestExpiryMs, lease.expiresAtMs)
  desk.changes.leases.add(requestId)
}

export const granted = ({ leases }: Desk, { epoch }: Lease): LeaseDecision => ({
  granted: true,
  epoch,
  inFlight: leases.size,
})

/** A slot that its holder goes on with has become free once, too. */
export function countFreed(desk: Desk, nowMs: number) {
  desk.pace = withFreed(elapse(desk.pace, nowMs, desk.leases.size))
}

export function endLease(desk: Desk, requestId: string, { tokens }: Lease, nowMs: number) {
  countFreed(desk, nowMs)
  desk.leases.delete(requestId)
  desk.inFlightTokens -= tokens
  desk.changes.leases.add(requestId)
}

/** A lease whose router vanished frees its slot here; a late release of it finds nothing and does nothing. */
export function sweepLeases(desk: Desk, nowMs: number) {
  if (nowMs < desk.soonestExpiryMs) return
  for (const [requestId, lease] of desk.leases) {
    if (lease.expiresAtMs > nowMs) continue
    endLease(desk, requestId, lease, nowMs)
    setBreaker(desk, withoutNews(desk.memory.breaker, lease.epoch, nowMs))
  }
  const expiries = [...desk.leases.values()].map(({ expiresAtMs }) => expiresAtMs)
  desk.soonestExpiryMs = Math.min(...expiries)
}

export const setBreaker = (desk: Desk, breaker: Breaker) => setMemory(desk, { ...desk.memory, breaker })

export function setMemory(desk: Desk, memory: Memory) {
  if (memory.breaker !== desk.memory.breaker) desk.changes.breaker = true
  desk.memory = memory
}

/** After its last grant it counts as in use for this long; an endpoint that nobody asks for any more is not looked at for ever. */
const IN_USE_MS = { afterGrant: 60_000, afterTrouble: 600_000 } as const

/** Whether its origin is worth looking at: it serves, served just now, or is to come back. */
export function isInUse({ leases, lastGrantMs, memory }: Desk, nowMs: number): boolean {
  if (leases.size > 0 || nowMs - lastGrantMs < IN_USE_MS.afterGrant) return true
  const isTroubled = stateAt(memory.breaker, nowMs) !== 'closed'
  return isTroubled && nowMs - memory.breaker.changedAtMs < IN_USE_MS.afterTrouble
}

/** What an origin said of itself, where it was asked, and how many requests of ours it had when it was. */
type Look = {
  readonly isHealthy: boolean | null
  readonly load: Omit<ScrapedLoad, 'atMs'> | null
  readonly inFlight: number
}

export function learnLook(desk: Desk, { isHealthy, load, inFlight }: Look, nowMs: number, random: number) {
  // A request that came or ended meanwhile is not another client's.
  if (load) desk.scraped = { ...load, atMs: nowMs, own: Math.max(inFlight, desk.leases.size) }
  if (isHealthy === null) return
  const before = desk.health
  desk.health = withHealth(before, isHealthy, nowMs)
  const news = { before, health: desk.health, lastServedAtMs: desk.measures.lastServedAtMs }
  setMemory(desk, observeHealth(desk.memory, news, nowMs, { epoch: desk.epoch, random }))
}
