import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RateLimits } from '../../shared/domain/rate-limit.ts'
import { reservation, reserve, settle, settlement, type TenantStub, tenant, total } from './tenant.ts'

const NOON = Date.UTC(2026, 10, 24, 12)
const none: RateLimits = { requestsPerMinute: null, tokensPerMinute: null, concurrency: null }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON })
})
afterEach(() => {
  vi.useRealTimers()
})

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms)
const usage = async (stub: TenantStub, keyId: string | null = null) =>
  (await stub.rateLimits()).find((state) => state.keyId === keyId)
const ofKey = (id: string, keyId: string) => {
  const { intent, ...rest } = reservation(id, 1)
  return { ...rest, intent: { ...intent, keyId } }
}

describe('the rate limits of a tenant', () => {
  it('let exactly the limit in when 100 requests race, and say when the next one passes', async () => {
    const stub = tenant()
    await stub.setRateLimits(null, { ...none, requestsPerMinute: 20 })
    const decisions = await Promise.all(
      Array.from({ length: 100 }, (_, i) => reserve(stub, reservation(`r${i}`, 1))),
    )
    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(20)
    expect(decisions.at(-1)).toMatchObject({ reason: 'requests', limit: 20, retryAfterMs: 60_000 })
    pass(59_999)
    expect((await reserve(stub, reservation('early', 1))).allowed).toBe(false)
    pass(1)
    expect((await reserve(stub, reservation('in time', 1))).allowed).toBe(true)
  })

  it('are held together with the money: who is refused for one uses up nothing of the other', async () => {
    const stub = tenant()
    await stub.setBudget(null, 'total', 100)
    await stub.setRateLimits(null, { ...none, requestsPerMinute: 1 })
    expect(await reserve(stub, reservation('too dear', 101))).toMatchObject({ reason: 'budget' })
    expect(await usage(stub)).toMatchObject({ requests: 0, tokens: 0, inFlight: 0 })
    expect((await reserve(stub, reservation('a', 10))).allowed).toBe(true)
    expect(await reserve(stub, reservation('b', 10))).toMatchObject({ reason: 'requests' })
    expect(await total(stub)).toMatchObject({ pendingNanoUsd: 10 })
  })

  it('count worst-case tokens until a request is settled, then what it used', async () => {
    const stub = tenant()
    await stub.setRateLimits(null, { ...none, tokensPerMinute: 250 })
    await reserve(stub, reservation('a', 1))
    await reserve(stub, reservation('b', 1))
    expect(await reserve(stub, reservation('c', 1))).toMatchObject({ reason: 'tokens' })
    await settle(stub, settlement('a', 1))
    expect(await usage(stub)).toMatchObject({ requests: 2, tokens: 102, inFlight: 1 })
    expect(await reserve(stub, reservation('d', 1))).toEqual({
      allowed: true,
      tokens: { limit: 250, remaining: 48 },
    })
  })

  it('count the request, but no token, of one that is released', async () => {
    const stub = tenant()
    await reserve(stub, reservation('a', 1))
    await stub.apply([{ type: 'release', requestId: 'a' }])
    expect(await usage(stub)).toMatchObject({ requests: 1, tokens: 0, inFlight: 0 })
  })

  it('neither count nor refuse a further try of a request that was counted', async () => {
    const stub = tenant()
    await stub.setRateLimits(null, { requestsPerMinute: 1, tokensPerMinute: 100, concurrency: 1 })
    await reserve(stub, reservation('a', 1))
    expect(await reserve(stub, reservation('a hedge', 1, { tokens: null }))).toEqual({ allowed: true })
    await settle(stub, settlement('a hedge', 1))
    await evictDurableObject(stub)
    expect(await usage(stub)).toMatchObject({ requests: 1, tokens: 100, inFlight: 1 })
  })

  it('are those of the tenant and of the key, and other keys go on', async () => {
    const stub = tenant()
    await stub.setRateLimits('k', { ...none, concurrency: 1 })
    await stub.setRateLimits(null, { ...none, concurrency: 2 })
    await reserve(stub, reservation('a', 1))
    expect(await reserve(stub, reservation('b', 1))).toMatchObject({ reason: 'concurrency', keyId: 'k' })
    expect((await reserve(stub, ofKey('c', 'other'))).allowed).toBe(true)
    expect(await reserve(stub, ofKey('d', 'other'))).toMatchObject({ reason: 'concurrency', keyId: null })
    await settle(stub, settlement('a', 1))
    expect((await reserve(stub, ofKey('e', 'other'))).allowed).toBe(true)
  })

  it('are not emptied by an eviction', async () => {
    const stub = tenant()
    await stub.setRateLimits(null, { requestsPerMinute: 3, tokensPerMinute: 1_000, concurrency: 5 })
    await reserve(stub, reservation('settled', 1))
    await settle(stub, settlement('settled', 1))
    pass(10_000)
    await reserve(stub, reservation('released', 1))
    await stub.apply([{ type: 'release', requestId: 'released' }])
    await reserve(stub, reservation('open', 1, { expiresInMs: 300_000 }))
    const before = await stub.rateLimits()
    expect(before).toMatchObject([{ requests: 3, tokens: 102, inFlight: 1 }])
    await evictDurableObject(stub)
    expect(await stub.rateLimits()).toEqual(before)
    expect(await reserve(stub, reservation('b', 1))).toMatchObject({
      reason: 'requests',
      retryAfterMs: 50_000,
    })
    pass(60_000)
    expect(await usage(stub)).toMatchObject({ requests: 0, tokens: 0, inFlight: 1 })
    await evictDurableObject(stub)
    expect(await usage(stub)).toMatchObject({ requests: 0, tokens: 0, inFlight: 1 })
  })

  it('are taken back with the group that failed', async () => {
    const stub = tenant()
    const group = [reservation('a', 1), reservation('b', Number.NaN)]
    const operations = group.map((reservation) => ({ type: 'reserve', reservation }) as const)
    await runInDurableObject(stub, (instance) =>
      expect(instance.apply(operations)).rejects.toThrow('NOT NULL'),
    )
    expect(await usage(stub)).toMatchObject({ requests: 0, tokens: 0, inFlight: 0 })
  })

  it('count the requests from before they were set', async () => {
    const stub = tenant()
    await reserve(stub, reservation('a', 1))
    await stub.setRateLimits('k', { ...none, requestsPerMinute: 1 })
    expect(await reserve(stub, reservation('b', 1))).toMatchObject({ reason: 'requests', keyId: 'k' })
  })

  it('are gone when they are set to none', async () => {
    const stub = tenant()
    await stub.setRateLimits('k', { ...none, requestsPerMinute: 0 })
    expect(await reserve(stub, reservation('a', 1))).toMatchObject({ allowed: false, retryAfterMs: null })
    await stub.setRateLimits('k', none)
    await evictDurableObject(stub)
    expect(await stub.rateLimits()).toMatchObject([{ keyId: null, ...none }])
    expect(await reserve(stub, reservation('a', 1))).toEqual({ allowed: true })
  })
})

