import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { z } from 'zod'
import { type source } from '../../shared/api/answer.ts'
import { type queryRequest, queryRoute } from '../../shared/api/ask.ts'
import { getBudgetsRoute } from '../../shared/api/money.ts'
import {
  becomesIdle,
  type Caller,
  type Endpoint,
  ledgerLines,
  newEndpoint,
  newTenant,
  PATIENCE,
  platform,
  putLive,
  readEvents,
  register,
  send,
  unique,
} from './platform.ts'

const NOTES = 'notes'
const QUESTION = 'How many days of leave does everyone have?'

let caller: Caller
beforeAll(async () => {
  caller = await newTenant()
  await putLive(caller, NOTES, 'leave.md', {
    text: '# Leave\n\nEveryone has 30 days of leave a year.\n\n# Travel\n\nTrains are booked by the office.',
    mediaType: 'text/markdown',
  })
})

type Query = z.input<typeof queryRequest>

/** A question that only this endpoint may answer. */
const queryAt = (place: string, more: Partial<Query> = {}): Query => ({
  question: QUESTION,
  collection: NOTES,
  requirements: { tier: 's', residency: [place] },
  ...(more.stream && { stream: true }),
})

const ask = (body: Query, signal?: AbortSignal) =>
  fetch(`${platform.url}/v1/query`, {
    method: 'POST',
    headers: { authorization: `Bearer ${caller.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  })

const named = (events: readonly { event: string }[]) => events.map(({ event }) => event).join(' ')

describe('a question about the handbook', () => {
  const demo = { key: platform.apiKey }

  async function contentOf({ documentId, version }: z.infer<typeof source>): Promise<string> {
    const path = `/v1/collections/handbook/documents/${encodeURIComponent(documentId)}/content?version=${version}`
    const response = await fetch(platform.url + path, { headers: { authorization: `Bearer ${demo.key}` } })
    expect(response.status).toBe(200)
    return response.text()
  }

  it.each([
    { question: 'How long does a revoked key keep working?', answer: 'five seconds' },
    { question: 'How do I take an endpoint out of service?', answer: 'drain' },
    { question: 'Which deadline does the first token have?', answer: '60 seconds' },
  ])(
    '$question is answered from a cited source that says it, at exactly its span',
    async ({ question, answer }) => {
      const { body, status } = await send(demo, 'POST', '/v1/query', { question, collection: 'handbook' })
      const said = queryRoute.responses[200].content['application/json'].schema.parse(body)
      expect({ status, outcome: said.outcome, degraded: said.degraded }).toEqual({
        status: 200,
        outcome: 'answered',
        degraded: true,
      })
      expect(said.answer).toContain(answer)
      const cited = new Set(said.claims.flatMap(({ sources }) => sources))
      const sources = said.sources.filter(({ number }) => cited.has(number))
      expect(sources.length).toBeGreaterThan(0)
      for (const source of sources)
        expect((await contentOf(source)).slice(source.start, source.end)).toBe(source.text)
      expect(sources.some(({ text }) => text.includes(answer))).toBe(true)
    },
  )

  it('that nothing in it answers is met with an abstention, not an invention', async () => {
    const question = 'Who painted the ceiling of the Sistine Chapel?'
    const { body } = await send(demo, 'POST', '/v1/query', { question, collection: 'handbook' })
    expect(body).toMatchObject({ outcome: 'abstained', abstention: 'no_evidence', claims: [] })
  })
})

describe('a streamed answer', () => {
  it('comes in the documented order, without the citation of a source that was not given', async () => {
    const { place, id } = await newEndpoint({ answer: 'Everyone has 30 days [1]. Some have more [9].' })
    const events = await readEvents(await ask(queryAt(place, { stream: true })))
    expect(named(events)).toMatch(/^route sources (?:text |citation |claim )+claims usage done$/)
    const text = events.flatMap(({ event, data }) => (event === 'text' ? [data['delta']] : [])).join('')
    expect(text).toBe('Everyone has 30 days [1]. Some have more.')
    const citations = events.filter(({ event }) => event === 'citation').map(({ data }) => data)
    expect(citations).toEqual([{ number: 1, start: 21, end: 24 }])
    expect(text.slice(21, 24)).toBe('[1]')
    expect(events.find(({ event }) => event === 'claims')?.data).toMatchObject({ removedCitations: 1 })
    expect(events.at(-1)?.data).toMatchObject({
      outcome: 'answered',
      degraded: false,
      route: { endpoint: id },
    })
  })

  it('warns of an invented citation, number and quotation as soon as their sentences are complete', async () => {
    const answer =
      'Everyone has 30 days of leave a year [1]. Everyone has 45 days of leave a year [1]. It says "leave is at the discretion of the office" [1]. Trains are booked by the office [7].'
    const { place } = await newEndpoint({ answer })
    const events = await readEvents(await ask(queryAt(place, { stream: true })))
    const claims = events.filter(({ event }) => event === 'claim').map(({ data }) => data)
    expect(claims).toMatchObject([
      { supported: true, reason: null },
      { supported: false, reason: 'number', checks: { numbers: { missing: ['45 days'] } } },
      { supported: false, reason: 'quote' },
      { supported: false, reason: 'uncited' },
    ])
    const first = events.findIndex(({ event }) => event === 'claim')
    expect(events.slice(first).some(({ event }) => event === 'text')).toBe(true)
    expect(events.find(({ event }) => event === 'claims')?.data).toMatchObject({
      unsupported: { number: 1, quote: 1, uncited: 1 },
      removedCitations: 1,
    })
  })

  it('says the same as the plain one', async () => {
    const { place } = await newEndpoint({ answer: 'Everyone has 30 days [1]. Some have more [9].' })
    const plain = await (await ask(queryAt(place))).json()
    expect(plain).toMatchObject({ answer: 'Everyone has 30 days [1]. Some have more.', removedCitations: 1 })
  })

  it.each([
    { kind: 'cut', afterTokens: 3, code: 'upstream_unavailable' } as const,
    { kind: 'malformed', afterTokens: 3, code: 'upstream_rejected' } as const,
  ])(
    'that the origin breaks off ($kind) ends with an error and nothing after it',
    async ({ code, ...fault }) => {
      const { place, origin, id } = await newEndpoint({ answerTokenCount: 20, tokenDelayMs: 20 })
      origin.script(fault)
      const response = await ask(queryAt(place, { stream: true }))
      const requestId = response.headers.get('x-request-id')
      const events = await readEvents(response)
      expect(named(events)).toMatch(/^route sources (?:text )+error$/)
      expect(events.at(-1)?.data).toMatchObject({ error: { code, requestId } })
      await becomesIdle(id)
      await vi.waitFor(() => {
        const line = ledgerLines(caller.tenantId).find(({ id }) => id === requestId)
        expect(line).toMatchObject({ outcome: 'failed', endpoint_id: id })
      }, PATIENCE)
    },
  )
})

describe('a client that leaves', () => {
  it('cancels the origin, and what was generated until then is settled', async () => {
    const { place, origin, id } = await newEndpoint({ answerTokenCount: 400, tokenDelayMs: 25 })
    const leave = new AbortController()
    const response = await ask(queryAt(place, { stream: true }), leave.signal)
    const reader = response.body?.getReader()
    await reader?.read()
    await vi.waitFor(() => expect(origin.requests[0]?.tokenTimesMs.length).toBeGreaterThan(3), PATIENCE)
    leave.abort()
    await vi.waitFor(() => expect(origin.requests[0]).toMatchObject({ disconnected: true }), PATIENCE)
    expect(origin.requests[0]?.tokenTimesMs.length).toBeLessThan(400)
    await becomesIdle(id)
    await vi.waitFor(async () => {
      const line = ledgerLines(caller.tenantId).find(({ endpoint_id }) => endpoint_id === id)
      expect(line).toMatchObject({ outcome: 'cancelled', estimated: 1 })
      expect(line?.['completion_tokens']).toBeGreaterThan(0)
      expect(line?.['completion_tokens']).toBeLessThan(400)
      const { data } = await caller.call(getBudgetsRoute, { query: {} })
      expect(data.every(({ pendingNanoUsd }) => pendingNanoUsd === 0)).toBe(true)
    }, PATIENCE)
  })
})

/** Asks at the second endpoint's place, where the first is tried before it; how each attempt ended. */
async function answered(second: Endpoint, first: string, stream: boolean) {
  const response = await ask(queryAt(second.place, { stream }))
  expect(response.status).toBe(200)
  const answer = stream
    ? ((await readEvents(response)).at(-1)?.data ?? {})
    : await response.json<Record<string, unknown>>()
  expect(answer).toMatchObject({ degraded: false, route: { endpoint: second.id } })
  const { attempts } = answer['route'] as { attempts: { endpoint: string; outcome: string }[] }
  expect(attempts.map(({ endpoint }) => endpoint)).toEqual([first, second.id])
  await becomesIdle(second.id)
  return attempts.map(({ outcome }) => outcome)
}

describe('when the best endpoint fails before its first word', () => {
  /** Registered at the place of another, and cheaper, so that it is tried first. */
  const CHEAP = { price: { inputUsdPerMTok: 0, outputUsdPerMTok: 0.1 } }
  /** An endpoint that is tried first, on a port where no model server is. */
  const registerPort = (port: number, place: string) =>
    register({ url: `http://127.0.0.1:${port}/v1`, model: unique('model'), residency: [place], ...CHEAP })

  describe.each([{ stream: false }, { stream: true }])('(stream: $stream)', ({ stream }) => {
    it('because nothing listens there, the next one answers', async () => {
      const second = await newEndpoint()
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      server.close()
      const first = await registerPort(port, second.place)
      expect(await answered(second, first, stream)).toEqual(['upstream_unavailable', 'ok'])
    })

    it.each([
      { fault: { kind: 'html', status: 502 } as const, outcome: 'upstream_unavailable' },
      { fault: { kind: 'html', status: 200 } as const, outcome: 'upstream_rejected' },
      { fault: { kind: 'refuse', status: 429 } as const, outcome: 'upstream_unavailable' },
      { fault: { kind: 'cut', afterTokens: 0 } as const, outcome: 'upstream_unavailable' },
    ])('because of $fault, the next one answers', async ({ fault, outcome }) => {
      const second = await newEndpoint()
      const { id: first, origin } = await newEndpoint({ place: second.place, endpoint: CHEAP })
      origin.script(fault)
      expect(await answered(second, first, stream)).toEqual([outcome, 'ok'])
      await becomesIdle(first)
    })
  })

  it('because it accepts the call and keeps silent, the next one answers when the wait for its head is over', async () => {
    const second = await newEndpoint()
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    onTestFinished(() => void silent.close())
    const { port } = silent.address() as AddressInfo
    const first = await registerPort(port, second.place)
    expect(await answered(second, first, true)).toEqual(['upstream_timeout', 'ok'])
    await becomesIdle(first)
  }, 60_000)

  it('and none is left, the sources are quoted instead, unless the caller forbids that', async () => {
    const { origin, model } = await newEndpoint({ endpoint: { residency: [] } })
    origin.script({ kind: 'refuse', status: 503 })
    const question = { question: QUESTION, collection: NOTES, requirements: { tier: 's' } }
    const quoted = await send(caller, 'POST', '/v1/query', question)
    expect(quoted.body).toMatchObject({
      degraded: true,
      outcome: 'answered',
      route: { endpoint: 'extractive' },
    })
    const forbidden = { ...question, requirements: { tier: 's', allowDegraded: false } }
    const refused = await send(caller, 'POST', '/v1/query', forbidden)
    // One failure was enough to know: nobody else waits for an origin that is down.
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'no_capacity' } } })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(origin.requests.map(({ body }) => body.model)).toEqual([model])
  })
})
