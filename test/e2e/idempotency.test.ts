import OpenAI, { ConflictError } from 'openai'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { listKeysRoute } from '../../shared/api/access.ts'
import {
  type Caller,
  ledgerLines,
  newEndpoint,
  newKey,
  newTenant,
  PATIENCE,
  platform,
  unique,
} from './platform.ts'

let caller: Caller
beforeAll(async () => {
  caller = await newTenant()
})

/** The options of this client can name a key; OpenAI's own API has no header for it. */
class Client extends OpenAI {
  protected override idempotencyHeader = 'Idempotency-Key'
}
const clientOf = (apiKey: string, maxRetries = 0) =>
  new Client({ baseURL: `${platform.url}/v1`, apiKey, maxRetries })
const messages = [{ role: 'user' as const, content: 'How many words?' }]

type Extra = { readonly signal?: AbortSignal; readonly headers?: Readonly<Record<string, string>> }
const post = (key: string, path: string, body: unknown, idempotencyKey: string, extra: Extra = {}) =>
  fetch(platform.url + path, {
    method: 'POST',
    body: JSON.stringify(body),
    ...extra,
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
      ...extra.headers,
    },
  })
const chat = (key: string, model: string, idempotencyKey: string, rest: object = {}, extra: Extra = {}) =>
  post(key, '/v1/chat/completions', { model, messages, ...rest }, idempotencyKey, extra)

