import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Desk, isInUse, learnLook, newDesk } from '../../shared/domain/admission-desk.ts'
import {
  acquire,
  extend,
  handOver,
  nextHandOverMs,
  release,
} from '../../shared/domain/admission-operations.ts'
import { snapshotOf } from '../../shared/domain/admission-snapshot.ts'
import type { LeaseRelease, LeaseRequest } from '../../shared/domain/lease.ts'
import { PRIORITIES } from '../../shared/domain/priority.ts'

const lease = (requestId: string, overrides: Partial<LeaseRequest> = {}): LeaseRequest => ({
  requestId,
  tenantId: 'acme',
  priority: 'production-standard',
  maxConcurrency: 2,
  tokens: 10,
  expiresInMs: 30_000,
  maxWaitMs: 0,
  ...overrides,
})
const ended = (requestId: string, overrides: Partial<LeaseRelease> = {}): LeaseRelease => ({
  requestId,
  epoch: null,
  outcome: 'served',
  durationMs: 100,
  timeToFirstTokenMs: 20,
  outputTokens: 41,
  retryAfterMs: null,
  ...overrides,
})
const NO_CHANCE = 0.999
const ask = (desk: Desk, wanted: LeaseRequest, nowMs = 0) => acquire(desk, wanted, nowMs, NO_CHANCE)
const end = (desk: Desk, how: LeaseRelease, nowMs = 0) => release(desk, how, nowMs, 0.5)
const told = (desk: Desk) => desk.answered.splice(0)

describe('slots', () => {
  const requestId = fc.integer({ min: 0, max: 12 }).map(String)
  const operation = fc.oneof(
    fc.record({
      type: fc.constant('acquire' as const),
      requestId,
      tenantId: fc.constantFrom('a', 'b'),
      priority: fc.constantFrom(...PRIORITIES),
      maxWaitMs: fc.constantFrom(0, 500, 5_000),
    }),
    fc.record({ type: fc.constant('extend' as const), requestId, epoch: fc.nat(30) }),
    fc.record({
      type: fc.constant('release' as const),
      requestId,
      epoch: fc.option(fc.nat(30)),
      outcome: fc.constantFrom('served', 'failed', 'unused', 'throttled'),
    }),
  )

  it('are never more than there are, belong to one grant each, and are all free when time has passed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(operation, fc.nat({ max: 1_000 })), { maxLength: 120 }),
        fc.integer({ min: 1, max: 4 }),
        (steps, maxConcurrency) => {
          const desk = newDesk(0)
          let nowMs = 0
          let newest = 0
          const holders = new Map<string, number>()
          const given = (id: string, epoch: number) => {
            if (holders.get(id) === epoch) return
            expect(epoch).toBeGreaterThan(newest)
            newest = epoch
            holders.set(id, epoch)
          }
          for (const [step, waitMs] of steps) {
            nowMs += waitMs
            if (step.type === 'acquire') {
              const decision = ask(
                desk,
                lease(step.requestId, { ...step, maxConcurrency, expiresInMs: 6_000 }),
                nowMs,
              )
              if (decision.granted) given(step.requestId, decision.epoch)
            } else if (step.type === 'extend') extend(desk, { ...step, expiresInMs: 6_000 }, nowMs)
            else end(desk, ended(step.requestId, step), nowMs)
            handOver(desk, nowMs)
            for (const { requestId: id, decision } of told(desk))
              if (decision.granted) given(id, decision.epoch)
            expect(desk.leases.size).toBeLessThanOrEqual(maxConcurrency)
            expect(desk.inFlightTokens).toBe(10 * desk.leases.size)
            for (const id of desk.queue.waiters.keys()) expect(desk.leases.has(id)).toBe(false)
          }
          for (
            let next = nextHandOverMs(desk, nowMs);
            Number.isFinite(next);
            next = nextHandOverMs(desk, nowMs)
          ) {
            expect(next).toBeGreaterThan(nowMs)
            nowMs = next
            handOver(desk, nowMs)
          }
          expect([desk.leases.size, desk.queue.waiters.size, desk.inFlightTokens]).toEqual([0, 0, 0])
        },
      ),
    )
  })

  it('are not exceeded by a probe either: those that hang may still have them', () => {
    const desk = newDesk(0)
    ask(desk, lease('hangs', { maxConcurrency: 1 }))
    for (const isHealthy of [true, false, false, false])
      learnLook(desk, { isHealthy, load: null, inFlight: 1 }, 0, 0.5)
    expect(ask(desk, lease('probe', { maxConcurrency: 1 }), 9_000)).toMatchObject({ reason: 'broken' })
    end(desk, ended('hangs', { outcome: 'failed' }), 9_000)
    expect(ask(desk, lease('probe', { maxConcurrency: 1 }), 9_000)).toMatchObject({ granted: true })
  })

  it('belong to the newest grant alone', () => {
    const desk = newDesk(0)
    ask(desk, lease('a', { expiresInMs: 10 }))
    expect(ask(desk, lease('a'), 20)).toMatchObject({ granted: true, epoch: 2 })
    expect(end(desk, ended('a', { epoch: 1 }), 30)).toMatchObject({ reason: 'expired' })
    expect(extend(desk, { requestId: 'a', epoch: 1, expiresInMs: 10 }, 30)).toMatchObject({
      reason: 'expired',
    })
    expect(end(desk, ended('a', { epoch: 2 }), 30)).toMatchObject({ granted: true })
  })
})

