import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import type { TenantOperation } from '../../shared/ports/objects.ts'
import type { UsageMessage } from '../../shared/ports/services.ts'
import { outbox, reservation, reserve, settle, settlement, type TenantStub, tenant, total } from './tenant.ts'

const sentAtMs = (stub: TenantStub) =>
  runInDurableObject(stub, (_, state) =>
    state.storage.sql
      .exec<{ sent_at_ms: number | null }>('SELECT sent_at_ms FROM outbox')
      .toArray()
      .map(({ sent_at_ms }) => sent_at_ms),
  )

const sendTo = (stub: TenantStub, send: (message: UsageMessage) => Promise<void>) =>
  runInDurableObject(stub, (instance) => {
    Object.defineProperty(instance, 'env', { value: { USAGE_QUEUE: { send } } })
  })

describe('money', () => {
  it('never holds more than the limit, even when 200 reservations race', async () => {
    const stub = tenant()
    await stub.setBudget(null, 'total', 5_000)
    const decisions = await Promise.all(
      Array.from({ length: 200 }, (_, i) => reserve(stub, reservation(`r${i}`, 100))),
    )
    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(50)
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 0, pendingNanoUsd: 5_000 })
  })

  it('posts what was really spent and frees the rest', async () => {
    const stub = tenant()
    await stub.setBudget(null, 'total', 100)
    await reserve(stub, reservation('a', 100))
    expect((await reserve(stub, reservation('b', 10))).allowed).toBe(false)
    await settle(stub, settlement('a', 40))
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 40, pendingNanoUsd: 0 })
    expect((await reserve(stub, reservation('c', 60))).allowed).toBe(true)
  })

  it('settles once, however often it is told', async () => {
    const stub = tenant()
    await reserve(stub, reservation('a', 100))
    await Promise.all([1, 2, 3].map(() => settle(stub, settlement('a', 40))))
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 40 })
    expect(await outbox(stub)).toHaveLength(1)
  })

  it('holds once when the same reservation is sent again', async () => {
    const stub = tenant()
    await Promise.all([1, 2].map(() => reserve(stub, reservation('a', 100))))
    expect(await total(stub)).toMatchObject({ pendingNanoUsd: 100 })
  })

  it('gives a released reservation back whole and posts nothing', async () => {
    const stub = tenant()
    await reserve(stub, reservation('a', 100))
    await stub.apply([{ type: 'release', requestId: 'a' }])
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 0, pendingNanoUsd: 0 })
    await settle(stub, settlement('a', 40))
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 0 })
  })

  it('does a group of operations in its order', async () => {
    const stub = tenant()
    await stub.setBudget(null, 'total', 100)
    const decisions = await stub.apply([
      { type: 'reserve', reservation: reservation('a', 100) },
      { type: 'settle', settlement: settlement('a', 30) },
      { type: 'reserve', reservation: reservation('b', 70) },
      { type: 'reserve', reservation: reservation('c', 1) },
    ])
    expect(decisions.map(({ allowed }) => allowed)).toEqual([true, true, true, false])
  })

  it('does a group whole or not at all, in memory as in the tables', async () => {
    const stub = tenant()
    await reserve(stub, reservation('a', 100))
    const group: TenantOperation[] = [
      { type: 'settle', settlement: settlement('a', 40) },
      { type: 'reserve', reservation: reservation('b', 10) },
      { type: 'reserve', reservation: reservation('c', Number.NaN) },
    ]
    await runInDurableObject(stub, (instance) => expect(instance.apply(group)).rejects.toThrow('NOT NULL'))
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 0, pendingNanoUsd: 100 })
    await settle(stub, settlement('a', 40))
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 40, pendingNanoUsd: 0 })
  })

  it('refuses by the key budget while the tenant still has money', async () => {
    const stub = tenant()
    await stub.setBudget('k', 'day', 50)
    expect(await reserve(stub, reservation('a', 60))).toMatchObject({
      allowed: false,
      keyId: 'k',
      period: 'day',
    })
  })

  it('counts spend from before a limit was set', async () => {
    const stub = tenant()
    await reserve(stub, reservation('a', 100))
    await settle(stub, settlement('a', 100))
    await stub.setBudget(null, 'month', 120)
    expect((await reserve(stub, reservation('b', 30))).allowed).toBe(false)
    expect((await reserve(stub, reservation('c', 20))).allowed).toBe(true)
  })

  it('remembers limits, holds and spend after the object was evicted', async () => {
    const stub = tenant()
    await stub.setBudget(null, 'total', 100)
    await reserve(stub, reservation('a', 30))
    await settle(stub, settlement('a', 30))
    await reserve(stub, reservation('b', 50))
    await evictDurableObject(stub)
    expect(await total(stub)).toMatchObject({ limitNanoUsd: 100, postedNanoUsd: 30, pendingNanoUsd: 50 })
    expect((await reserve(stub, reservation('c', 21))).allowed).toBe(false)
  })

  it('forgets a closed reservation when no late duplicate of its call can come any more', async () => {
    const stub = tenant()
    for (const id of ['old', 'recent', 'open']) await reserve(stub, reservation(id, 1))
    for (const id of ['old', 'recent']) await settle(stub, settlement(id, 1))
    const kept = () =>
      runInDurableObject(stub, (_, { storage }) =>
        storage.sql.exec<{ id: string }>('SELECT request_id AS id FROM reservations ORDER BY id').toArray(),
      )
    const longAgoMs = Date.now() - 3_600_000
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec(`UPDATE reservations SET expires_at_ms = ? WHERE request_id = 'old'`, longAgoMs)
    })
    await evictDurableObject(stub)
    await runDurableObjectAlarm(stub)
    expect(await kept()).toEqual([{ id: 'open' }, { id: 'recent' }])
  })

  it('posts the whole reservation when its router never came back', async () => {
    const stub = tenant()
    await reserve(stub, reservation('a', 100, { expiresInMs: 1 }))
    await new Promise((resolve) => setTimeout(resolve, 5))
    await runDurableObjectAlarm(stub)
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 100, pendingNanoUsd: 0 })
    expect(await outbox(stub)).toMatchObject([{ id: 'a', costNanoUsd: 100, outcome: 'expired' }])
    await settle(stub, settlement('a', 40))
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 100 })
  })
})

