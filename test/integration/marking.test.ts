import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { database } from '../../shared/db/client.ts'
import { findCollection, insertCollection } from '../../shared/db/collections.ts'
import { tenants } from '../../shared/db/schema.ts'
import { indexNamespace } from '../../shared/domain/collection.ts'
import type { Marking } from '../../shared/domain/marking.ts'
import { RETRIEVAL_PROFILES } from '../../shared/domain/matrix/sources/profiles.ts'
import { DEFAULT_TEMPLATE } from '../../shared/domain/template.ts'
import { createRag } from '../../workers/rag/app.ts'
import { createDeps } from '../../workers/rag/deps.ts'

const db = database(env.DB)
const deps = { ...createDeps(env), log: () => {} }
const rag = createRag(deps)
const tenantId = `marking-${crypto.randomUUID()}`

const WORDS_PER_PASSAGE = 280
/** Words of their own in each, so that none is a near-duplicate of another. */
const passage = (subject: number) =>
  Array.from({ length: WORDS_PER_PASSAGE / 2 }, (_, i) => `pilot ${subject * WORDS_PER_PASSAGE + i}`).join(
    ' ',
  )

beforeAll(async () => {
  await db.insert(tenants).values({ id: tenantId, name: 'test', createdAtMs: 0 })
  const place = { profile: 's', embedder: deps.embedders.standard.id, store: 'embedded', slots: 1 } as const
  const settings = { labels: [], retrieval: {}, synonyms: [] }
  await insertCollection(db, { tenantId, name: 'long', id: tenantId, ...place, ...settings, createdAtMs: 0 })
  const collection = await findCollection(db, tenantId, 'long')
  if (!collection) throw new Error('the collection is gone')
  for (const [subject, documentId] of ['a', 'b', 'c'].entries()) {
    const text = passage(subject)
    const { vectors } = await deps.embedders.standard.embed([text], 'document')
    const [vector = new Float32Array()] = vectors
    const place = { id: documentId, ordinal: 0, start: 0, end: text.length, gap: '', headings: [] }
    const namespace = indexNamespace(collection)
    await deps.store.stage(namespace, { documentId, version: 1 }, [{ ...place, text, vector }])
    const described = { title: documentId, metadata: {}, acl: null, labels: [] }
    await deps.store.publish(namespace, { documentId, version: 1, ...described })
  }
})

const retrieve = (marking: Marking) =>
  rag.retrieve(
    {
      requestId: 'req_1',
      principal: { tenantId, plan: 'free', keyId: 'k', scopes: ['query'], collections: null, principals: [] },
    },
    {
      question: 'Which pilot?',
      collection: 'long',
      tier: 's',
      conversation: [],
      format: 'text',
      template: { ...DEFAULT_TEMPLATE, marking },
    },
  )

describe('passages whose words are marked', () => {
  it('count with their marks, so that fewer fit into the same number of tokens', async () => {
    const tagged = await retrieve('tags')
    expect([tagged.sources.length, tagged.mark]).toEqual([3, null])
    const { sources, promptTokens, mark, messages } = await retrieve('words')
    expect(sources).toHaveLength(2)
    expect(promptTokens).toBeLessThanOrEqual(RETRIEVAL_PROFILES.s.contextTokens)
    const marks = (messages.at(-1)?.content.split(mark ?? '').length ?? 0) - 1
    expect(marks).toBeGreaterThanOrEqual(2 * (WORDS_PER_PASSAGE - 1))
    expect(promptTokens).toBeGreaterThan(marks + 2 * WORDS_PER_PASSAGE)
  })

  it('are given to everyone but the model as they are', async () => {
    const { sources } = await retrieve('words')
    const texts = [0, 1, 2].map(passage)
    for (const { text } of sources) expect(texts).toContain(text)
  })
})