describe('whoever waits', () => {
  it('is told when the wait is longer than it wants, by how fast slots really free up', () => {
    const desk = newDesk(0)
    ask(desk, lease('a', { maxConcurrency: 1 }))
    end(desk, ended('a', { durationMs: 4_000 }), 4_000)
    ask(desk, lease('b', { maxConcurrency: 1 }), 4_000)
    const hurried = ask(desk, lease('c', { maxConcurrency: 1, maxWaitMs: 1_000 }), 4_000)
    expect(hurried).toMatchObject({ reason: 'saturated' })
    expect('retryAfterMs' in hurried && hurried.retryAfterMs).toBeGreaterThan(3_000)
    expect(ask(desk, lease('c', { maxConcurrency: 1, maxWaitMs: 9_000 }), 4_000)).toMatchObject({
      reason: 'queued',
      position: 1,
    })
  })

  it('is not overtaken by whoever comes when a slot is free', () => {
    const desk = newDesk(0)
    ask(desk, lease('a', { maxConcurrency: 1 }))
    ask(desk, lease('b', { maxConcurrency: 1, maxWaitMs: 5_000 }))
    end(desk, ended('a'), 10)
    expect(ask(desk, lease('c', { maxConcurrency: 1, maxWaitMs: 5_000 }), 10)).toMatchObject({ position: 2 })
    handOver(desk, 10)
    expect(told(desk)).toMatchObject([{ requestId: 'b', decision: { granted: true } }])
  })

  it.each([
    ['drained', (desk: Desk) => (desk.settings = { maxConcurrency: 1, drained: true })],
    ['throttled', (desk: Desk) => end(desk, ended('a', { outcome: 'throttled', retryAfterMs: 9_000 }))],
    ['broken', (desk: Desk) => end(desk, ended('a', { outcome: 'failed' }))],
  ] as const)('goes elsewhere at once when the endpoint is %s', (reason, shut) => {
    const desk = newDesk(0)
    ask(desk, lease('a', { maxConcurrency: 1 }))
    ask(desk, lease('b', { maxConcurrency: 1, maxWaitMs: 5_000 }))
    shut(desk)
    handOver(desk, 0)
    expect(told(desk)).toMatchObject([{ requestId: 'b', decision: { granted: false, reason } }])
    expect(ask(desk, lease('c'))).toMatchObject({ reason })
  })
})

describe('an origin that asks for a pause', () => {
  it('gets it, for a minute at most and no shorter for a later request', () => {
    const desk = newDesk(0)
    for (const id of ['a', 'b', 'c']) ask(desk, lease(id, { maxConcurrency: 9 }))
    end(desk, ended('a', { outcome: 'throttled', retryAfterMs: 1e9 }))
    end(desk, ended('b', { outcome: 'throttled', retryAfterMs: 0 }))
    end(desk, ended('c', { outcome: 'throttled' }))
    expect(ask(desk, lease('d'), 59_000)).toMatchObject({ reason: 'throttled', retryAfterMs: 1_000 })
    expect(ask(desk, lease('d'), 60_000)).toMatchObject({ granted: true })
    expect(desk.measures).toMatchObject({ failed: 0, errorRate: 0 })
  })
})

describe('other clients of the same origin', () => {
  it('take slots as long as their number is news, but never the last', () => {
    const desk = newDesk(0)
    const look = (running: number, inFlight: number) =>
      learnLook(desk, { isHealthy: null, load: { running, waiting: 0, kvCacheUsage: 0 }, inFlight }, 0, 0.5)
    const count = (nowMs: number) => {
      let granted = 0
      while (ask(desk, lease(`r${nowMs}-${granted}`, { maxConcurrency: 8 }), nowMs).granted) granted += 1
      for (const id of desk.leases.keys()) end(desk, ended(id, { outcome: 'unused' }), nowMs)
      return granted
    }
    look(5, 0)
    expect([count(1_000), count(15_001)]).toEqual([3, 8])
    look(5, 5)
    expect(count(1_000)).toBe(8)
    look(500, 0)
    expect(count(1_000)).toBe(1)
  })
})

