import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  countAhead,
  displacedBy,
  emptyQueue,
  enter,
  leave,
  leaveOverdue,
  MAX_WAITING,
  type Queue,
  RISE_EVERY_MS,
  takeNext,
  type Waiter,
} from '../../shared/domain/admission-line.ts'
import { PRIORITIES } from '../../shared/domain/priority.ts'

let ids = 0
const waiter = (overrides: Partial<Waiter> = {}): Waiter => ({
  requestId: `r${++ids}`,
  tenantId: 'acme',
  priority: 'production-standard',
  tokens: 100,
  expiresInMs: 30_000,
  arrivedAtMs: 0,
  leavesAtMs: 60_000,
  ...overrides,
})
const queueOf = (...waiters: Waiter[]) => {
  const queue = emptyQueue()
  for (const one of waiters) enter(queue, one)
  return queue
}
const many = (count: number, overrides: Partial<Waiter> = {}) =>
  Array.from({ length: count }, () => waiter(overrides))
const drain = (queue: Queue, nowMs = 0) => {
  const order: Waiter[] = []
  for (let next = takeNext(queue, nowMs); next; next = takeNext(queue, nowMs)) order.push(next)
  return order
}

describe('the queue', () => {
  it('serves the most urgent band first', () => {
    const order = drain(queueOf(...PRIORITIES.toReversed().map((priority) => waiter({ priority }))))
    expect(order.map(({ priority }) => priority)).toEqual(PRIORITIES)
  })

  it('serves everyone who does not leave exactly once, and a tenant of a band in the order it came', () => {
    const arrival = fc.record({
      tenantId: fc.constantFrom('a', 'b', 'c'),
      priority: fc.constantFrom(...PRIORITIES),
      tokens: fc.integer({ min: 0, max: 5_000 }),
    })
    fc.assert(
      fc.property(fc.array(fc.tuple(arrival, fc.boolean())), (arrivals) => {
        const waiters = arrivals.map(([one], arrivedAtMs) => waiter({ ...one, arrivedAtMs }))
        const queue = queueOf(...waiters)
        const gone = waiters.filter((_, index) => arrivals[index]?.[1])
        for (const { requestId } of gone) leave(queue, requestId)
        const order = drain(queue, arrivals.length)
        expect(new Set(order)).toEqual(new Set(waiters.filter((one) => !gone.includes(one))))
        const line = ({ tenantId, priority }: Waiter) => tenantId + priority
        for (const name of new Set(order.map(line))) {
          const times = order.filter((one) => line(one) === name).map(({ arrivedAtMs }) => arrivedAtMs)
          expect(times).toEqual(times.toSorted((a, b) => a - b))
        }
      }),
    )
  })

  it("serves a tenant's first request next, however many another tenant has waiting", () => {
    const queue = queueOf(...many(1_000, { tenantId: 'crowd' }))
    for (let i = 0; i < 10; i += 1) takeNext(queue, 0)
    enter(queue, waiter({ tenantId: 'lone', arrivedAtMs: 1 }))
    expect(takeNext(queue, 1)?.tenantId).toBe('lone')
  })

  it('owes a newcomer nothing for the time before it came', () => {
    const queue = queueOf(...many(100, { tenantId: 'crowd' }))
    for (let i = 0; i < 50; i += 1) takeNext(queue, 0)
    for (const one of many(3, { tenantId: 'lone', arrivedAtMs: 1 })) enter(queue, one)
    const next = Array.from({ length: 6 }, () => takeNext(queue, 1)?.tenantId)
    expect(next).toEqual(['lone', 'crowd', 'lone', 'crowd', 'lone', 'crowd'])
  })

  it('also after the crowd has waited for long: a line ages only while it is passed over', () => {
    const queue = queueOf(...many(1_000, { tenantId: 'crowd', priority: 'batch' }))
    for (let nowMs = 0; nowMs < 60_000; nowMs += 100) takeNext(queue, nowMs)
    enter(queue, waiter({ tenantId: 'lone', priority: 'batch', arrivedAtMs: 60_000 }))
    expect(takeNext(queue, 60_000)?.tenantId).toBe('lone')
  })

  it('divides a band by tokens: while both wait, no tenant is ahead of another by more than its largest request', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 5, maxLength: 40 })
    fc.assert(
      fc.property(sizes, sizes, (left, right) => {
        const queue = queueOf(
          ...left.map((tokens) => waiter({ tenantId: 'left', tokens })),
          ...right.map((tokens) => waiter({ tenantId: 'right', tokens })),
        )
        const had = { left: 0, right: 0 }
        while (new Set([...queue.waiters.values()].map(({ tenantId }) => tenantId)).size === 2) {
          const next = takeNext(queue, 0)
          had[next?.tenantId === 'left' ? 'left' : 'right'] += next?.tokens ?? 0
          expect(Math.abs(had.left - had.right)).toBeLessThanOrEqual(Math.max(...left, ...right))
        }
      }),
    )
  })

  it('lets nobody starve: who waits for three rises is served before all that came later but as many as there are lines', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 100, max: 900 }), (tenants, everyMs) => {
        const queue = queueOf(waiter({ requestId: 'patient', tenantId: 'patient', priority: 'development' }))
        let servedAtMs = 0
        for (let nowMs = 0; servedAtMs === 0 && nowMs < 60_000; nowMs += everyMs) {
          for (let tenant = 0; tenant < tenants; tenant += 1)
            enter(
              queue,
              waiter({ tenantId: `t${tenant}`, priority: 'production-critical', arrivedAtMs: nowMs }),
            )
          if (takeNext(queue, nowMs)?.requestId === 'patient') servedAtMs = nowMs
        }
        expect(servedAtMs).toBeGreaterThanOrEqual(3 * RISE_EVERY_MS)
        expect(servedAtMs).toBeLessThanOrEqual(3 * RISE_EVERY_MS + (tenants + 1) * everyMs)
      }),
    )
  })

  it('owes nobody anything once it has been empty', () => {
    const queue = queueOf(waiter({ tenantId: 'a', tokens: 9_000 }))
    drain(queue)
    enter(queue, waiter({ tenantId: 'b', arrivedAtMs: 2 }))
    enter(queue, waiter({ tenantId: 'a', arrivedAtMs: 1 }))
    expect(takeNext(queue, 2)?.tenantId).toBe('a')
  })

  it('remembers what a tenant has had while others still wait', () => {
    const queue = queueOf(
      ...many(3, { tenantId: 'b' }),
      waiter({ tenantId: 'a', tokens: 9_000, arrivedAtMs: -1 }),
    )
    expect(takeNext(queue, 0)?.tenantId).toBe('a')
    enter(queue, waiter({ tenantId: 'a', arrivedAtMs: -1 }))
    expect(drain(queue).map(({ tenantId }) => tenantId)).toEqual(['b', 'b', 'b', 'a'])
  })

  it('takes out those whose wait is over', () => {
    const queue = queueOf(waiter({ leavesAtMs: 5 }), waiter({ leavesAtMs: 6 }))
    expect(leaveOverdue(queue, 5)).toHaveLength(1)
    expect(queue.waiters.size).toBe(1)
  })
})

