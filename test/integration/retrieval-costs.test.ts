import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { database } from '../../shared/db/client.ts'
import { loadJobs } from '../../shared/db/jobs.ts'
import { MAX_ATTEMPTS } from '../../shared/domain/ingest.ts'
import type { Rewriting } from '../../shared/domain/rewriting.ts'
import { DEFAULT_TEMPLATE } from '../../shared/domain/template.ts'
import type { Embedder } from '../../shared/ports/embedder.ts'
import type { Reranker } from '../../shared/ports/reranker.ts'
import { indexGroup } from '../../workers/ingest/jobs/index-group.ts'
import type { Deps } from '../../workers/rag/app.ts'
import { createRag } from '../../workers/rag/app.ts'
import { createDeps } from '../../workers/rag/deps.ts'
import { embeddersWith, ingestWorker, real } from './ingest-worker.ts'
import { outbox, reservation, reserve, settle, settlement, total } from './tenant.ts'

const NANO_USD_PER_TOKEN = 100
const NANO_USD_PER_SEARCH = 3_000
const builtIn = real.embedders.standard
const priced = {
  id: 'priced:static:256',
  tariff: {
    provider: 'openai',
    model: 'static',
    mostNanoUsd: (texts: readonly string[]) =>
      texts.reduce((sum, text) => sum + (text.length + 1) * NANO_USD_PER_TOKEN, 0),
  },
  async embed(...call: Parameters<Embedder['embed']>) {
    const embedding = await builtIn.embed(...call)
    return { ...embedding, costNanoUsd: embedding.tokens * NANO_USD_PER_TOKEN }
  },
}
const reranker: Reranker = {
  id: 'judge',
  tariff: { provider: 'cohere', model: 'rerank-v3.5', mostNanoUsd: () => NANO_USD_PER_SEARCH },
  rerank: (_, candidates) =>
    Promise.resolve({ scores: candidates.map(() => 0.5), costNanoUsd: NANO_USD_PER_SEARCH }),
}

/** A tenant whose collection is embedded for money, and what its object has posted. */
async function payingTenant(embedder: Partial<Embedder> = {}, rest: Pick<Partial<Deps>, 'tenant'> = {}) {
  const embedders = embeddersWith({ ...priced, ...embedder })
  const worker = await ingestWorker({ embedders, ...rest })
  const stub = env.TENANTS.getByName(worker.tenantId)
  const later: Promise<void>[] = []
  const rag = createRag({
    ...createDeps(env),
    db: database(env.DB),
    embedders,
    rerankers: new Map([['judge', { reranker, weight: 0.5 }]]),
    after: (work) => void later.push(work),
    log: () => {},
    ...rest,
  })
  const principal = {
    tenantId: worker.tenantId,
    plan: 'free' as const,
    keyId: 'k',
    scopes: ['query' as const],
    collections: null,
    principals: [],
  }
  const search = async (requestId: string, retrieval: { rerank?: string } = {}, rewriting?: Rewriting) => {
    const input = { query: 'Where does the pilot board?', collection: 'docs', topK: 3, retrieval, rewriting }
    try {
      return await rag.search({ requestId, principal }, input)
    } finally {
      await Promise.all(later.splice(0))
    }
  }
  const lines = async () =>
    Object.fromEntries((await outbox(stub)).map(({ id, ...line }) => [id, line] as const))
  return { ...worker, stub, rag, principal, search, lines }
}

