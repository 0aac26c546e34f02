import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { reservation, reserve, settle, settlement, type TenantStub, tenant, total } from './tenant.ts'

type Event = { readonly event: string; readonly [field: string]: unknown }

let log: { mock: { calls: unknown[][] } }
beforeEach(() => {
  log = vi.spyOn(console, 'log').mockImplementation(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})
const events = (name: string) =>
  log.mock.calls.map(([line]) => JSON.parse(String(line)) as Event).filter(({ event }) => event === name)

let count = 0
const spend = async (stub: TenantStub, costNanoUsd: number) => {
  const id = `spend-${(count += 1)}`
  await reserve(stub, reservation(id, costNanoUsd))
  await settle(stub, settlement(id, costNanoUsd))
}
const alerts = async (stub: TenantStub, period = 'day', keyId: string | null = null) =>
  (await stub.budgets())
    .find((budget) => budget.period === period && budget.keyId === keyId)
    ?.alerts.map(({ share }) => share)

describe('budget alerts', () => {
  it('come once for each share that is crossed, also when one settlement crosses several', async () => {
    const stub = tenant()
    await stub.setBudget(null, 'day', 100, [1, 0.5, 0.8])
    await spend(stub, 49)
    expect(await alerts(stub)).toEqual([])
    await spend(stub, 1)
    expect(await alerts(stub)).toEqual([0.5])
    await spend(stub, 50)
    expect(await alerts(stub)).toEqual([0.5, 0.8, 1])
    expect(events('budget_alert')).toMatchObject([
      { share: 0.5, period: 'day', keyId: null, limitNanoUsd: 100, postedNanoUsd: 50 },
      { share: 0.8, postedNanoUsd: 100 },
      { share: 1 },
    ])
  })

  it('do not come for money that is only held', async () => {
    const stub = tenant()
    await stub.setBudget(null, 'day', 100)
    await reserve(stub, reservation('a', 100))
    expect(await alerts(stub)).toEqual([])
    await settle(stub, settlement('a', 10))
    expect(await alerts(stub)).toEqual([])
    expect(events('budget_alert')).toEqual([])
  })

  it('are neither lost nor doubled by evictions and deliveries that repeat', async () => {
    const stub = tenant()
    await stub.setBudget('k', 'total', 100)
    for (const id of ['a', 'b']) await reserve(stub, reservation(id, 45))
    for (const id of ['a', 'a', 'b', 'b']) {
      await settle(stub, settlement(id, 45))
      await evictDurableObject(stub)
    }
    expect(await alerts(stub, 'total', 'k')).toEqual([0.8])
    expect(events('budget_alert')).toHaveLength(1)
  })

  it('come again in the next period, and the earlier ones are not shown any more', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 24, 12) })
    const stub = tenant()
    await stub.setBudget(null, 'day', 100)
    await spend(stub, 80)
    vi.setSystemTime(Date.UTC(2026, 10, 25, 12))
    expect(await alerts(stub)).toEqual([])
    await spend(stub, 85)
    expect(await alerts(stub)).toEqual([0.8])
    expect(events('budget_alert')).toMatchObject([{ periodKey: '2026-11-24' }, { periodKey: '2026-11-25' }])
  })

  it('are armed anew by another limit, and come at once when it is passed already', async () => {
    const stub = tenant()
    await stub.setBudget(null, 'day', 100)
    await spend(stub, 90)
    await stub.setBudget(null, 'day', 1_000)
    expect(await alerts(stub)).toEqual([])
    await stub.setBudget(null, 'day', 90)
    expect(await alerts(stub)).toEqual([0.8, 1])
    await stub.setBudget(null, 'day', 90)
    expect(events('budget_alert')).toMatchObject([
      { share: 0.8, limitNanoUsd: 100 },
      { share: 0.8, limitNanoUsd: 90 },
      { share: 1, limitNanoUsd: 90 },
    ])
  })

  it('come for what expires, too', async () => {
    const stub = tenant()
    await stub.setBudget(null, 'day', 100)
    await reserve(stub, reservation('a', 100, { expiresInMs: 1 }))
    await new Promise((resolve) => setTimeout(resolve, 5))
    await runDurableObjectAlarm(stub)
    expect(await alerts(stub)).toEqual([0.8, 1])
  })

  it('are not announced for a group that failed', async () => {
    const stub = tenant()
    await stub.setBudget(null, 'day', 100)
    await reserve(stub, reservation('a', 100))
    await runInDurableObject(stub, (instance) =>
      expect(
        instance.apply([
          { type: 'settle', settlement: settlement('a', 100) },
          { type: 'reserve', reservation: reservation('b', Number.NaN) },
        ]),
      ).rejects.toThrow('NOT NULL'),
    )
    expect(events('budget_alert')).toEqual([])
    expect(await alerts(stub)).toEqual([])
    await settle(stub, settlement('a', 100))
    expect(await alerts(stub)).toEqual([0.8, 1])
    expect(events('budget_alert')).toHaveLength(2)
  })
})

describe('what should never happen', () => {
  it('is logged when one request is settled with two amounts, and the first one stands', async () => {
    const stub = tenant()
    await reserve(stub, reservation('a', 100))
    await settle(stub, settlement('a', 40))
    await settle(stub, settlement('a', 40))
    expect(events('settlement_conflict')).toEqual([])
    await settle(stub, settlement('a', 41))
    await settle(stub, settlement('nobody', 5))
    expect(events('settlement_conflict')).toMatchObject([
      { requestId: 'a', state: 'posted', settledNanoUsd: 40, claimedNanoUsd: 41 },
      { requestId: 'nobody', state: 'unknown', settledNanoUsd: null, claimedNanoUsd: 5 },
    ])
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 40 })
  })

  it('is no conflict when an origin claims more than was held, and says so twice', async () => {
    const stub = tenant()
    await reserve(stub, reservation('a', 100))
    for (const _ of [1, 2]) await settle(stub, settlement('a', 170))
    expect(events('settlement_conflict')).toEqual([])
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 100 })
  })

  it('is logged when tables hold more than a limit allows, and requests are answered all the same', async () => {
    const stub = tenant()
    await stub.setBudget(null, 'total', 100)
    await reserve(stub, reservation('a', 60))
    await reserve(stub, reservation('b', 40))
    expect(events('invariant_broken')).toEqual([])
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec(`UPDATE reservations SET amount_nano_usd = 61 WHERE request_id = 'a'`)
    })
    await evictDurableObject(stub)
    for (const id of ['c', 'd'])
      expect(await reserve(stub, reservation(id, 1))).toMatchObject({ reason: 'budget' })
    expect(events('invariant_broken')).toMatchObject([
      { keyId: null, period: 'total', limitNanoUsd: 100, postedNanoUsd: 0, pendingNanoUsd: 101 },
    ])
  })

  it('is not what it is called when a limit is lowered below what is used', async () => {
    const stub = tenant()
    await reserve(stub, reservation('a', 100))
    await stub.setBudget(null, 'total', 50)
    await evictDurableObject(stub)
    expect(await reserve(stub, reservation('b', 1))).toMatchObject({ reason: 'budget' })
    expect(events('invariant_broken')).toEqual([])
  })
})
