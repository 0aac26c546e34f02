import { decideWaiting } from './admission.ts'
import {
  closedDoor,
  countFreed,
  type Desk,
  endLease,
  grant,
  granted,
  hasFreeSlot,
  intervalMs,
  othersNow,
  putLease,
  setBreaker,
  setMemory,
  slotsNow,
  slotsOf,
  sweepLeases,
} from './admission-desk.ts'
import {
  countAhead,
  displacedBy,
  enter,
  leave,
  leaveAll,
  leaveOverdue,
  MAX_WAITING,
  takeNext,
  type Waiter,
} from './admission-line.ts'
import { measure } from './admission-measures.ts'
import { gateAt, observe, stateAt, withoutNews, withProbe } from './breaker.ts'
import { type Lease, type LeaseDecision, type LeaseRelease, type LeaseRequest, refused } from './lease.ts'

/** An origin's own Retry-After counts up to a minute; without one it gets a second. */
const PAUSE_MS = { most: 60_000, unsaid: 1_000 } as const

/** A slot, a place in the queue, or neither. Idempotent by request id. `random` is in 0..1. */
export function acquire(desk: Desk, request: LeaseRequest, nowMs: number, random: number): LeaseDecision {
  sweepLeases(desk, nowMs)
  const known = desk.leases.get(request.requestId)
  if (known) return granted(desk, known)
  desk.calledSlots = request.maxConcurrency
  const closed = closedDoor(desk, nowMs)
  if (closed) return closed
  if (gateAt(desk.memory.breaker, nowMs) === 'probe') return probe(desk, request, nowMs, random)
  // Whoever waits comes first.
  if (desk.queue.waiters.size === 0 && hasFreeSlot(desk, nowMs)) return grant(desk, request, nowMs)
  return queue(desk, request, nowMs, random)
}

/** The one request that finds out whether the endpoint is back. Those that were running when it broke may still hold its slots. */
function probe(desk: Desk, request: LeaseRequest, nowMs: number, random: number): LeaseDecision {
  if (desk.leases.size >= slotsOf(desk, nowMs)) return refused('broken', intervalMs(desk, nowMs))
  setBreaker(desk, withProbe(desk.memory.breaker, nowMs, random))
  return grant(desk, request, nowMs)
}

function queue(desk: Desk, request: LeaseRequest, nowMs: number, random: number): LeaseDecision {
  const { waiters } = desk.queue
  const isKnown = waiters.has(request.requestId)
  const ahead = countAhead(desk.queue, request, nowMs) - (isKnown ? 1 : 0)
  const interval = intervalMs(desk, nowMs)
  const place = { granted: false, reason: 'queued', position: ahead + 1 } as const
  if (isKnown) return { ...place, expectedWaitMs: Math.ceil(interval * (ahead + 1)) }
  const displaced = waiters.size < MAX_WAITING ? null : displacedBy(desk.queue, request)
  const crowd = {
    slots: slotsNow(desk, nowMs),
    waiting: waiters.size + othersNow(desk, nowMs).waiting,
    ahead,
    intervalMs: interval,
    isFull: waiters.size >= MAX_WAITING && displaced === null,
  }
  const decision = decideWaiting(request, crowd, random)
  if ('granted' in decision) return decision
  if (displaced) turnAway(desk, displaced, refused('shed', interval * waiters.size))
  const { requestId, tenantId, priority, tokens, expiresInMs, maxWaitMs } = request
  const times = { arrivedAtMs: nowMs, leavesAtMs: nowMs + maxWaitMs }
  enter(desk.queue, { requestId, tenantId, priority, tokens, expiresInMs, ...times })
  return { ...place, ...decision }
}

function turnAway(desk: Desk, { requestId }: Waiter, decision: LeaseDecision) {
  leave(desk.queue, requestId)
  desk.answered.push({ requestId, decision })
}

export type Extension = { readonly requestId: string; readonly epoch: number; readonly expiresInMs: number }

/** Only the holder of this very grant keeps it; for everyone else it has ended. */
export function extend(
  desk: Desk,
  { requestId, epoch, expiresInMs }: Extension,
  nowMs: number,
): LeaseDecision {
  sweepLeases(desk, nowMs)
  const lease = desk.leases.get(requestId)
  if (lease?.epoch !== epoch) return refused('expired', 0)
  putLease(desk, requestId, { ...lease, expiresAtMs: nowMs + expiresInMs })
  return granted(desk, lease)
}