describe('a search whose embedder and reranker cost something', () => {
  it('is a line for each of them and no more, and the money is posted', async () => {
    const { search, lines, stub, put, deliver } = await payingTenant()
    await put('a.md', 'The pilot boards ships two miles off the mole.')
    await put('b.md', 'Soup is served at noon.')
    await deliver()
    const ingested = Object.keys(await lines())
    const { embedding } = await search('req_1', { rerank: 'judge' })
    const { [`req_1-embedding`]: first, [`req_1-reranking`]: second, ...rest } = await lines()
    expect(first).toMatchObject({
      keyId: 'k',
      collection: 'docs',
      endpointId: 'embedder:priced',
      provider: 'openai',
      model: 'static',
      tier: null,
      promptTokens: embedding.tokens,
      costNanoUsd: embedding.tokens * NANO_USD_PER_TOKEN,
      outcome: 'completed',
    })
    expect(second).toMatchObject({ endpointId: 'reranker:judge', costNanoUsd: NANO_USD_PER_SEARCH })
    expect(Object.keys(rest).toSorted()).toEqual(ingested.toSorted())
    const sum = Object.values(await lines()).reduce((all, { costNanoUsd }) => all + costNanoUsd, 0)
    expect(await total(stub)).toMatchObject({ postedNanoUsd: sum, pendingNanoUsd: 0 })
  })

  it('is one line for all wordings of a question and the passage that was imagined for it', async () => {
    const { search, lines, put, deliver } = await payingTenant()
    await put('a.md', 'The pilot boards ships two miles off the mole.')
    await deliver()
    const rewriting = {
      standalone: 'Where does the pilot board ships?',
      queries: ['pilot boarding ground', 'boarding a ship at sea'],
      passage: 'The pilot boards every ship outside of the harbour.',
    }
    const { embedding } = await search('req_4', {}, rewriting)
    const { [`req_4-embedding`]: line } = await lines()
    expect(embedding.tokens).toBeGreaterThan(20)
    expect(line).toMatchObject({ promptTokens: embedding.tokens, costNanoUsd: embedding.costNanoUsd })
  })

  it('is refused before anything is embedded once the budget cannot cover it', async () => {
    let embedded = 0
    const { search, lines, stub, put, deliver } = await payingTenant({
      embed: (...call) => {
        embedded += 1
        return priced.embed(...call)
      },
    })
    await put('a.md', 'The pilot boards ships two miles off the mole.')
    await deliver()
    const before = Object.keys(await lines())
    await stub.setBudget('k', 'day', 1)
    embedded = 0
    await expect(search('req_2')).rejects.toMatchObject({ code: 'budget_exhausted' })
    await stub.setBudget('k', 'day', null)
    // Enough for the embedding, not for the reranking beside it.
    const spent = (await total(stub))?.postedNanoUsd ?? 0
    await stub.setBudget(null, 'total', spent + NANO_USD_PER_SEARCH)
    await expect(search('req_3', { rerank: 'judge' })).rejects.toMatchObject({ code: 'budget_exhausted' })
    expect(embedded).toBe(0)
    expect(Object.keys(await lines())).toEqual(before)
    expect(await total(stub)).toMatchObject({ postedNanoUsd: spent, pendingNanoUsd: 0 })
  })
})

describe('a search for money under a rate limit', () => {
  const limits = { requestsPerMinute: 1, tokensPerMinute: 10, concurrency: null }

  it('is counted as a request without tokens, and refused when there were too many', async () => {
    const { search, lines, stub, put, deliver } = await payingTenant()
    await put('a.md', 'The pilot boards ships two miles off the mole.')
    await put('b.md', 'Soup is served at noon.')
    await deliver()
    await stub.setRateLimits('k', limits)
    const found = await Promise.allSettled(
      ['req_1', 'req_2', 'req_3'].map((id) => search(id, { rerank: 'judge' })),
    )
    const refused = found.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
    const details = { keyId: 'k', reason: 'requests', limit: 1 }
    expect(refused).toMatchObject([1, 2].map(() => ({ code: 'rate_limited', details })))
    expect(Object.keys(await lines()).filter((id) => id.startsWith('req_'))).toHaveLength(2)
    const used = (await stub.rateLimits()).find(({ keyId }) => keyId === 'k')
    expect(used).toMatchObject({ requests: 1, tokens: 0, inFlight: 0 })
  })

  it('is counted with its generation where one follows', async () => {
    const { rag, principal, put, deliver, stub } = await payingTenant()
    await put('a.md', 'The pilot boards ships two miles off the mole.')
    await deliver()
    await stub.setRateLimits('k', limits)
    const retrieve = (requestId: string, isRequest?: boolean) =>
      rag.retrieve(
        { requestId, principal },
        {
          question: 'Where does the pilot board?',
          collection: 'docs',
          tier: 's',
          conversation: [],
          format: 'text',
          template: DEFAULT_TEMPLATE,
          isRequest,
        },
      )
    for (const id of ['req_1', 'req_2']) await retrieve(id)
    await retrieve('req_3', true)
    await expect(retrieve('req_4', true)).rejects.toMatchObject({ code: 'rate_limited' })
  })
})

