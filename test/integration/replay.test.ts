import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'

const HOUR_MS = 3_600_000
const replay = () => env.REPLAYS.getByName(`replay-${crypto.randomUUID()}`)
const claimOf = (holder: string, rest: { fingerprint?: string; leaseMs?: number } = {}) => ({
  fingerprint: 'f',
  holder,
  leaseMs: 30_000,
  ...rest,
})
const bytes = (text: string) => new TextEncoder().encode(text)

afterEach(() => {
  vi.useRealTimers()
})
const pass = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })

describe('an Idempotency-Key in its object', () => {
  it('is given to one of many that race for it', async () => {
    const stub = replay()
    const claims = await Promise.all(Array.from({ length: 50 }, (_, i) => stub.claim(claimOf(`h${i}`))))
    const types = claims.map(({ type }) => type)
    expect(types.filter((type) => type === 'run')).toHaveLength(1)
    expect(types.filter((type) => type === 'running')).toHaveLength(49)
  })

  it('keeps its result over an eviction, part by part', async () => {
    const stub = replay()
    await stub.claim(claimOf('a'))
    const parts = [bytes('head'), new Uint8Array(1_000_028).fill(7), bytes('tail')]
    expect(await stub.store('a', parts)).toBe(true)
    await evictDurableObject(stub)
    const again = await stub.claim(claimOf('b'))
    expect(again).toEqual({ type: 'replay', parts })
    expect(await stub.claim(claimOf('b', { fingerprint: 'g' }))).toEqual({ type: 'different' })
  })

  it('is held over an eviction by who extends it, and free when nobody does', async () => {
    const stub = replay()
    await stub.claim(claimOf('a', { leaseMs: 1_000 }))
    expect(await stub.extend('a', 60_000)).toBe(true)
    await evictDurableObject(stub)
    pass(59_000)
    expect(await stub.claim(claimOf('b'))).toEqual({ type: 'running' })
    pass(1_000)
    expect(await stub.claim(claimOf('b'))).toEqual({ type: 'run' })
  })

  it('hears nothing from a holder whose lease another one has taken', async () => {
    const stub = replay()
    await stub.claim(claimOf('a', { leaseMs: 0 }))
    await stub.claim(claimOf('b'))
    expect(await stub.extend('a', 60_000)).toBe(false)
    expect(await stub.release('a')).toBe(false)
    expect(await stub.store('a', [bytes('late')])).toBe(false)
    expect(await stub.store('b', [bytes('b')])).toBe(true)
    expect(await stub.claim(claimOf('c'))).toEqual({ type: 'replay', parts: [bytes('b')] })
  })

  it('is stored once and not released after that', async () => {
    const stub = replay()
    await stub.claim(claimOf('a'))
    await stub.store('a', [bytes('first')])
    expect(await stub.store('a', [bytes('second')])).toBe(false)
    expect(await stub.release('a')).toBe(false)
    expect(await stub.claim(claimOf('b'))).toEqual({ type: 'replay', parts: [bytes('first')] })
  })

  it('leaves nothing behind when it is released', async () => {
    const stub = replay()
    await stub.claim(claimOf('a'))
    expect(await stub.release('a')).toBe(true)
    await expectEmpty(stub)
    expect(await stub.claim(claimOf('b', { fingerprint: 'g' }))).toEqual({ type: 'run' })
  })

  it('is forgotten by its alarm after 24 hours, and counts as forgotten when the alarm is late', async () => {
    const stub = replay()
    await stub.claim(claimOf('a'))
    await stub.store('a', [bytes('first')])
    const alarmAtMs = await runInDurableObject(stub, (_, { storage }) => storage.getAlarm())
    expect(Math.abs((alarmAtMs ?? 0) - Date.now() - 24 * HOUR_MS)).toBeLessThan(60_000)
    pass(24 * HOUR_MS - 60_000)
    expect(await stub.claim(claimOf('b'))).toMatchObject({ type: 'replay' })
    pass(60_000)
    expect(await stub.claim(claimOf('b', { fingerprint: 'g' }))).toEqual({ type: 'run' })
    expect(await stub.store('b', [bytes('b')])).toBe(true)
    await runDurableObjectAlarm(stub)
    await expectEmpty(stub)
  })
})

async function expectEmpty(stub: ReturnType<typeof replay>) {
  await runInDurableObject(stub, async (_, { storage }) => {
    const tables = storage.sql.exec(`SELECT name FROM sqlite_master WHERE name IN ('entry', 'parts')`)
    expect(tables.toArray()).toEqual([])
    expect(await storage.getAlarm()).toBeNull()
  })
}