/** Frees the slot once and learns from it once; what has ended already, or was granted anew, is left alone. */
export function release(desk: Desk, ended: LeaseRelease, nowMs: number, random: number): LeaseDecision {
  sweepLeases(desk, nowMs)
  const { requestId, epoch } = ended
  const gone = refused('expired', 0)
  const waiter = epoch === null ? desk.queue.waiters.get(requestId) : undefined
  if (waiter) turnAway(desk, waiter, gone)
  const lease = desk.leases.get(requestId)
  if (!lease || (epoch !== null && epoch !== lease.epoch)) return gone
  endLease(desk, requestId, lease, nowMs)
  learn(desk, lease, ended, nowMs, random)
  return granted(desk, lease)
}

/** Of its slots an endpoint keeps this share for whoever comes: only the rest may stay with those who had them. */
const SHARED_SLOTS = 0.1

/** Learns from an answer whose holder wants to go on with the slot. It may, as long as the door is open, nobody waits, and slots are plenty. */
export function report(
  desk: Desk,
  { release: ended, expiresInMs }: { readonly release: LeaseRelease; readonly expiresInMs: number },
  nowMs: number,
  random: number,
): LeaseDecision {
  sweepLeases(desk, nowMs)
  const { requestId, epoch } = ended
  const lease = desk.leases.get(requestId)
  if (!lease || lease.epoch !== epoch) return refused('expired', 0)
  countFreed(desk, nowMs)
  learn(desk, lease, ended, nowMs, random)
  // Written seldom: most reports come long before the lease would end.
  if (lease.expiresAtMs - nowMs < expiresInMs / 2)
    putLease(desk, requestId, { ...lease, expiresAtMs: nowMs + expiresInMs })
  return mayKeep(desk, lease, nowMs) ? granted(desk, lease) : refused('saturated', 0)
}

/** A lease from before the breaker opened teaches it nothing more, so it ends with its answer. */
function mayKeep(desk: Desk, { epoch }: Lease, nowMs: number): boolean {
  if (epoch <= desk.memory.breaker.openedAtEpoch) return false
  const isOpen = closedDoor(desk, nowMs) === null && stateAt(desk.memory.breaker, nowMs) === 'closed'
  const isPlenty = desk.leases.size <= slotsNow(desk, nowMs) * (1 - SHARED_SLOTS)
  return isOpen && desk.queue.waiters.size === 0 && isPlenty
}

function learn(desk: Desk, lease: Lease, ended: LeaseRelease, nowMs: number, random: number) {
  const { outcome, timeToFirstTokenMs, retryAfterMs } = ended
  if (outcome === 'unused' || outcome === 'throttled') {
    setBreaker(desk, withoutNews(desk.memory.breaker, lease.epoch, nowMs))
    if (outcome === 'throttled') pause(desk, retryAfterMs ?? PAUSE_MS.unsaid, nowMs)
    return
  }
  desk.measures = measure(desk.measures, ended, nowMs)
  desk.changes.measures = true
  const othersInFlight = desk.leases.size
  const seen = { failed: outcome === 'failed', timeToFirstTokenMs, epoch: lease.epoch, othersInFlight }
  setMemory(desk, observe(desk.memory, seen, nowMs, { epoch: desk.epoch, random }))
}

/** A pause that was asked for is never shortened by a later, shorter one. */
function pause(desk: Desk, waitMs: number, nowMs: number) {
  desk.pausedUntilMs = Math.max(desk.pausedUntilMs, nowMs + Math.min(PAUSE_MS.most, Math.max(0, waitMs)))
  desk.changes.breaker = true
}

/** Ends what is over and hands free slots to those who wait. Call after every group of operations and whenever time has passed. */
export function handOver(desk: Desk, nowMs: number) {
  sweepLeases(desk, nowMs)
  const { queue } = desk
  if (queue.waiters.size === 0) return
  const closed = closedDoor(desk, nowMs)
  const over = closed ? leaveAll(queue) : leaveOverdue(queue, nowMs)
  if (over.length > 0) {
    const decision = closed ?? refused('saturated', intervalMs(desk, nowMs) * (queue.waiters.size + 1))
    desk.answered.push(...over.map(({ requestId }) => ({ requestId, decision })))
  }
  while (hasFreeSlot(desk, nowMs)) {
    const next = takeNext(queue, nowMs)
    if (!next) return
    desk.answered.push({ requestId: next.requestId, decision: grant(desk, next, nowMs) })
  }
}

/** A queue that waits for a ramp to rise is looked at this often. */
const RAMP_STEP_MS = 250

/** When `handOver` has to be called again though nobody asks for anything; Infinity: never. */
export function nextHandOverMs(desk: Desk, nowMs: number): number {
  const { queue, memory, soonestExpiryMs } = desk
  if (queue.waiters.size === 0) return soonestExpiryMs
  const rampMs = memory.breaker.state === 'ramping' ? nowMs + RAMP_STEP_MS : Number.POSITIVE_INFINITY
  return Math.min(soonestExpiryMs, queue.soonestEndMs, rampMs)
}
