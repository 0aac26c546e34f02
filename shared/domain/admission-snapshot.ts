import { type Desk, hasFreeSlot, intervalMs } from './admission-desk.ts'
import { admitShareAt, stateAt } from './breaker.ts'
import type { EndpointSnapshot } from './fleet.ts'

/** What an endpoint's object tells the fleet. */
export function snapshotOf(desk: Desk, endpointId: string, nowMs: number): EndpointSnapshot {
  const { leases, inFlightTokens, queue, measures, memory, pausedUntilMs, health, scraped, settings } = desk
  const { served: _served, failed: _failed, ...means } = measures
  const breaker = stateAt(memory.breaker, nowMs)
  const isShut = memory.breaker.state === 'open' || memory.breaker.state === 'half_open'
  const opensMs = Math.max(pausedUntilMs, isShut ? memory.breaker.untilMs : 0)
  const isClosed = opensMs > nowMs || settings?.drained === true
  return {
    endpointId,
    atMs: nowMs,
    inFlight: leases.size,
    inFlightTokens,
    queued: queue.waiters.size,
    ...means,
    breaker,
    admitShare: isClosed ? 0 : admitShareAt(memory.breaker, nowMs),
    closedUntilMs: opensMs > nowMs ? opensMs : null,
    isHealthy: health.isHealthy,
    scraped: scraped && withoutOwn(scraped),
  }
}

function withoutOwn({ own: _own, ...load }: NonNullable<Desk['scraped']>) {
  return load
}

/** How long a request that comes now would wait for a slot. */
export const waitOfNewcomerMs = (desk: Desk, nowMs: number) =>
  hasFreeSlot(desk, nowMs) ? 0 : Math.ceil(intervalMs(desk, nowMs) * (desk.queue.waiters.size + 1))
