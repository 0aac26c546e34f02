import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { expect, it } from 'vitest'
import type { LeaseRequest } from '../../shared/domain/lease.ts'
import type { EndpointOperation } from '../../shared/ports/objects.ts'
import type { Endpoint } from '../../workers/router/objects/endpoint.ts'
import { acquire, ended, endpoint, free, lease, one, settings, sleep } from './leases.ts'

const epochOf = async (stub: DurableObjectStub<Endpoint>, wanted: LeaseRequest) => {
  const decision = await acquire(stub, wanted)
  return decision.granted ? decision.epoch : expect.fail(`refused: ${decision.reason}`)
}

it('never grants more slots than there are, even when requests race', async () => {
  const stub = endpoint()
  const decisions = await Promise.all(Array.from({ length: 20 }, (_, i) => acquire(stub, lease(`r${i}`))))
  expect(decisions.filter(({ granted }) => granted)).toHaveLength(2)
  expect(await stub.state()).toMatchObject({ inFlight: 2, inFlightTokens: 20 })
})

it('says why and for how long when it refuses', async () => {
  const stub = endpoint()
  await Promise.all([acquire(stub, lease('a')), acquire(stub, lease('b'))])
  expect(await acquire(stub, lease('c'))).toEqual({
    granted: false,
    reason: 'saturated',
    retryAfterMs: 1_000,
  })
})

it('grants the same request its one slot again', async () => {
  const stub = endpoint()
  const first = await acquire(stub, lease('a'))
  expect(await acquire(stub, lease('a'))).toEqual(first)
  expect(await stub.state()).toMatchObject({ inFlight: 1 })
})

it('frees a slot once, and learns from the answer once', async () => {
  const stub = endpoint()
  const epoch = await epochOf(stub, lease('a'))
  await free(stub, ended('a', { epoch }))
  expect(await free(stub, ended('a', { epoch }))).toMatchObject({ reason: 'expired' })
  expect(await stub.state()).toMatchObject({
    inFlight: 0,
    inFlightTokens: 0,
    served: 1,
    failed: 0,
    timeToFirstTokenMs: 20,
    timePerOutputTokenMs: 2,
    durationMs: 100,
  })
})

it('leaves a newer grant of the same request alone when an older one is given back or extended', async () => {
  const stub = endpoint()
  const older = await epochOf(stub, lease('a'))
  await free(stub, ended('a', { epoch: older }))
  const newer = await epochOf(stub, lease('a'))
  expect(newer).toBeGreaterThan(older)
  const extension = { type: 'extend', requestId: 'a', epoch: older, expiresInMs: 60_000 } as const
  expect(await one(stub, extension)).toMatchObject({ reason: 'expired' })
  await free(stub, ended('a', { epoch: older }))
  expect(await stub.state()).toMatchObject({ inFlight: 1, served: 1 })
})

it('learns nothing from a slot that was given back unused', async () => {
  const stub = endpoint()
  await acquire(stub, lease('a'))
  await free(stub, ended('a', { outcome: 'unused', durationMs: 40_000 }))
  expect(await stub.state()).toMatchObject({ inFlight: 0, served: 0, failed: 0, durationMs: null })
})

it('does a group whole or not at all, in memory as in the table', async () => {
  const stub = endpoint()
  await acquire(stub, lease('a'))
  const group: EndpointOperation[] = [
    { type: 'release', release: ended('a') },
    { type: 'acquire', lease: lease('b', { tokens: Number.NaN }) },
  ]
  await runInDurableObject(stub, (instance) => expect(instance.apply(group)).rejects.toThrow('NOT NULL'))
  expect(await stub.state()).toMatchObject({ inFlight: 1, inFlightTokens: 10, served: 0 })
})

it('ends a lease that nobody extends, and lets one that is extended live', async () => {
  const stub = endpoint()
  await acquire(stub, lease('dead', { expiresInMs: 20 }))
  const epoch = await epochOf(stub, lease('alive', { expiresInMs: 20 }))
  await stub.apply([{ type: 'extend', requestId: 'alive', epoch, expiresInMs: 60_000 }])
  await sleep(30)
  await runDurableObjectAlarm(stub)
  expect(await stub.state()).toMatchObject({ inFlight: 1 })
  await free(stub, ended('dead'))
  expect(await stub.state()).toMatchObject({ inFlight: 1, served: 0 })
})

it('remembers leases, epochs, statistics and settings after it was evicted', async () => {
  const stub = endpoint()
  await stub.configure(settings({ maxConcurrency: 7 }))
  const epoch = await epochOf(stub, lease('a'))
  const newest = await epochOf(stub, lease('b'))
  await free(stub, ended('b'))
  await evictDurableObject(stub)
  expect(await stub.state()).toMatchObject({ inFlight: 1, served: 1, timeToFirstTokenMs: 20 })
  expect(await epochOf(stub, lease('a'))).toBe(epoch)
  expect(await epochOf(stub, lease('b'))).toBeGreaterThan(newest)
  const more = Array.from({ length: 9 }, (_, i) => acquire(stub, lease(`more${i}`)))
  expect((await Promise.all(more)).filter(({ granted }) => granted)).toHaveLength(5)
})

