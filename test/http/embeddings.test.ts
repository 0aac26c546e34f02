import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openaiCompatibleEmbedder } from '../../shared/adapters/embedders/openai-compatible.ts'
import type { AppError } from '../../shared/errors.ts'
import { batchTexts, cutToTokens } from '../../shared/http/embeddings/batches.ts'
import { remoteOptions } from '../adapters/embedders/remote.ts'
import { builtIn, type EmbeddingDouble, startEmbeddings } from '../doubles/embeddings.ts'

const count = (text: string) => builtIn.count(text)

describe('cutting and batching texts', () => {
  it('cuts to a beginning within the limit, between characters', () => {
    expect(cutToTokens('the pilot boards', 3, count)).toBe('the pilot boards')
    const cut = cutToTokens('pilot '.repeat(99), 30, count)
    expect(count(cut)).toBe(30)
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.integer({ min: 1, max: 50 }),
        (text, max) => {
          const cut = cutToTokens(text, max, count)
          expect(text.startsWith(cut)).toBe(true)
          expect(cut.isWellFormed()).toBe(true)
          expect(cut === text || count(cut) <= max).toBe(true)
        },
      ),
    )
  })

  it('keeps every text once, in order, within both limits', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60 })
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 60 }),
        (tokens, maxTexts, maxTokens) => {
          const texts = tokens.map((size, index) => ({ index, text: '', tokens: size }))
          const batches = batchTexts(texts, { maxTexts, maxTokens })
          expect(batches.flat()).toEqual(texts)
          for (const batch of batches) {
            const sum = batch.reduce((total, { tokens: size }) => total + size, 0)
            expect(batch.length).toBeLessThanOrEqual(maxTexts)
            expect(batch.length === 1 || sum <= maxTokens).toBe(true)
          }
        },
      ),
    )
  })
})

