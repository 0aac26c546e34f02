import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { embeddedVectorStore } from '../../shared/adapters/vector-stores/embedded.ts'
import { vectorStoreContract } from '../contract/vector-store.ts'

const store = () => embeddedVectorStore((name) => env.SHARDS.getByName(name))

describe('VectorStore contract: shared/adapters/vector-stores/embedded.ts', () => {
  vectorStoreContract(store)
})

describe('VectorStore contract over three slots: shared/adapters/vector-stores/embedded.ts', () => {
  vectorStoreContract(store, 3)
})

it('spreads documents over the slots of a collection, each always in the same one', async () => {
  const namespace = { tenantId: crypto.randomUUID(), collection: 'c', profile: 'm:test', slots: 3 }
  for (let i = 0; i < 30; i += 1)
    await store().publish(namespace, {
      documentId: `d${i}`,
      version: 1,
      title: '',
      metadata: {},
      acl: null,
      labels: [],
    })
  const counts = await Promise.all(
    [0, 1, 2].map((slot) => env.SHARDS.getByName(`${namespace.tenantId}/c/m:test/${slot}`).count()),
  )
  for (const { documents } of counts) expect(documents).toBeGreaterThan(4)
  expect(await store().count(namespace)).toEqual({ documents: 30, chunks: 0 })
})

describe('a shard', () => {
  const vector = (x: number, y: number) => Float32Array.of(x, y)
  const chunk = (id: string, text: string, of: Float32Array, ordinal = 0) => ({
    id,
    ordinal,
    start: 0,
    end: text.length,
    text,
    gap: '',
    headings: [],
    vector: of,
  })

  it('answers the same after it was evicted', async () => {
    const shard = env.SHARDS.getByName(crypto.randomUUID())
    for (const [id, at] of [
      ['east', vector(1, 0)],
      ['north', vector(0, 1)],
    ] as const) {
      await shard.stage({ documentId: id, version: 1 }, [chunk(id, `about ${id}`, at)])
      await shard.publish({ documentId: id, version: 1, title: id, metadata: {}, acl: null, labels: [] })
    }
    const ask = async () => {
      const probe = await shard.probe({ text: 'north', synonyms: [] }, { principals: [] }, 10)
      const nearest = await shard.nearest(vector(0, 1), vector(0.5, 0.5), { principals: [] }, [], 10)
      return { probe, nearest: [...nearest] }
    }
    const before = await ask()
    expect(before.probe.vectorCount).toBe(2)
    expect(before.nearest.map(({ dense }) => Math.round(dense * 100))).toEqual([71, -71])
    await evictDurableObject(shard)
    expect(await ask()).toEqual(before)
  })

  it('keeps its sum exact while documents come, change and go', async () => {
    const shard = env.SHARDS.getByName(crypto.randomUUID())
    const publish = async (documentId: string, version: number, at: Float32Array) => {
      await shard.stage({ documentId, version }, [chunk(documentId, 'text', at)])
      await shard.publish({ documentId, version, title: '', metadata: {}, acl: null, labels: [] })
    }
    const sum = async () => {
      const { vectorSum, vectorCount } = await shard.probe({ text: 'x', synonyms: [] }, { principals: [] }, 1)
      return [...vectorSum].map((value) => Math.round(value * 50) / 50).concat(vectorCount)
    }
    await publish('a', 1, vector(1, 0))
    await sum()
    await publish('b', 1, vector(0, 1))
    await publish('a', 2, vector(-1, 0))
    expect(await sum()).toEqual([-1, 1, 2])
    await shard.remove('b', 1)
    expect(await sum()).toEqual([-1, 0, 1])
  })

  it('of an earlier version keeps its documents; their labels are unknown until they are published again', async () => {
    const shard = env.SHARDS.getByName(crypto.randomUUID())
    const publish = async (version: number) => {
      await shard.stage({ documentId: 'a', version }, [chunk('a', 'text', vector(1, 0))])
      await shard.publish({ documentId: 'a', version, title: '', metadata: {}, acl: null, labels: ['pii'] })
    }
    const labels = async () => {
      const { lexical } = await shard.probe({ text: 'text', synonyms: [] }, { principals: [] }, 1)
      return (await shard.read(lexical.map(({ row }) => row))).map((hit) => hit.labels)
    }
    await publish(1)
    await runInDurableObject(shard, (_, { storage }) => {
      storage.sql.exec('ALTER TABLE documents DROP COLUMN labels')
    })
    await evictDurableObject(shard)
    expect(await labels()).toEqual([null])
    await publish(2)
    expect(await labels()).toEqual([['pii']])
  })

  it('knows nothing any more once it was dropped', async () => {
    const shard = env.SHARDS.getByName(crypto.randomUUID())
    await shard.stage({ documentId: 'a', version: 1 }, [chunk('a', 'text', vector(1, 0))])
    await shard.publish({ documentId: 'a', version: 1, title: '', metadata: {}, acl: null, labels: [] })
    expect((await shard.probe({ text: 'text', synonyms: [] }, { principals: [] }, 1)).vectorCount).toBe(1)
    await shard.drop()
    expect((await shard.probe({ text: 'text', synonyms: [] }, { principals: [] }, 1)).vectorCount).toBe(0)
  })

  it('takes 2,000 chunks of one document and searches them exactly', async () => {
    const shard = env.SHARDS.getByName(crypto.randomUUID())
    const document = { documentId: 'big', version: 1 }
    const chunks = Array.from({ length: 2_000 }, (_, i) =>
      chunk(`c${i}`, `paragraph ${i}`, vector(Math.cos(i / 500), Math.sin(i / 500)), i),
    )
    for (let i = 0; i < chunks.length; i += 500) await shard.stage(document, chunks.slice(i, i + 500))
    await shard.publish({ ...document, title: 'Big', metadata: {}, acl: null, labels: [] })
    const nearest = await shard.nearest(
      vector(Math.cos(2), Math.sin(2)),
      vector(0, 0),
      { principals: [] },
      [],
      5,
    )
    const rows = await shard.read(nearest.map(({ row }) => row))
    for (const { ordinal } of rows) expect(Math.abs(ordinal - 1_000)).toBeLessThan(20)
  })
})