it('hands a slot over to whoever waits for it, and saves that grant like any other', async () => {
  const stub = endpoint()
  await acquire(stub, lease('a', { maxConcurrency: 1 }))
  const waiting = lease('b', { maxConcurrency: 1, maxWaitMs: 5_000 })
  expect(await acquire(stub, waiting)).toMatchObject({ reason: 'queued', position: 1 })
  expect(await acquire(stub, waiting)).toMatchObject({ reason: 'queued', position: 1 })
  const wait = stub.wait('b')
  await free(stub, ended('a'))
  expect(await wait).toMatchObject({ granted: true, inFlight: 1 })
  expect(await stub.wait('b')).toMatchObject({ granted: true })
  await evictDurableObject(stub)
  expect(await stub.state()).toMatchObject({ inFlight: 1, queued: 0 })
})

it('ends a wait when it is over, and says how long until trying again makes sense', async () => {
  const stub = endpoint()
  await acquire(stub, lease('a', { maxConcurrency: 1 }))
  await acquire(stub, lease('b', { maxConcurrency: 1, maxWaitMs: 40 }))
  expect(await stub.wait('b')).toMatchObject({ reason: 'saturated', retryAfterMs: 1_000 })
  expect(await stub.state()).toMatchObject({ queued: 0 })
})

it('gives the place of whoever leaves the queue to the next', async () => {
  const stub = endpoint()
  await acquire(stub, lease('a', { maxConcurrency: 1 }))
  for (const id of ['b', 'c']) await acquire(stub, lease(id, { maxConcurrency: 1, maxWaitMs: 5_000 }))
  const waits = [stub.wait('b'), stub.wait('c')]
  await free(stub, ended('b', { outcome: 'unused' }))
  expect(await waits[0]).toMatchObject({ reason: 'expired' })
  await free(stub, ended('a'))
  expect(await waits[1]).toMatchObject({ granted: true })
})

it('tells whoever lost a place in the queue to an eviction to come anew', async () => {
  const stub = endpoint()
  await acquire(stub, lease('a', { maxConcurrency: 1 }))
  await acquire(stub, lease('b', { maxConcurrency: 1, maxWaitMs: 5_000 }))
  await evictDurableObject(stub)
  expect(await stub.wait('b')).toMatchObject({ granted: false, reason: 'expired' })
})

it('keeps an open breaker and a pause over an eviction', async () => {
  const broken = endpoint()
  await acquire(broken, lease('a'))
  await free(broken, ended('a', { outcome: 'failed' }))
  await evictDurableObject(broken)
  expect(await acquire(broken, lease('b'))).toMatchObject({ reason: 'broken' })
  expect(await broken.state()).toMatchObject({ breaker: 'open', admitShare: 0, failed: 1 })

  const paused = endpoint()
  await acquire(paused, lease('a'))
  await free(paused, ended('a', { outcome: 'throttled', retryAfterMs: 9_000 }))
  await evictDurableObject(paused)
  expect(await acquire(paused, lease('b'))).toMatchObject({ reason: 'throttled' })
})

it('drains: nobody new, those who wait go elsewhere, running requests finish, and it comes back', async () => {
  const stub = endpoint()
  await stub.configure(settings({ maxConcurrency: 1 }))
  await acquire(stub, lease('a'))
  await acquire(stub, lease('b', { maxWaitMs: 5_000 }))
  const wait = stub.wait('b')
  await stub.configure(settings({ maxConcurrency: 1, drained: true }))
  expect(await wait).toMatchObject({ reason: 'drained' })
  await evictDurableObject(stub)
  expect(await acquire(stub, lease('c'))).toMatchObject({ reason: 'drained' })
  expect(await stub.state()).toMatchObject({ inFlight: 1, drained: true })
  expect(await free(stub, ended('a'))).toMatchObject({ granted: true })
  await stub.configure(settings({ maxConcurrency: 1 }))
  expect(await acquire(stub, lease('c'))).toMatchObject({ granted: true })
})

it('serves a crowd through one slot in the order of urgency, each exactly once', async () => {
  const stub = endpoint()
  await stub.configure(settings({ maxConcurrency: 1 }))
  await acquire(stub, lease('first'))
  const order: string[] = []
  const visit = async (requestId: string, wanted: Partial<LeaseRequest>) => {
    await acquire(stub, lease(requestId, { ...wanted, maxWaitMs: 20_000 }))
    const decision = await stub.wait(requestId)
    order.push(requestId)
    if (decision.granted) await free(stub, ended(requestId, { epoch: decision.epoch, durationMs: 1 }))
  }
  const visits = [
    visit('d', { priority: 'development' }),
    visit('s1', {}),
    visit('s2', {}),
    visit('other', { tenantId: 'other' }),
    visit('c', { priority: 'production-critical' }),
  ]
  await expect.poll(() => stub.state()).toMatchObject({ queued: 5 })
  await free(stub, ended('first', { durationMs: 1 }))
  await Promise.all(visits)
  expect(order).toEqual(['c', 's1', 'other', 's2', 'd'])
  expect(await stub.state()).toMatchObject({ inFlight: 0, queued: 0, served: 6 })
})