describe('a place in the queue', () => {
  it('is told right for equal requests: as many are served before as was said', () => {
    const arrival = fc.record({
      tenantId: fc.constantFrom('a', 'b', 'c'),
      priority: fc.constantFrom(...PRIORITIES),
    })
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 60 }), arrival, (arrivals, last) => {
        const queue = queueOf(...arrivals.map((one) => waiter(one)))
        const said = countAhead(queue, last, 0)
        const newcomer = waiter(last)
        enter(queue, newcomer)
        expect(drain(queue).indexOf(newcomer)).toBeLessThanOrEqual(said)
      }),
    )
  })
})

describe('a full queue', () => {
  it('makes room for a more urgent request, or for one of a tenant that has fewer', () => {
    const queue = queueOf(
      ...many(MAX_WAITING - 2, { tenantId: 'crowd' }),
      waiter({ tenantId: 'few' }),
      waiter({ requestId: 'least', tenantId: 'few', priority: 'development' }),
    )
    expect(displacedBy(queue, waiter({ tenantId: 'few' }))?.requestId).toBe('least')
    leave(queue, 'least')
    expect(displacedBy(queue, waiter({ tenantId: 'few' }))?.tenantId).toBe('crowd')
    expect(displacedBy(queue, waiter({ tenantId: 'crowd' }))).toBeNull()
    expect(displacedBy(queue, waiter({ tenantId: 'new', priority: 'development' }))).toBeNull()
  })
})
