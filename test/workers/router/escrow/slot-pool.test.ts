import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { LeaseDecision, LeaseRelease } from '../../../../shared/domain/lease.ts'
import type { EndpointOperation } from '../../../../shared/ports/objects.ts'
import { type Slot, slotPool } from '../../../../workers/router/escrow/slot-pool.ts'
import { lane } from '../../../../workers/router/lane.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const granted: LeaseDecision = { granted: true, epoch: 3, inFlight: 5 }
const slot = (leaseId = 'a'): Slot => ({ leaseId, epoch: 3, sharers: 1, isWanted: false })
const served = ({ leaseId, epoch }: Slot): LeaseRelease => ({
  requestId: leaseId,
  epoch,
  outcome: 'served',
  durationMs: 100,
  timeToFirstTokenMs: 10,
  outputTokens: 5,
  retryAfterMs: null,
})

function opened(decide: (operation: EndpointOperation) => LeaseDecision = () => granted) {
  const told: EndpointOperation[] = []
  const slots = lane<EndpointOperation, LeaseDecision>(async (group) => {
    told.push(...group)
    return group.map(decide)
  }, Date.now)
  const pool = slotPool({ slots, leaseMs: 30_000, now: Date.now })
  const keep = (one: Slot) => pool.keep(one, served(one), () => undefined)
  return { pool, keep, told, types: () => told.map(({ type }) => type) }
}

it('passes a slot to the next request and tells the endpoint what was learnt', async () => {
  const { pool, keep, told } = opened()
  expect(pool.take()).toBeNull()
  const own = slot()
  expect(keep(own)).toBe(true)
  expect(pool.take()).toBe(own)
  expect(pool.take()).toBeNull()
  await vi.advanceTimersByTimeAsync(30)
  expect(told).toEqual([{ type: 'report', release: served(own), expiresInMs: 30_000 }])
  expect(own.sharers).toBe(5)
})

it('gives back a slot that nobody has needed for a tenth of a second', async () => {
  const { pool, keep, types } = opened()
  keep(slot())
  await vi.advanceTimersByTimeAsync(300)
  expect(types()).toEqual(['report', 'release'])
  expect(pool.take()).toBeNull()
})

it('gives everything back at once when the endpoint wants a slot, and keeps none for a while', async () => {
  const refuse: LeaseDecision = { granted: false, reason: 'saturated', retryAfterMs: 1_000 }
  const { pool, keep, types, told } = opened(({ type }) => (type === 'report' ? refuse : granted))
  const [a, b] = [slot('a'), slot('b')]
  keep(a)
  const running = pool.take()
  keep(b)
  await vi.advanceTimersByTimeAsync(60)
  expect(types()).toEqual(['report', 'report', 'release'])
  expect(told.at(-1)).toMatchObject({ release: { requestId: 'b', epoch: 3, outcome: 'unused' } })
  // The one that another request has taken meanwhile goes back with that request.
  expect(running?.isWanted).toBe(true)
  expect(keep(a)).toBe(false)
  expect(keep(slot('c'))).toBe(false)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(keep(slot('d'))).toBe(true)
})

it('keeps nothing after a report that was lost', async () => {
  const { pool, keep } = opened(({ type }) => {
    if (type === 'report') throw new Error('the object was reset')
    return granted
  })
  keep(slot())
  await vi.advanceTimersByTimeAsync(60)
  expect(pool.take()).toBeNull()
})

it('never keeps a slot whose grant nobody heard of', () => {
  expect(opened().keep({ ...slot(), epoch: null })).toBe(false)
})
