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
const passage = (subject: number, words = WORDS_PER_PASSAGE) =>
  Array.from({ length: words / 2 }, (_, i) => `pilot ${subject * words + i}`).join(' ')

const USUAL = ['¦', '¤', '¶', '†', '¬']
/** Chunks of each document, one after another. */
const COLLECTIONS = {
  long: (subject: number) => [passage(subject)],
  marked: (subject: number) => [`${USUAL.join(' ')} ${passage(subject)}`],
  beside: (subject: number) => [passage(subject, 20), ` quay ${USUAL.join(' ')}`],
} as const

beforeAll(async () => {
  await db.insert(tenants).values({ id: tenantId, name: 'test', createdAtMs: 0 })
  const place = { profile: 's', embedder: deps.embedders.standard.id, store: 'embedded', slots: 1 } as const
  const settings = { labels: [], retrieval: {}, synonyms: [] }
  for (const [name, chunksOf] of Object.entries(COLLECTIONS)) {
    const id = `${tenantId}-${name}`
    await insertCollection(db, { tenantId, name, id, ...place, ...settings, createdAtMs: 0 })
    await fill(name, chunksOf)
  }
})

async function fill(name: string, chunksOf: (subject: number) => readonly string[]) {
  const collection = await findCollection(db, tenantId, name)
  if (!collection) throw new Error('the collection is gone')
  for (const [subject, documentId] of ['a', 'b', 'c'].entries()) {
    const texts = chunksOf(subject)
    const { vectors } = await deps.embedders.standard.embed(texts, 'document')
    const chunks = texts.map((text, ordinal) => {
      const place = { id: `${documentId}${ordinal}`, ordinal, start: 0, end: text.length }
      return { ...place, gap: '', headings: [], text, vector: vectors[ordinal] ?? new Float32Array() }
    })
    const namespace = indexNamespace(collection)
    await deps.store.stage(namespace, { documentId, version: 1 }, chunks)
    const described = { title: documentId, metadata: {}, acl: null, labels: [] }
    await deps.store.publish(namespace, { documentId, version: 1, ...described })
  }
}

const retrieve = (marking: Marking, collection: keyof typeof COLLECTIONS = 'long', topK?: number) =>
  rag.retrieve(
    {
      requestId: 'req_1',
      principal: { tenantId, plan: 'free', keyId: 'k', scopes: ['query'], collections: null, principals: [] },
    },
    {
      question: 'Which pilot?',
      collection,
      tier: 's',
      conversation: [],
      format: 'text',
      template: { ...DEFAULT_TEMPLATE, marking },
      ...(topK !== undefined && { topK }),
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
    const texts = [0, 1, 2].map((subject) => passage(subject))
    for (const { text } of sources) expect(texts).toContain(text)
  })

  it('count with the mark that is left for them, where they have the usual ones themselves', async () => {
    expect((await retrieve('tags', 'marked')).sources).toHaveLength(3)
    const { sources, promptTokens, mark } = await retrieve('words', 'marked')
    expect(sources).toHaveLength(1)
    expect(mark).toBe('\u2190')
    expect(promptTokens).toBeLessThanOrEqual(RETRIEVAL_PROFILES.s.contextTokens)
  })

  it('are not joined by what stands beside them, where that would take a mark that was not counted', async () => {
    const tagged = await retrieve('tags', 'beside', 1)
    expect(tagged.sources.map(({ text }) => text.includes('quay'))).toEqual([true])
    const { sources, mark } = await retrieve('words', 'beside', 1)
    expect(sources.map(({ text }) => text.includes('quay'))).toEqual([false])
    expect(USUAL).toContain(mark)
  })
})
