import { type Breaker, type Chance, type Memory, OPEN_MS, opened } from './breaker.ts'

/** What the health address has said so far. */
export type Health = {
  /** Null: never asked. */
  readonly isHealthy: boolean | null
  readonly failuresInARow: number
  /** When the first of these failures was. */
  readonly failingSinceMs: number
  readonly hasEverPassed: boolean
}

export const UNKNOWN_HEALTH: Health = {
  isHealthy: null,
  failuresInARow: 0,
  failingSinceMs: 0,
  hasEverPassed: false,
}

export function withHealth(health: Health, passed: boolean, nowMs: number): Health {
  if (passed) return { isHealthy: true, failuresInARow: 0, failingSinceMs: 0, hasEverPassed: true }
  const { failuresInARow, failingSinceMs } = health
  return {
    ...health,
    isHealthy: false,
    failuresInARow: failuresInARow + 1,
    failingSinceMs: failuresInARow === 0 ? nowMs : failingSinceMs,
  }
}

const FAILED_PROBES = 3
/** Until the address is certainly asked again. */
const NEXT_PROBE_MS = 8_000

type HealthNews = {
  readonly before: Health
  readonly health: Health
  readonly lastServedAtMs: number | null
}

/**
 * Requests know better than a health address, which may pass while answers fail, and fail while they are served: then it is only shown, as is one that never passed.
 * Otherwise failures in a row open the breaker, one failure keeps an open one shut until the next look (never longer than it would be at most),
 * and a pass lets a probe go at once if it ends an outage that the address had seen.
 */
export function observeHealth(memory: Memory, news: HealthNews, nowMs: number, chance: Chance): Memory {
  const { before, health, lastServedAtMs } = news
  const { breaker } = memory
  const isServing = lastServedAtMs !== null && lastServedAtMs >= health.failingSinceMs
  if (!health.hasEverPassed || (!health.isHealthy && isServing)) return memory
  if (breaker.state === 'open') {
    const untilMs = health.isHealthy ? hastened(breaker, before, nowMs) : postponed(breaker, nowMs)
    return untilMs === breaker.untilMs ? memory : { ...memory, breaker: { ...breaker, untilMs } }
  }
  const opens = breaker.state !== 'half_open' && health.failuresInARow >= FAILED_PROBES
  return opens ? opened(memory, nowMs, chance) : memory
}

const hastened = ({ untilMs }: Breaker, { isHealthy }: Health, nowMs: number) =>
  isHealthy === false ? Math.min(untilMs, nowMs) : untilMs

const postponed = ({ untilMs, changedAtMs }: Breaker, nowMs: number) =>
  Math.max(untilMs, Math.min(nowMs + NEXT_PROBE_MS, changedAtMs + OPEN_MS.most))