describe('time in a tenant', () => {
  it('never runs backwards, not even over an eviction on a machine whose clock is behind', async () => {
    const stub = tenant()
    await stub.setBudget(null, 'day', 100)
    await stub.setRateLimits(null, { ...none, requestsPerMinute: 1 })
    vi.setSystemTime(Date.UTC(2026, 10, 25))
    await reserve(stub, reservation('a', 60))
    await evictDurableObject(stub)
    pass(-600_000)
    expect((await reserve(stub, reservation('b', 1))).allowed).toBe(false)
    expect((await stub.budgets()).find(({ period }) => period === 'day')).toMatchObject({
      pendingNanoUsd: 60,
    })
    await settle(stub, settlement('a', 50))
    expect((await stub.budgets()).find(({ period }) => period === 'day')).toMatchObject({ postedNanoUsd: 50 })
  })

  it('posts to the period that a request was reserved in, however late it is settled', async () => {
    const stub = tenant()
    await stub.setBudget(null, 'day', 100)
    vi.setSystemTime(Date.UTC(2026, 10, 30, 23, 59, 59))
    await reserve(stub, reservation('a', 60))
    pass(600_000)
    await settle(stub, settlement('a', 50))
    const posted = Object.fromEntries((await stub.budgets()).map((b) => [b.period, b.postedNanoUsd]))
    expect(posted).toEqual({ day: 0, month: 0, total: 50 })
    pass(-600_000)
    await evictDurableObject(stub)
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 50, pendingNanoUsd: 0 })
  })
})