describe('a request that is sent again with its Idempotency-Key', () => {
  it('is answered as the first time, from what was kept, and costs nothing', async () => {
    const { model, origin, id } = await newEndpoint({ answer: 'Five words and no more.' })
    const key = unique('key')
    const first = await chat(caller.key, model, key)
    expect(first.headers.get('idempotent-replayed')).toBeNull()
    const text = await first.text()
    for (const _ of [1, 2]) {
      const again = await chat(caller.key, model, key)
      expect(again.status).toBe(200)
      expect(await again.text()).toBe(text)
      expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'))
      expect(again.headers.get('idempotent-replayed')).toBe('true')
      expect(again.headers.get('original-request-id')).toBe(first.headers.get('x-request-id'))
      expect(again.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'))
    }
    expect(origin.requests).toHaveLength(1)
    await vi.waitFor(() => {
      const lines = ledgerLines(caller.tenantId).filter(({ endpoint_id }) => endpoint_id === id)
      expect(lines).toHaveLength(1)
    }, PATIENCE)
  })

  it("gives OpenAI's client one answer for two calls at once: the second waits as it is told", async () => {
    const { model, origin } = await newEndpoint({ headDelayMs: 500 })
    const idempotencyKey = unique('key')
    const ask = () => clientOf(caller.key, 5).chat.completions.create({ model, messages }, { idempotencyKey })
    const [one, other] = await Promise.all([ask(), ask()])
    expect(one.id).toBe(other.id)
    expect(origin.requests).toHaveLength(1)
  })

  it('is told when to come back while the first one runs', async () => {
    const { model } = await newEndpoint({ headDelayMs: 500 })
    const idempotencyKey = unique('key')
    const ask = () => clientOf(caller.key).chat.completions.create({ model, messages }, { idempotencyKey })
    const results = await Promise.allSettled([ask(), ask()])
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    expect(refused).toHaveLength(1)
    expect(refused[0]).toBeInstanceOf(ConflictError)
    expect(refused[0]).toMatchObject({ code: 'conflict' })
    expect((refused[0] as ConflictError).headers.get('retry-after')).toBe('1')
  })

  it('gets a stream again as a stream, byte for byte', async () => {
    const { model, origin } = await newEndpoint({ answer: 'Five words and no more.', tokenDelayMs: 5 })
    const key = unique('key')
    const first = await chat(caller.key, model, key, { stream: true })
    const bytes = await first.text()
    const again = await chat(caller.key, model, key, { stream: true })
    expect(again.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(await again.text()).toBe(bytes)
    expect(bytes).toContain('[DONE]')
    expect(origin.requests).toHaveLength(1)
  })

  it('finds the whole answer when its client had left in the middle of the stream', async () => {
    const { model, origin } = await newEndpoint({ answerTokenCount: 20, tokenDelayMs: 30 })
    const idempotencyKey = unique('key')
    const left = new AbortController()
    const first = await chat(caller.key, model, idempotencyKey, { stream: true }, { signal: left.signal })
    await first.body?.getReader().read()
    left.abort()
    const body = { model, messages, stream: true as const }
    const stream = await clientOf(caller.key, 5).chat.completions.create(body, { idempotencyKey })
    const words: string[] = []
    for await (const { choices } of stream) words.push(choices[0]?.delta.content ?? '')
    expect(words.join('').split(' ')).toHaveLength(20)
    expect(origin.requests).toHaveLength(1)
    expect(origin.requests[0]).toMatchObject({ disconnected: false, finished: true })
  })

  it('finds the whole answer when its client had left before the first word', async () => {
    const { model, origin } = await newEndpoint({ headDelayMs: 400 })
    const idempotencyKey = unique('key')
    const left = new AbortController()
    const first = chat(caller.key, model, idempotencyKey, {}, { signal: left.signal })
    await vi.waitFor(() => expect(origin.requests).toHaveLength(1), PATIENCE)
    left.abort()
    await expect(first).rejects.toThrow('abort')
    const again = await clientOf(caller.key, 5).chat.completions.create(
      { model, messages },
      { idempotencyKey },
    )
    expect(again.choices[0]?.finish_reason).toBe('stop')
    expect(origin.requests).toHaveLength(1)
  })

  it('gets a stream that broke as it broke, with the error at its end', async () => {
    const { model, origin } = await newEndpoint({ tokenDelayMs: 20 })
    origin.script({ kind: 'cut', afterTokens: 2, times: 10 })
    const key = unique('key')
    const body = { stream: true, fairlead: { requirements: { tier: 's' } } }
    const [first, again] = [
      await (await chat(caller.key, model, key, body)).text(),
      await (await chat(caller.key, model, key, body)).text(),
    ]
    expect(first).toContain('"error"')
    expect(again).toBe(first)
  })

  it('makes one API key, and shows its secret again', async () => {
    const admin = await newKey(caller.tenantId, { scopes: ['admin'] })
    const key = unique('key')
    const body = { name: key, scopes: ['query'] }
    const [first, again] = [
      await (await post(admin.key, '/v1/keys', body, key)).json(),
      await (await post(admin.key, '/v1/keys', body, key)).json(),
    ]
    expect(again).toEqual(first)
    const { data } = await admin.call(listKeysRoute, {})
    expect(data.filter(({ name }) => name === key)).toHaveLength(1)
  })

  it('adds one document, also where another Worker owns the route', async () => {
    const key = unique('key')
    const add = () => post(caller.key, '/v1/collections/notes/documents', { text: 'A note.' }, key)
    const [first, again] = [await (await add()).json(), await (await add()).json()]
    expect(first).toMatchObject({ version: 1 })
    expect(again).toEqual(first)
  })
})

describe('an Idempotency-Key', () => {
  it('belongs to its request: another body, path or API key of the tenant is refused', async () => {
    const { model } = await newEndpoint()
    const key = unique('key')
    await (await chat(caller.key, model, key)).text()
    const other = await newKey(caller.tenantId, { scopes: ['query'] })
    const refused = [
      await chat(caller.key, model, key, { seed: 1 }),
      await post(caller.key, '/v1/search', { query: 'x', collection: 'notes' }, key),
      await chat(other.key, model, key),
    ]
    for (const response of refused) {
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ error: { code: 'idempotency_conflict' } })
    }
  })

  it("means nothing to another tenant's requests", async () => {
    const { model, origin } = await newEndpoint()
    const stranger = await newTenant()
    const key = unique('key')
    for (const who of [caller, stranger]) {
      const response = await chat(who.key, model, key)
      expect(response.headers.get('idempotent-replayed')).toBeNull()
      await response.text()
    }
    expect(origin.requests).toHaveLength(2)
  })

  it('can be used again after a request that was refused before anything happened', async () => {
    const { model, origin } = await newEndpoint()
    const key = unique('key')
    expect((await chat(caller.key, model, key, { max_tokens: -1 })).status).toBe(400)
    expect((await chat(caller.key, 'no-such-model', key)).status).toBe(404)
    const response = await chat(caller.key, model, key)
    expect(response.status).toBe(200)
    expect(response.headers.get('idempotent-replayed')).toBeNull()
    expect(origin.requests).toHaveLength(1)
  })

  it('can be used again after a failure that is worth another try', async () => {
    const { model, origin } = await newEndpoint()
    origin.script({ kind: 'refuse', status: 503 })
    const key = unique('key')
    expect((await chat(caller.key, model, key)).status).toBe(503)
    await vi.waitFor(async () => {
      const again = await chat(caller.key, model, key)
      expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, null])
    }, PATIENCE)
  })

  it.each([
    { what: 'is empty', key: ' ' },
    { what: 'is too long', key: 'k'.repeat(256) },
    { what: 'comes with a form', key: 'k', type: 'multipart/form-data; boundary=b' },
  ])('is refused with a reason where it $what', async ({ key, type = 'application/json' }) => {
    const headers = { 'content-type': type }
    const response = await post(caller.key, '/v1/collections/notes/documents', {}, key, { headers })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringContaining('Idempotency-Key') },
    })
  })

  it('is ignored where nothing is posted', async () => {
    const headers = { authorization: `Bearer ${caller.key}`, 'idempotency-key': unique('key') }
    for (const path of ['/v1/models', '/v1/budgets']) {
      const response = await fetch(platform.url + path, { headers })
      expect(response.status).toBe(200)
      await response.text()
    }
  })
})