describe('an embedder behind HTTP', () => {
  let double: EmbeddingDouble
  beforeAll(async () => {
    double = await startEmbeddings('openai')
  })
  beforeEach(() => {
    double.requests.splice(0)
    double.replies.splice(0)
  })
  afterAll(() => double.close())
  const embedder = (rest: object = {}) => openaiCompatibleEmbedder(remoteOptions(double.url, rest))
  const inputs = () => double.requests.map(({ body }) => (JSON.parse(body) as { input: string[] }).input)
  const whole = Array.from({ length: 256 }, () => 1)
  const list = (...embeddings: unknown[]) => ({
    status: 200,
    body: { data: embeddings.map((embedding, index) => ({ index, embedding })) },
  })

  it('sends no more texts at once than the server takes, and puts the vectors back in order', async () => {
    const texts = Array.from({ length: 11 }, (_, i) => (i === 4 ? ' ' : `harbour ${i}`))
    const { vectors } = await embedder({ batchSize: 3 }).embed(texts, 'document')
    expect(inputs().map(({ length }) => length)).toEqual([3, 3, 3, 1])
    const direct = await builtIn.embed(texts, 'document')
    for (const [i, vector] of vectors.entries())
      for (const [j, value] of vector.entries())
        expect(value).toBeCloseTo(direct.vectors[i]?.[j] ?? Number.NaN, 5)
  })

  it('cuts what its model would refuse', async () => {
    await embedder({ maxTokens: 20, documentPrefix: 'passage: ' }).embed(['pilot '.repeat(500)], 'document')
    const sent = inputs()[0]?.[0] ?? ''
    expect(sent.startsWith('passage: pilot')).toBe(true)
    expect(count(sent)).toBe(16)
  })

  it('sends whole what its server cuts itself', async () => {
    const text = 'pilot '.repeat(500)
    await embedder({ maxTokens: 20, truncates: true }).embed([text], 'document')
    expect(inputs()).toEqual([[text]])
  })

  it('says what it cost, rounded up', async () => {
    const texts = ['the pilot boards', 'ships']
    const tokens = texts.reduce((sum, text) => sum + count(text), 0)
    const embedding = await embedder({ nanoUsdPerKTok: 130 }).embed(texts, 'document')
    expect(embedding).toMatchObject({ tokens, costNanoUsd: Math.ceil((tokens * 130) / 1_000) })
  })

  it('never costs more than its tariff says', async () => {
    const one = embedder({ nanoUsdPerKTok: 130_000, queryPrefix: 'query: ' })
    for (const texts of [['x'], ['ships', 'the pilot boards'], [' ', 'Ж'.repeat(90)]]) {
      const { costNanoUsd } = await one.embed(texts, 'query')
      expect(costNanoUsd).toBeGreaterThan(0)
      expect(costNanoUsd).toBeLessThanOrEqual(one.tariff?.mostNanoUsd(texts) ?? 0)
    }
    expect(one.tariff).toMatchObject({ provider: 'double', model: 'double' })
    expect(embedder({ nanoUsdPerKTok: 0 }).tariff).toBeNull()
  })

  it('counts for itself when the server counts nothing, or more than the texts can have', async () => {
    const answered = (usage: object) => ({
      status: 200,
      body: { ...list(whole).body, usage },
    })
    double.replies.push(answered({ prompt_tokens: 2 }), answered({}), answered({ prompt_tokens: 9_000 }))
    const one = embedder()
    const text = ['the pilot boards']
    const counted = { tokens: count(text[0] ?? ''), isEstimated: true }
    expect(await one.embed(text, 'query')).toMatchObject({ tokens: 2 })
    expect(await one.embed(text, 'query')).toMatchObject(counted)
    expect(await one.embed(text, 'query')).toMatchObject(counted)
  })

  it('says what was paid before it failed, and begins nothing after', async () => {
    const texts = Array.from({ length: 9 }, (_, i) => `harbour ${i}`)
    double.replies.push({ status: 400, body: {} })
    const failure = embedder({ batchSize: 1, nanoUsdPerKTok: 130_000 }).embed(texts, 'document')
    await expect(failure).rejects.toMatchObject({ code: 'upstream_rejected', details: { spent: {} } })
    const { spent } = ((await failure.catch((error: unknown) => error)) as AppError).details as {
      spent: Record<string, number>
    }
    // Of the four at once one failed; each of the others may have gone on with one more before it was known.
    expect(double.requests.length).toBeLessThan(texts.length)
    const tokens = (double.requests.length - 1) * count('harbour 1')
    expect(spent).toEqual({ tokens, costNanoUsd: Math.ceil(tokens * 130) })
  })

  it('tries again after 429 and 5xx, and waits as long as it was told', async () => {
    double.replies.push({ status: 429, body: {}, headers: { 'retry-after': '1' } }, { status: 503, body: {} })
    const startedMs = performance.now()
    const { vectors } = await embedder().embed(['pilot'], 'query')
    expect(vectors).toHaveLength(1)
    expect(double.requests).toHaveLength(3)
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(1_000)
  })

  it('gives up after its tries, or at once when it would have to wait too long', async () => {
    const away = { status: 503, body: {} }
    double.replies.push(away, away, away)
    await expect(embedder().embed(['pilot'], 'query')).rejects.toMatchObject({
      code: 'upstream_unavailable',
      message: 'Embedder "double": The model server answered 503',
    })
    expect(double.requests).toHaveLength(3)
    double.replies.push({ status: 429, body: {}, headers: { 'retry-after': '600' } })
    await expect(embedder().embed(['pilot'], 'query')).rejects.toMatchObject({
      details: { retryAfterMs: 600_000 },
    })
    expect(double.requests).toHaveLength(4)
  })

  it('stops waiting when the caller has left', async () => {
    double.replies.push({ status: 503, body: {}, headers: { 'retry-after': '2' } })
    const left = AbortSignal.timeout(100)
    const startedMs = performance.now()
    const failure = await embedder()
      .embed(['pilot'], 'query', left)
      .catch((error: unknown) => error)
    expect(failure).toBe(left.reason)
    expect(performance.now() - startedMs).toBeLessThan(1_000)
    expect(double.requests).toHaveLength(1)
  })

  it('blames its configuration, not the caller, for a refusal', async () => {
    double.replies.push({ status: 400, body: { error: { message: 'no model "double"' } } })
    await expect(embedder().embed(['pilot'], 'query')).rejects.toMatchObject({
      code: 'upstream_rejected',
      message: 'Embedder "double": no model "double"',
    })
    expect(double.requests).toHaveLength(1)
  })

  it.each([
    [
      'vectors of another length',
      list([1, 2, 3]),
      'answers vectors of 3 dimensions and is configured with 256',
    ],
    ['fewer vectors than texts', list(), 'answered 0 vectors for 1 texts'],
    ['more vectors than texts', list(whole, whole), 'answered 2 vectors for 1 texts'],
    ['something that is no number', list([...whole.slice(1), null]), 'data.0.embedding.255 is wrong'],
    [
      'one text twice',
      { status: 200, body: { data: [{ index: 1, embedding: whole }] } },
      'twice or not at all',
    ],
    ['no embeddings at all', { status: 200, body: { error: 'x' } }, 'data is wrong'],
  ])('takes no answer with %s', async (_, reply, message) => {
    double.replies.push(reply)
    await expect(embedder().embed(['pilot'], 'query')).rejects.toMatchObject({
      code: 'upstream_rejected',
      message: expect.stringContaining(message) as string,
    })
  })
})
