import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { database } from '../../shared/db/client.ts'
import type { UsageEvent } from '../../shared/domain/usage.ts'
import { costWorker, newTenant, usage, usageEvent } from './cost-worker.ts'

const { deliver, record, rollUp } = costWorker()

const several = (tenantId: string, count: number) =>
  Array.from({ length: count }, (_, index) =>
    usageEvent(tenantId, Date.now() - index, { costNanoUsd: index }),
  )

/** Settles one request at a real tenant object and takes its event out of the outbox as the alarm would. */
async function settled(tenantId: string): Promise<UsageEvent> {
  const {
    occurredAtMs: _,
    outcome,
    promptTokens,
    completionTokens,
    estimated,
    costNanoUsd,
    ...intent
  } = usageEvent(tenantId, 0)
  const spent = { outcome, promptTokens, completionTokens, estimated, costNanoUsd }
  await env.TENANTS.getByName(tenantId).apply([
    { type: 'reserve', reservation: { intent, amountNanoUsd: 100, tokens: 10, expiresInMs: 60_000 } },
    { type: 'settle', settlement: { ...spent, id: intent.id } },
  ])
  const event = (await outbox(tenantId)).find(({ id }) => id === intent.id)
  if (!event) throw new Error('the tenant object wrote no event')
  return event
}

const outbox = (tenantId: string) =>
  runInDurableObject(env.TENANTS.getByName(tenantId), (_, state) =>
    state.storage.sql
      .exec<{ event: string }>('SELECT event FROM outbox')
      .toArray()
      .map(({ event }) => JSON.parse(event) as UsageEvent),
  )

const unreachable = { acknowledge: () => Promise.reject(new Error('the object was reset')) }

describe('usage events', () => {
  it('are in the ledger once, however often and in whatever batches they come', async () => {
    const tenantId = newTenant()
    const events = several(tenantId, 20)
    await record([...events.slice(0, 10), ...events.slice(0, 10)])
    await deliver(
      { type: 'usage', events: events.slice(5, 15) },
      { type: 'usage', events: events.slice(0, 12) },
    )
    await record(events.toReversed())
    expect((await usage(tenantId)).total).toMatchObject({ requests: 20, costNanoUsd: 190, promptTokens: 60 })
  })

  it('are in the ledger once when consumers race', async () => {
    const tenantId = newTenant()
    const events = several(tenantId, 60)
    const shares = Array.from({ length: 12 }, (_, share) => events.filter((_, index) => index % 12 !== share))
    await Promise.all(shares.map(record))
    expect((await usage(tenantId)).total).toMatchObject({ requests: 60, costNanoUsd: 1_770 })
  })

  it('are all written when a batch holds more than one statement takes', async () => {
    const tenantId = newTenant()
    await record(several(tenantId, 1_203))
    expect((await usage(tenantId)).total).toMatchObject({ requests: 1_203 })
  })

  it('leave their hour clean when they are already there', async () => {
    const tenantId = newTenant()
    const event = usageEvent(tenantId, Date.UTC(1970, 3, 1))
    await record([event])
    await rollUp()
    await record([event])
    const dirty = await env.DB.prepare('SELECT * FROM usage_dirty_hours WHERE tenant_id = ?')
      .bind(tenantId)
      .all()
    expect(dirty.results).toEqual([])
  })

  it('keep every field', async () => {
    const event = usageEvent(newTenant(), 1_234, {
      collection: 'handbook',
      configuration: 'm.a100.gpu_native',
      estimated: true,
      outcome: 'cancelled',
    })
    await record([event])
    const columns = Object.entries({ ...event, estimated: 1 }).map(([field, value]) => [
      field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ])
    const stored = await env.DB.prepare('SELECT * FROM usage_events WHERE id = ?').bind(event.id).first()
    expect(stored).toEqual(Object.fromEntries(columns))
  })
})

describe('the outbox of a tenant', () => {
  it('forgets an event once the ledger has it', async () => {
    const tenantId = newTenant()
    await record([await settled(tenantId), await settled(tenantId)])
    expect(await outbox(tenantId)).toEqual([])
    expect((await usage(tenantId)).total).toMatchObject({ requests: 2, costNanoUsd: 14 })
  })

  it('keeps its events, and the queue its message, while the ledger cannot be written', async () => {
    const tenantId = newTenant()
    const event = await settled(tenantId)
    const failing = {
      prepare: env.DB.prepare.bind(env.DB),
      batch: () => Promise.reject(new Error('D1_ERROR')),
    }
    const { record, log } = costWorker({ db: database(failing as unknown as D1Database) })
    expect(await record([event])).toEqual({ isRetried: true })
    expect(await outbox(tenantId)).toEqual([event])
    expect(log).toMatchObject([{ event: 'usage_not_recorded', error: { causes: ['Error: D1_ERROR'] } }])
  })

  it('keeps an event whose acknowledgement was lost, and forgets it when it came again', async () => {
    const tenantId = newTenant()
    const event = await settled(tenantId)
    const { record: recordDeaf, log } = costWorker({ settlement: unreachable })
    expect(await recordDeaf([event])).toEqual({ isRetried: false })
    expect(log[0]).toMatchObject({ event: 'usage_not_acknowledged', tenantId })
    expect(await outbox(tenantId)).toEqual([event])
    await record([event])
    expect(await outbox(tenantId)).toEqual([])
    expect((await usage(tenantId)).total).toMatchObject({ requests: 1 })
  })

  it('keeps an event that cannot be read, and no other is held up by it', async () => {
    const tenantId = newTenant()
    const [good, strange] = [await settled(tenantId), await settled(tenantId)]
    const { deliver, log } = costWorker()
    const events = [{ ...strange, outcome: 'teleported' }, null, 'text', good]
    expect(await deliver('not a message', { type: 'usage', events }, { type: 'other' })).toEqual({
      isRetried: false,
    })
    expect(await outbox(tenantId)).toEqual([strange])
    expect((await usage(tenantId)).total).toMatchObject({ requests: 1 })
    const unreadable = log.filter(({ event }) => event === 'usage_unreadable')
    expect(unreadable).toHaveLength(5)
    expect(unreadable.find(({ eventId }) => eventId === strange.id)).toMatchObject({
      tenantId,
      issues: expect.stringContaining('outcome: '),
    })
  })
})
