import { type Answer, type BreakerWindow, EMPTY_WINDOW, isFailing, withAnswer } from './breaker-window.ts'
import type { BreakerState } from './fleet.ts'

/** Milliseconds it stays open: the first time, at most, and how far chance moves it, so that many breakers do not probe as one. */
export const OPEN_MS = { first: 2_000, most: 60_000, jitter: 0.2 } as const
/** From a tenth to all in ten seconds. */
const RAMP = { ms: 10_000, from: 0.1 } as const
/** After this long without trouble the next opening is a first one again. */
const STABLE_MS = 600_000

/**
 * Remembers for one endpoint whether it works. Closed → open on failure → after a while one request goes through as a probe → ramping, or open again for
 * twice as long → closed. Nothing is forgotten when a time is over: how long it opens next depends on how often it did.
 */
export type Breaker = {
  readonly state: BreakerState
  readonly changedAtMs: number
  /** Open: when a probe may go · half open: when the next may, if this one is never heard of · ramping: when all may. */
  readonly untilMs: number
  /** How often it opened without a stable time between. */
  readonly trips: number
  /** Leases up to this epoch were granted before it opened: what becomes of them says nothing new. */
  readonly openedAtEpoch: number
}

export const CLOSED: Breaker = { state: 'closed', changedAtMs: 0, untilMs: 0, trips: 0, openedAtEpoch: 0 }

/** The state as it is now: times that are over have had their effect. */
export function stateAt({ state, untilMs }: Breaker, nowMs: number): BreakerState {
  if (nowMs < untilMs) return state
  if (state === 'open') return 'half_open'
  return state === 'ramping' ? 'closed' : state
}

/** A probe is let through once: whoever takes it must save the breaker that `withProbe` gives. */
export type Gate = 'free' | 'probe' | 'shut'

export function gateAt(breaker: Breaker, nowMs: number): Gate {
  if (breaker.state === 'open' || breaker.state === 'half_open')
    return nowMs < breaker.untilMs ? 'shut' : 'probe'
  return 'free'
}

/** If it is never heard of again, the next probe may go after as long as the breaker was open. */
export function withProbe(breaker: Breaker, nowMs: number, random: number): Breaker {
  const untilMs = nowMs + openMs(breaker.trips, random)
  return { ...breaker, state: 'half_open', changedAtMs: nowMs, untilMs }
}

/** How many of `slots` it lets be used at once: all, none, or a growing part while it ramps back; if any, at least one. */
export function slotsAt(breaker: Breaker, slots: number, nowMs: number): number {
  const share = admitShareAt(breaker, nowMs)
  return share === 0 ? 0 : Math.max(1, Math.floor(share * slots))
}

export function admitShareAt({ state, changedAtMs, untilMs }: Breaker, nowMs: number): number {
  if (state === 'open' || state === 'half_open') return 0
  if (state === 'closed' || nowMs >= untilMs) return 1
  return Math.max(RAMP.from, (nowMs - changedAtMs) / (untilMs - changedAtMs))
}

export type Observation = Answer & {
  /** Of the lease that the answer had. */
  readonly epoch: number
  /** Others that hold a lease now. While nothing else runs, one failure is all that is known. */
  readonly othersInFlight: number
}

export type Memory = { readonly breaker: Breaker; readonly window: BreakerWindow }
/** The newest epoch given, and a random number in 0..1 for the jitter. */
export type Chance = { readonly epoch: number; readonly random: number }

/** What an answer teaches; only what the endpoint did well or badly is one. */
export function observe(memory: Memory, seen: Observation, nowMs: number, chance: Chance): Memory {
  const { breaker } = memory
  if (seen.epoch <= breaker.openedAtEpoch) return memory
  const window = withAnswer(memory.window, seen, nowMs)
  if (breaker.state === 'half_open' || breaker.state === 'open') {
    if (seen.failed) return opened({ breaker, window }, nowMs, chance)
    return { breaker: ramping(breaker, nowMs), window: { ...window, failuresInARow: 0 } }
  }
  const isAlone = seen.failed && seen.othersInFlight === 0
  const opens = isAlone || isFailing(window, breaker.changedAtMs)
  return opens ? opened({ breaker, window }, nowMs, chance) : { breaker, window }
}

const ramping = (breaker: Breaker, nowMs: number): Breaker => ({
  ...breaker,
  state: 'ramping',
  changedAtMs: nowMs,
  untilMs: nowMs + RAMP.ms,
})

/** A probe that ended without saying anything lets another one go. */
export function withoutNews(breaker: Breaker, epoch: number, nowMs: number): Breaker {
  if (breaker.state !== 'half_open' || epoch <= breaker.openedAtEpoch) return breaker
  return { ...breaker, untilMs: Math.min(breaker.untilMs, nowMs) }
}

export function opened({ breaker, window }: Memory, nowMs: number, { epoch, random }: Chance): Memory {
  const trips = nowMs - breaker.changedAtMs > STABLE_MS ? 1 : breaker.trips + 1
  const untilMs = nowMs + openMs(trips, random)
  return {
    breaker: { state: 'open', changedAtMs: nowMs, untilMs, trips, openedAtEpoch: epoch },
    window: { ...window, failuresInARow: 0 },
  }
}

function openMs(trips: number, random: number): number {
  const ms = Math.min(OPEN_MS.most, OPEN_MS.first * 2 ** Math.min(10, Math.max(0, trips - 1)))
  return Math.round(ms * (1 + OPEN_MS.jitter * (2 * random - 1)))
}

export const NEW_MEMORY: Memory = { breaker: CLOSED, window: EMPTY_WINDOW }