describe('the four fault scenarios', () => {
  /** 20 requests, one every 4 s, against an endpoint that fails for a minute; how many attempts were wasted on it. */
  const wastedIn = (everyMs: number, how: Partial<LeaseRelease>) => {
    const desk = newDesk(0)
    let wasted = 0
    const windows = new Set<number>()
    for (let request = 0; request < 20; request += 1) {
      const nowMs = request * everyMs
      if (!ask(desk, lease(`r${request}`), nowMs).granted) continue
      const fails = request > 1 && request < 17
      if (!fails) end(desk, ended(`r${request}`), nowMs)
      else {
        windows.add(desk.memory.breaker.untilMs)
        end(desk, ended(`r${request}`, { outcome: 'failed', ...how }), nowMs)
        wasted += 1
      }
    }
    return { wasted, windows: windows.size }
  }

  it('an outage that a health address sees costs one attempt', () => {
    const desk = newDesk(0)
    let wasted = 0
    for (let nowMs = 0; nowMs < 80_000; nowMs += 1_000) {
      const isOut = nowMs >= 8_000 && nowMs < 68_000
      if (nowMs % 5_000 === 0) learnLook(desk, { isHealthy: !isOut, load: null, inFlight: 0 }, nowMs, 0.5)
      if (nowMs % 4_000 !== 0 || !ask(desk, lease(`r${nowMs}`), nowMs).granted) continue
      if (isOut) wasted += 1
      end(desk, ended(`r${nowMs}`, { outcome: isOut ? 'failed' : 'served' }), nowMs)
    }
    expect(wasted).toBe(1)
    expect(snapshotOf(desk, 'one', 80_000)).toMatchObject({ breaker: 'closed' })
  })

  it.each([
    ['an outage', { timeToFirstTokenMs: null, durationMs: 0 }],
    ['a cut after 40 tokens', { timeToFirstTokenMs: 100, outputTokens: 40 }],
    ['silence after 20 tokens', { timeToFirstTokenMs: 100, durationMs: 30_000, outputTokens: 20 }],
    ['a malformed event', { timeToFirstTokenMs: 100, outputTokens: 1 }],
  ])('%s costs at most one attempt per breaker window', (_, how) => {
    const { wasted, windows } = wastedIn(4_000, how)
    expect(wasted).toBe(windows)
    expect(wasted).toBeLessThanOrEqual(5)
    expect(wastedIn(40, how).wasted).toBe(1)
  })
})

describe('what the fleet is told', () => {
  it('says that nothing is taken while the breaker is open, and from when on', () => {
    const desk = newDesk(0)
    ask(desk, lease('a'))
    end(desk, ended('a', { outcome: 'failed' }))
    expect(snapshotOf(desk, 'one', 0)).toMatchObject({ breaker: 'open', admitShare: 0, closedUntilMs: 2_000 })
    expect(snapshotOf(desk, 'one', 2_000)).toMatchObject({ breaker: 'half_open', closedUntilMs: null })
  })

  it('says the same of a pause that the origin asked for, and of a drain', () => {
    const desk = newDesk(0)
    ask(desk, lease('a'))
    end(desk, ended('a', { outcome: 'throttled', retryAfterMs: 3_000 }))
    expect(snapshotOf(desk, 'one', 0)).toMatchObject({
      breaker: 'closed',
      admitShare: 0,
      closedUntilMs: 3_000,
    })
    expect(snapshotOf(desk, 'one', 3_000)).toMatchObject({ admitShare: 1, closedUntilMs: null })
    desk.settings = { maxConcurrency: 1, drained: true }
    expect(snapshotOf(desk, 'one', 3_000)).toMatchObject({ admitShare: 0, closedUntilMs: null })
  })

  it('goes on for a minute after the last grant, and for ten while the endpoint is to come back', () => {
    const desk = newDesk(0)
    ask(desk, lease('a'))
    end(desk, ended('a'))
    expect([59_999, 60_000].map((nowMs) => isInUse(desk, nowMs))).toEqual([true, false])
    ask(desk, lease('b'))
    end(desk, ended('b', { outcome: 'failed' }))
    expect([599_999, 600_000].map((nowMs) => isInUse(desk, nowMs))).toEqual([true, false])
  })
})