describe('documents that are embedded for money', () => {
  it('are a line each, of the key that sent them, however often the job is delivered', async () => {
    const { lines, put, deliver, sent, log } = await payingTenant()
    const { jobId } = await put('a.md', 'The pilot boards ships.')
    await deliver([...sent, jobId])
    await deliver([jobId])
    const id = `${jobId}-embedding`
    const line = (await lines())[id]
    expect(Object.keys(await lines())).toEqual([id])
    expect(line).toMatchObject({
      keyId: 'k',
      collection: 'docs',
      endpointId: 'embedder:priced',
      costNanoUsd: (line?.promptTokens ?? 0) * NANO_USD_PER_TOKEN,
    })
    const { promptTokens: tokens = 0, costNanoUsd = 0 } = line ?? {}
    expect(log).toContainEqual(
      expect.objectContaining({ result: 'live', jobId, embedding: { tokens, costNanoUsd } }),
    )
  })

  it('are paid again when they are embedded again: a line for each attempt that embedded', async () => {
    const { lines, put, deliver, sent, status } = await payingTenant()
    const { jobId } = await put('a.md', 'The pilot boards ships.')
    const away = { index: { ...real.index, stage: () => Promise.reject(new Error('the index is gone')) } }
    expect(await deliver([...sent], away)).toEqual({ acked: 0, retried: 1 })
    await deliver()
    expect((await status('a.md')).state).toBe('live')
    const both = await lines()
    expect(Object.keys(both).toSorted()).toEqual([`${jobId}-embedding`, `${jobId}-embedding.2`])
    expect(new Set(Object.values(both).map(({ costNanoUsd }) => costNanoUsd)).size).toBe(1)
  })

  it('are two lines when two deliveries embed at once', async () => {
    const { lines, put, deliver, sent } = await payingTenant()
    const { jobId } = await put('a.md', 'The pilot boards ships.')
    await Promise.all([deliver([jobId]), deliver([jobId])])
    sent.splice(0)
    expect(Object.keys(await lines()).toSorted()).toEqual([`${jobId}-embedding`, `${jobId}-embedding.2`])
  })

  it('fail for an exhausted budget before anything is embedded, and can be sent again', async () => {
    const { lines, put, deliver, status, stub } = await payingTenant()
    await stub.setBudget(null, 'month', 10)
    await put('a.md', 'The pilot boards ships.')
    expect(await deliver()).toEqual({ acked: 1, retried: 0 })
    expect(await status('a.md')).toMatchObject({ state: 'failed', error: { code: 'budget_exhausted' } })
    expect(await lines()).toEqual({})
    expect(await total(stub)).toMatchObject({ postedNanoUsd: 0, pendingNanoUsd: 0 })
    await stub.setBudget(null, 'month', null)
    await put('a.md', 'The pilot boards ships.')
    await deliver()
    expect((await status('a.md')).state).toBe('live')
    expect(Object.keys(await lines())).toHaveLength(1)
  })

  it('are all embedded by a budget that covers them, though it cannot hold the worst case of all at once', async () => {
    const { lines, put, deliver, status, stub, sent } = await payingTenant({
      tariff: { ...priced.tariff, mostNanoUsd: (texts) => 2 * priced.tariff.mostNanoUsd(texts) },
    })
    const text = 'The pilot boards ships two miles off the mole.'
    await put('first.md', text)
    await deliver()
    const { costNanoUsd = 0 } = Object.values(await lines())[0] ?? {}
    const ids = Array.from({ length: 20 }, (_, i) => `${10 + i}.md`)
    for (const id of ids) await put(id, text)
    await stub.setBudget(null, 'total', costNanoUsd * (1 + 2.5 * ids.length))
    expect(await deliver([...sent])).toEqual({ acked: ids.length, retried: 0 })
    expect(new Set((await Promise.all(ids.map(status))).map(({ state }) => state))).toEqual(new Set(['live']))
    expect(Object.keys(await lines())).toHaveLength(1 + ids.length)
    expect(await total(stub)).toMatchObject({ postedNanoUsd: costNanoUsd * 21, pendingNanoUsd: 0 })
  })

  it('wait in the queue while something else holds the money, and fail when it is spent', async () => {
    const { put, deliver, status, stub, sent } = await payingTenant()
    await stub.setBudget(null, 'total', 1_000_000)
    await reserve(stub, reservation('other', 1_000_000))
    const { jobId } = await put('a.md', 'The pilot boards ships.')
    expect(await deliver([...sent])).toEqual({ acked: 0, retried: 1 })
    expect((await status('a.md')).state).toBe('embedding')
    await settle(stub, settlement('other', 1_000_000))
    expect(await deliver([jobId])).toEqual({ acked: 1, retried: 0 })
    expect(await status('a.md')).toMatchObject({ state: 'failed', error: { code: 'budget_exhausted' } })
  })

  it('are given up when the money is held for longer than there are attempts', async () => {
    const { put, deliver, status, stub } = await payingTenant()
    await stub.setBudget(null, 'total', 1_000_000)
    await reserve(stub, reservation('other', 1_000_000))
    const { jobId } = await put('a.md', 'The pilot boards ships.')
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1)
      expect(await deliver([jobId])).toEqual({ acked: 0, retried: 1 })
    expect(await deliver([jobId])).toEqual({ acked: 1, retried: 0 })
    expect(await status('a.md')).toMatchObject({ state: 'failed', error: { code: 'budget_exhausted' } })
  })

  it('are not embedded again by a delivery that found the job before another ended it', async () => {
    const { put, deliver, deps, lines, sent } = await payingTenant()
    const { jobId } = await put('a.md', 'The pilot boards ships.')
    const found = (await loadJobs(deps.db, [jobId])).flatMap(({ job, collection, version }) =>
      version ? [{ job, collection, version, keyId: 'k' }] : [],
    )
    expect(found).toHaveLength(1)
    await deliver([...sent])
    const before = await lines()
    expect((await indexGroup(deps, found)).get(jobId)).toMatchObject({ result: 'ended' })
    expect(await lines()).toEqual(before)
  })

  it('are nobody’s key when their message was lost and the job was found again', async () => {
    const { lines, put, deliver, sent, maintain } = await payingTenant()
    await put('a.md', 'The pilot boards ships.')
    sent.splice(0)
    await maintain('@start')
    await deliver()
    expect(Object.values(await lines())).toMatchObject([{ keyId: 'ingestion' }])
  })
})

it('documents and searches whose embedding is free ask no object and make no line', async () => {
  const tenant = () => expect.fail('the object of the tenant was asked')
  const { lines, put, deliver, status, search } = await payingTenant(
    { tariff: null, embed: builtIn.embed },
    { tenant },
  )
  await put('a.md', 'The pilot boards ships.')
  await deliver()
  expect((await status('a.md')).state).toBe('live')
  expect((await search('req_1')).hits).toHaveLength(1)
  expect(await lines()).toEqual({})
})
