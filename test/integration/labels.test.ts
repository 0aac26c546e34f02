import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { database } from '../../shared/db/client.ts'
import { findCollection, insertCollection, setCollection } from '../../shared/db/collections.ts'
import { documentVersions, tenants } from '../../shared/db/schema.ts'
import { indexNamespace } from '../../shared/domain/collection.ts'
import { DEFAULT_TEMPLATE } from '../../shared/domain/template.ts'
import type { Hit } from '../../shared/ports/vector-store.ts'
import { createRag } from '../../workers/rag/app.ts'
import { createDeps } from '../../workers/rag/deps.ts'

const db = database(env.DB)
const deps = { ...createDeps(env), log: () => {} }
const rag = createRag(deps)
let tenantId: string

beforeEach(async () => {
  tenantId = `labels-${crypto.randomUUID()}`
  await db.insert(tenants).values({ id: tenantId, name: 'test', createdAtMs: 0 })
  await insertCollection(db, {
    tenantId,
    name: 'notes',
    id: tenantId,
    profile: 's',
    embedder: deps.embedders.standard.id,
    store: 'embedded',
    slots: 1,
    labels: ['internal'],
    retrieval: {},
    synonyms: [],
    createdAtMs: 0,
  })
})

const collection = async () => {
  const row = await findCollection(db, tenantId, 'notes')
  if (!row) throw new Error('the collection is gone')
  return row
}

async function index(documentId: string, text: string, labels: readonly string[]) {
  const namespace = indexNamespace(await collection())
  const { vectors } = await deps.embedders.standard.embed([text], 'document')
  const [vector = new Float32Array()] = vectors
  const place = { id: documentId, ordinal: 0, start: 0, end: text.length, gap: '', headings: [] }
  await deps.store.stage(namespace, { documentId, version: 1 }, [{ ...place, text, vector }])
  const described = { title: documentId, metadata: {}, acl: null, labels }
  await deps.store.publish(namespace, { documentId, version: 1, ...described })
}

const context = () => ({
  requestId: 'req_1',
  principal: {
    tenantId,
    plan: 'free' as const,
    keyId: 'k',
    scopes: ['query' as const],
    collections: null,
    principals: [],
  },
})
const retrieve = (question: string) =>
  rag.retrieve(context(), {
    question,
    collection: 'notes',
    tier: 's',
    conversation: [],
    retrieval: {},
    format: 'text',
    template: DEFAULT_TEMPLATE,
  })

const byDocument = (found: readonly { readonly documentId: string; readonly labels: readonly string[] }[]) =>
  Object.fromEntries(found.map(({ documentId, labels }) => [documentId, labels]))

describe('the labels of what was retrieved', () => {
  it("are its documents' and its collection's, together what an endpoint must be cleared for", async () => {
    await index('salaries', 'Ada earns 90,000 a year.', ['pii', 'finance'])
    await index('menu', 'Ada likes soup a lot.', [])
    const each = { menu: ['internal'], salaries: ['internal', 'pii', 'finance'] }
    const { labels, sources } = await retrieve('What about Ada?')
    expect(byDocument(sources)).toEqual(each)
    expect(labels.toSorted()).toEqual(['finance', 'internal', 'pii'])
    const { hits } = await rag.search(context(), { query: 'Ada', collection: 'notes', topK: 5 })
    expect(byDocument(hits)).toEqual(each)
  })

  it("follow the collection's at once, for all that is in it", async () => {
    await index('menu', 'Ada likes soup a lot.', [])
    expect((await retrieve('What does Ada like?')).labels).toEqual(['internal'])
    await setCollection(db, await collection(), { labels: ['secret'] })
    expect((await retrieve('What does Ada like?')).labels).toEqual(['secret'])
  })
})

describe('a document from before the index kept labels', () => {
  const forgetful = () => {
    const search = async (...call: Parameters<typeof deps.store.search>): Promise<Hit[]> =>
      (await deps.store.search(...call)).map((hit) => ({ ...hit, labels: null }))
    return createRag({ ...deps, store: { ...deps.store, search } })
  }
  const found = async () => {
    const { hits } = await forgetful().search(context(), { query: 'Ada', collection: 'notes', topK: 5 })
    return hits.map(({ documentId, labels }) => [documentId, labels])
  }

  it('has the labels that were recorded with it', async () => {
    await index('salaries', 'Ada earns 90,000 a year.', [])
    const owned = { tenantId, collection: 'notes', documentId: 'salaries', jobId: 'j', contentHash: 'h' }
    const described = { mediaType: 'text/plain', metadata: {}, labels: ['pii'], bytes: 1 }
    const times = { createdAtMs: 0, updatedAtMs: 0 }
    await db.insert(documentVersions).values({ ...owned, ...described, ...times, version: 1, state: 'live' })
    expect(await found()).toEqual([['salaries', ['internal', 'pii']]])
  })

  it('is not found when nobody knows its labels', async () => {
    await index('salaries', 'Ada earns 90,000 a year.', ['pii'])
    expect(await found()).toEqual([])
  })
})
