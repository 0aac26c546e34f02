import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Origin, startOrigin } from '../../cli/fleet/origin.ts'
import { apiClient, type Client } from '../../cli/lib/client.ts'
import { type Platform, startPlatform } from '../../cli/platform/start.ts'
import { getDocumentRoute, putDocumentRoute } from '../../shared/api/documents.ts'
import { putEndpointRoute } from '../../shared/api/endpoints.ts'
import { getLimitsRoute, putLimitsRoute } from '../../shared/api/limits.ts'
import { getBudgetsRoute, putBudgetRoute, usageRoute } from '../../shared/api/money.ts'
import { type EmbeddingDouble, startEmbeddings } from '../doubles/embeddings.ts'
import { type RerankDouble, startCohere } from '../doubles/rerankers.ts'
import { becomesLive, ledgerLines, PATIENCE } from './platform.ts'

const NANO_USD_PER_TOKEN = 130
const NANO_USD_PER_SEARCH = 2_000_000
const collection = 'docs'
const question = 'Where does the pilot board ships?'
type Line = {
  readonly id: string
  readonly key_id: string
  readonly endpoint_id: string
  readonly prompt_tokens: number
  readonly cost_nano_usd: number
}

describe('a platform whose embedder and reranker cost something', () => {
  let embeddings: EmbeddingDouble
  let cohere: RerankDouble
  let origin: Origin
  let platform: Platform
  let stateDir: string
  let client: Client
  let operator: Client

  beforeAll(async () => {
    ;[embeddings, cohere, origin] = await Promise.all([
      startEmbeddings('openai', { model: 'static', dimensions: 64 }),
      startCohere('secret'),
      startOrigin({ answer: 'Two miles off the mole [1].' }),
    ])
    const auth = { type: 'bearer', secretName: 'ORIGIN_COHERE' }
    const embedder = { id: 'paid', kind: 'openai', url: embeddings.url, model: 'static', dimensions: 64 }
    const reranker = { id: 'best', kind: 'cohere', url: cohere.url, model: 'rerank-v3.5', auth }
    vi.stubEnv('ORIGIN_COHERE', 'secret')
    vi.stubEnv('EMBEDDERS', JSON.stringify([{ ...embedder, nanoUsdPerKTok: 1_000 * NANO_USD_PER_TOKEN }]))
    vi.stubEnv('DEFAULT_EMBEDDER', 'paid')
    vi.stubEnv('RERANKERS', JSON.stringify([{ ...reranker, nanoUsdPerSearch: NANO_USD_PER_SEARCH }]))
    stateDir = await mkdtemp(join(tmpdir(), 'fairlead-costs-'))
    platform = await startPlatform({ port: 0, stateDir, quiet: true, handbook: false })
    client = apiClient({ url: platform.url, key: platform.apiKey })
    operator = apiClient({ url: platform.url, key: platform.adminKey })
    const price = { inputUsdPerMTok: 1, outputUsdPerMTok: 2 }
    const body = { url: origin.url, model: origin.model, tier: 's' as const, price }
    await operator.call(putEndpointRoute, { params: { id: 'only' }, body })
  }, 120_000)
  afterAll(async () => {
    vi.unstubAllEnvs()
    await platform.stop()
    await Promise.all([embeddings.close(), cohere.close(), origin.close()])
    await rm(stateDir, { recursive: true, force: true })
  })

  const put = (id: string, text: string) =>
    client.call(putDocumentRoute, { params: { collection, id }, body: { text } })
  const post = async (path: string, body: object) => {
    const response = await fetch(platform.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${platform.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const id = response.headers.get('x-request-id') ?? ''
    return { id, status: response.status, text: await response.text() }
  }
  const ask = (more: object = {}) => ({
    question,
    collection,
    requirements: { tier: 's', allowDegraded: false },
    retrieval: { rerank: 'best' },
    ...more,
  })
  const lines = () => ledgerLines(platform.tenant, stateDir) as unknown as Line[]
  /** The lines of one request or job, once there are so many, by what follows its id. */
  const linesOf = async (id: string, count: number) => {
    const own = () => lines().filter((line) => line.id.startsWith(id))
    await vi.waitFor(() => expect(own().length).toBeGreaterThanOrEqual(count), PATIENCE)
    return Object.fromEntries(own().map((line) => [line.id.slice(id.length), line]))
  }
  const embedded = (text: string) => {
    const { body } = embeddings.requests.find(({ body }) => body.includes(text)) ?? expect.fail()
    return JSON.parse(body) as { input: string[] }
  }

  it('has a line for every document, of the key that sent it', async () => {
    const sent = [await put('a.md', 'The pilot boards ships two miles off the mole.')]
    sent.push(await put('b.md', 'Where the harbour office is, soup is served at noon.'))
    for (const { documentId } of sent) await becomesLive(client, collection, documentId)
    expect(embedded('two miles').input).toHaveLength(1)
    for (const { jobId = '' } of sent) {
      const own = await linesOf(jobId, 1)
      expect(own).toEqual({
        '-embedding': expect.objectContaining({
          endpoint_id: 'embedder:paid',
          provider: 'openai',
          model: 'static',
          collection,
        }) as Line,
      })
      const { '-embedding': line } = own
      expect(platform.apiKey).toContain(line?.key_id)
      expect(line?.prompt_tokens).toBeGreaterThan(5)
      expect(line?.cost_nano_usd).toBe((line?.prompt_tokens ?? 0) * NANO_USD_PER_TOKEN)
    }
  })

  it.each([
    ['a search', '/v1/search', { query: question, collection, retrieval: { rerank: 'best' } }, []],
    ['a question', '/v1/query', ask(), ['']],
    ['a question whose answer is streamed', '/v1/query', ask({ stream: true }), ['']],
    ['the choice of a route', '/v1/route', ask(), []],
  ])('has a line for the embedding and one for the reranking of %s', async (_, path, body, others) => {
    const { id, status, text } = await post(path, body)
    expect([status, text]).toEqual([200, text])
    const own = await linesOf(id, 2 + others.length)
    expect(Object.keys(own).toSorted()).toEqual([...others, '-embedding', '-reranking'])
    const { '-embedding': embedding, '-reranking': reranking } = own
    const tokens = embedding?.prompt_tokens ?? 0
    expect(tokens).toBeGreaterThan(3)
    expect(embedding).toMatchObject({
      endpoint_id: 'embedder:paid',
      cost_nano_usd: tokens * NANO_USD_PER_TOKEN,
      outcome: 'completed',
      tier: null,
    })
    expect(reranking).toMatchObject({
      endpoint_id: 'reranker:best',
      provider: 'cohere',
      model: 'rerank-v3.5',
      prompt_tokens: 0,
      cost_nano_usd: NANO_USD_PER_SEARCH,
    })
    const costNanoUsd = tokens * NANO_USD_PER_TOKEN + NANO_USD_PER_SEARCH
    const usage = { embeddingTokens: tokens, costUsd: costNanoUsd / 1e9, costNanoUsd }
    expect(text.includes(JSON.stringify(usage))).toBe(path !== '/v1/route')
  })

  it('has the lines of retrieval also when the model fails', async () => {
    origin.script({ kind: 'refuse', status: 503 })
    const { id, status } = await post('/v1/query', ask())
    expect(status).toBeGreaterThanOrEqual(400)
    expect(Object.keys(await linesOf(id, 2)).toSorted()).toEqual(['-embedding', '-reranking'])
  })

  it('adds up: usage by endpoint, the budget, and the lines', async () => {
    await vi.waitFor(async () => {
      const { data, total } = await client.call(usageRoute, { query: { groupBy: 'endpoint' } })
      const all = lines()
      const sum = all.reduce((cost, line) => cost + line.cost_nano_usd, 0)
      expect(total).toMatchObject({ requests: all.length, costNanoUsd: sum })
      expect(data.map(({ endpoint, requests }) => [endpoint, requests])).toEqual([
        ['embedder:paid', 7],
        ['only', 2],
        ['reranker:best', 5],
      ])
      const budgets = (await client.call(getBudgetsRoute, { query: {} })).data
      expect(budgets.find(({ period }) => period === 'total')).toMatchObject({
        postedNanoUsd: sum,
        pendingNanoUsd: 0,
      })
    }, PATIENCE)
  })

  it('has no line where nothing was spent', async () => {
    const before = lines().length
    const { status } = await post('/v1/search', { query: ' .', collection: 'nowhere' })
    expect(status).toBe(404)
    embeddings.replies.push({ status: 400, body: {} })
    const { status: refused } = await post('/v1/search', { query: question, collection })
    expect(refused).toBe(502)
    const { id } = await post('/v1/search', { query: question, collection })
    expect(Object.keys(await linesOf(id, 1))).toEqual(['-embedding'])
    expect(lines()).toHaveLength(before + 1)
  })

  it('embeds nothing more once the budget is exhausted', async () => {
    const set = (limitUsd: number | null) =>
      operator.call(putBudgetRoute, { body: { tenantId: platform.tenant, period: 'total', limitUsd } })
    await set(0)
    onTestFinished(async () => void (await set(null)))
    const asked = [embeddings.requests.length, cohere.requests.length, origin.requests.length]
    const before = lines().length
    const found = { query: question, collection }
    for (const [path, body] of [
      ['/v1/search', found],
      ['/v1/query', ask()],
      ['/v1/route', ask()],
    ] as const) {
      const { status, text } = await post(path, body)
      expect([status, text]).toEqual([402, expect.stringContaining('"code":"budget_exhausted"')])
    }
    await put('c.md', 'The mole is closed in winter.')
    await vi.waitFor(async () => {
      const document = await client.call(getDocumentRoute, { params: { collection, id: 'c.md' } })
      expect(document).toMatchObject({ state: 'failed', error: { code: 'budget_exhausted' } })
    }, PATIENCE)
    expect([embeddings.requests.length, cohere.requests.length, origin.requests.length]).toEqual(asked)
    expect(lines()).toHaveLength(before)
  })

  it('counts a search and a choice of route as requests, and refuses those above the limit before they cost anything', async () => {
    const set = (requestsPerMinute: number | null) => {
      const body = { tenantId: platform.tenant, requestsPerMinute, tokensPerMinute: null, concurrency: null }
      return operator.call(putLimitsRoute, { body })
    }
    const used = (await client.call(getLimitsRoute, { query: {} })).data[0]?.requests ?? 0
    await set(used + 2)
    onTestFinished(async () => void (await set(null)))
    const found = { query: question, collection }
    const calls = [
      ['/v1/search', found],
      ['/v1/route', ask()],
    ] as const
    for (const [path, body] of calls) expect((await post(path, body)).status).toBe(200)
    const asked = [embeddings.requests.length, cohere.requests.length]
    for (const [path, body] of calls) {
      const { status, text } = await post(path, body)
      expect([status, text]).toEqual([429, expect.stringContaining('"code":"rate_limited"')])
    }
    expect([embeddings.requests.length, cohere.requests.length]).toEqual(asked)
  })
})