describe('usage events', () => {
  it('stay in the outbox until the ledger has them', async () => {
    const stub = tenant()
    await reserve(stub, reservation('a', 100))
    await settle(stub, settlement('a', 40))
    await runDurableObjectAlarm(stub)
    expect(await outbox(stub)).toHaveLength(1)
    await stub.acknowledge(['a'])
    expect(await outbox(stub)).toEqual([])
  })

  it('are sent again when nobody has acknowledged them in time', async () => {
    const stub = tenant()
    await reserve(stub, reservation('a', 100))
    await settle(stub, settlement('a', 40))
    await runDurableObjectAlarm(stub)
    const longAgoMs = Date.now() - 15_000
    await runInDurableObject(stub, (_, state) =>
      state.storage.sql.exec('UPDATE outbox SET sent_at_ms = ?', longAgoMs),
    )
    await runDurableObjectAlarm(stub)
    expect((await sentAtMs(stub))[0]).toBeGreaterThan(longAgoMs)
  })

  it('fit their messages even when every name is as long as it may be', async () => {
    const stub = tenant()
    const names = {
      tenantId: 't'.repeat(63),
      keyId: 'k'.repeat(32),
      collection: 'c'.repeat(63),
      endpointId: 'e'.repeat(63),
      configuration: '構'.repeat(64),
      provider: '雲'.repeat(64),
      region: '域'.repeat(64),
      model: '型'.repeat(256),
    }
    const operations = Array.from({ length: 120 }, (_, n): TenantOperation[] => {
      const { intent, ...rest } = reservation(`${n}`.padEnd(36, '-'), 1)
      return [
        { type: 'reserve', reservation: { intent: { ...intent, ...names }, ...rest } },
        { type: 'settle', settlement: settlement(intent.id, 1) },
      ]
    })
    await stub.apply(operations.flat())
    const messages: UsageMessage[] = []
    // The local queue takes messages of any size; the real one refuses more than 128 kB.
    await sendTo(stub, async (message) => void messages.push(message))
    await runDurableObjectAlarm(stub)
    const ids = messages.flatMap(({ events }) => events.map(({ id }) => id))
    expect([ids.length, new Set(ids).size]).toEqual([120, 120])
    const bytes = messages.map((message) => new TextEncoder().encode(JSON.stringify(message)).byteLength)
    expect(Math.max(...bytes)).toBeLessThan(128_000)
  })

  it('wait for a queue that takes nothing, and nothing else waits with them', async () => {
    const stub = tenant()
    await reserve(stub, reservation('a', 100))
    await settle(stub, settlement('a', 40))
    await reserve(stub, reservation('b', 50, { expiresInMs: 1 }))
    await sendTo(stub, () => Promise.reject(new Error('the queue is away')))
    await new Promise((resolve) => setTimeout(resolve, 5))
    await runDurableObjectAlarm(stub)
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 90, pendingNanoUsd: 0 })
    expect(await outbox(stub)).toHaveLength(2)
    const alarmAtMs = await runInDurableObject(stub, (_, state) => state.storage.getAlarm())
    expect(alarmAtMs).toBeGreaterThan(Date.now())
  })

  it('are still sent when the object was evicted before its alarm and has new work since', async () => {
    const stub = tenant()
    await reserve(stub, reservation('a', 100))
    await settle(stub, settlement('a', 40))
    await evictDurableObject(stub)
    await reserve(stub, reservation('b', 100))
    const alarmAtMs = await runInDurableObject(stub, (_, state) => state.storage.getAlarm())
    expect(alarmAtMs ?? Number.POSITIVE_INFINITY).toBeLessThan(Date.now() + 10_000)
  })
})
