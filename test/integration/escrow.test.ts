import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import type { LeaseRelease } from '../../shared/domain/lease.ts'
import { acquire, ended, endpoint, lease, one, settings } from './leases.ts'
import { outbox, reservation, reserve, settlement, type TenantStub, tenant, total } from './tenant.ts'

const grant = async (stub: TenantStub, id: string, amount: number) => {
  const [decision] = await stub.apply([{ type: 'grant', reservation: reservation(id, amount) }])
  return decision ?? expect.fail('no decision came back')
}
const draw = (stub: TenantStub, grantId: string, id: string, cost: number) =>
  stub.apply([{ type: 'draw', grantId, settlement: settlement(id, cost) }])

describe('money in advance', () => {
  it('is pending until it is drawn, and what is left goes back', async () => {
    const stub = tenant()
    await stub.setBudget(null, 'total', 10_000)
    expect((await grant(stub, 'g', 100)).allowed).toBe(true)
    await draw(stub, 'g', 'a', 30)
    await draw(stub, 'g', 'b', 20)
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 50, pendingNanoUsd: 50 })
    expect(await outbox(stub)).toMatchObject([
      { id: 'a', costNanoUsd: 30 },
      { id: 'b', costNanoUsd: 20 },
    ])
    await stub.apply([{ type: 'release', requestId: 'g' }])
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 50, pendingNanoUsd: 0 })
  })

  it('is refused while any limit is near, and where anything is counted by the minute', async () => {
    const stub = tenant()
    await stub.setBudget('k', 'day', 3_199)
    expect(await grant(stub, 'g', 100)).toMatchObject({ allowed: false, reason: 'budget', keyId: 'k' })
    await stub.setBudget('k', 'day', 3_200)
    expect((await grant(stub, 'g', 100)).allowed).toBe(true)
    await stub.setRateLimits(null, { requestsPerMinute: 1_000, tokensPerMinute: null, concurrency: null })
    expect(await grant(stub, 'h', 1)).toMatchObject({ allowed: false, reason: 'requests', limit: 1_000 })
  })

  it('pays once for a request, however often it is told, and never more than is left', async () => {
    const stub = tenant()
    await grant(stub, 'g', 100)
    await Promise.all([1, 2, 3].map(() => draw(stub, 'g', 'a', 40)))
    await draw(stub, 'g', 'b', 500)
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 100, pendingNanoUsd: 0 })
    expect(await outbox(stub)).toHaveLength(2)
  })

  it('is granted once, survives an eviction, and is posted whole when its holder never came back', async () => {
    const stub = tenant()
    await grant(stub, 'g', 150)
    await grant(stub, 'g', 150)
    await draw(stub, 'g', 'a', 30)
    await evictDurableObject(stub)
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 30, pendingNanoUsd: 120 })
    const short = reservation('h', 70, { expiresInMs: 1 })
    await stub.apply([{ type: 'grant', reservation: short }])
    await new Promise((resolve) => setTimeout(resolve, 5))
    await runDurableObjectAlarm(stub)
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 100, pendingNanoUsd: 120 })
  })

  it('gives back all but what requests hold, however often it is told', async () => {
    const stub = tenant()
    await grant(stub, 'g', 100)
    const shrink = { type: 'shrink', grantId: 'g', keepNanoUsd: 60 } as const
    await stub.apply([shrink])
    expect(await total(stub)).toMatchObject({ pendingNanoUsd: 60 })
    await draw(stub, 'g', 'a', 25)
    await stub.apply([shrink])
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 25, pendingNanoUsd: 35 })
  })

  it('takes nothing from a request that asks for itself', async () => {
    const stub = tenant()
    await stub.setBudget(null, 'total', 3_300)
    await grant(stub, 'g', 100)
    expect((await reserve(stub, reservation('a', 3_201))).allowed).toBe(false)
    expect((await reserve(stub, reservation('b', 3_200))).allowed).toBe(true)
  })

  it('counts what was drawn in the minute that a later limit looks at', async () => {
    const stub = tenant()
    await grant(stub, 'g', 100)
    await draw(stub, 'g', 'a', 30)
    expect(await stub.rateLimits()).toMatchObject([{ keyId: null, requests: 1, inFlight: 0 }])
    await stub.setRateLimits(null, { requestsPerMinute: 1, tokensPerMinute: null, concurrency: null })
    expect(await reserve(stub, reservation('b', 1))).toMatchObject({ allowed: false, reason: 'requests' })
  })
})

describe('a slot that stays', () => {
  const report = (stub: ReturnType<typeof endpoint>, release: LeaseRelease) =>
    one(stub, { type: 'report', release, expiresInMs: 60_000 })
  const wide = (id: string) => ({ ...lease(id), maxConcurrency: 20 })

  it('is still taken, and its answer was learnt from', async () => {
    const stub = endpoint()
    await acquire(stub, wide('a'))
    const decision = await report(stub, ended('a', { epoch: 1 }))
    expect(decision).toMatchObject({ granted: true, epoch: 1, inFlight: 1 })
    expect(await stub.state()).toMatchObject({ inFlight: 1, served: 1, timeToFirstTokenMs: 20 })
  })

  it('is wanted back when slots are scarce, somebody waits, or the door is shut', async () => {
    const scarce = endpoint()
    await acquire(scarce, lease('a'))
    await acquire(scarce, lease('b'))
    expect(await report(scarce, ended('a', { epoch: 1 }))).toMatchObject({ reason: 'saturated' })
    expect(await scarce.state()).toMatchObject({ inFlight: 2 })

    const drained = endpoint()
    await acquire(drained, wide('a'))
    await drained.configure(settings({ maxConcurrency: 20, drained: true }))
    expect((await report(drained, ended('a', { epoch: 1 }))).granted).toBe(false)

    const throttled = endpoint()
    await acquire(throttled, wide('a'))
    await acquire(throttled, wide('b'))
    await throttled.apply([
      { type: 'release', release: ended('b', { epoch: 2, outcome: 'throttled', retryAfterMs: 5_000 }) },
    ])
    expect((await report(throttled, ended('a', { epoch: 1 }))).granted).toBe(false)
  })

  it('cannot be kept by somebody whose lease has ended', async () => {
    const stub = endpoint()
    await acquire(stub, wide('a'))
    expect(await report(stub, ended('a', { epoch: 7 }))).toMatchObject({ reason: 'expired' })
    expect(await report(stub, ended('x', { epoch: 1 }))).toMatchObject({ reason: 'expired' })
    expect(await stub.state()).toMatchObject({ served: 0 })
  })
})
