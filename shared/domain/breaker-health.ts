import { type Chance, type Memory, OPEN_MS, opened } from './breaker.ts'

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

/**
 * Requests know better than a health address, which may pass while answers fail and fail while they pass. It opens the breaker only when nothing was
 * served meanwhile, keeps an open one shut no longer than a probe would be away anyway, and hastens a probe only where it saw the outage begin and end.
 */
export function observeHealth(
  memory: Memory,
  { before, health, lastServedAtMs, nextCheckMs }: HealthNews,
  nowMs: number,
  chance: Chance,
): Memory {
  const { breaker } = memory
  const isShut = breaker.state === 'open' || breaker.state === 'half_open'
  if (!isShut) {
    const isServing = lastServedAtMs !== null && lastServedAtMs >= health.failingSinceMs
    const opens = health.failuresInARow >= FAILED_PROBES && !isServing
    return opens ? opened(memory, nowMs, chance) : memory
  }
  if (breaker.state === 'half_open' || !health.hasEverPassed) return memory
  const untilMs = health.isHealthy
    ? before.isHealthy === false
      ? Math.min(breaker.untilMs, nowMs)
      : breaker.untilMs
    : Math.min(Math.max(breaker.untilMs, nowMs + nextCheckMs), breaker.changedAtMs + OPEN_MS.most)
  return { ...memory, breaker: { ...breaker, untilMs } }
}

type HealthNews = {
  readonly before: Health
  readonly health: Health
  readonly lastServedAtMs: number | null
  /** Until the health address is asked again, generously. */
  readonly nextCheckMs: number
}
