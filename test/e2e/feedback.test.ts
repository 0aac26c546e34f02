import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { putCollectionRoute } from '../../shared/api/collections.ts'
import { type Caller, newEndpoint, newKey, newTenant, PATIENCE, platform, putLive, send } from './platform.ts'

const MAIN = resolve(import.meta.dirname, '../../cli/main.ts')
const NOTES = 'notes'
const QUESTION = 'How many days of leave does everyone have?'

let caller: Caller
let admin: Caller
beforeAll(async () => {
  caller = await newTenant()
  admin = await newKey(caller.tenantId, { scopes: ['admin'] })
  const body = { retrieval: { cut: 0.2, topK: 9 } }
  await caller.call(putCollectionRoute, { params: { collection: NOTES }, body })
  await putLive(caller, NOTES, 'leave.md', {
    text: '# Leave\n\nEveryone has 30 days of leave a year.\n',
    mediaType: 'text/markdown',
  })
})

const answers = { answer: 'Everyone has 30 days [1].' }

/** Where a question can only be answered by this endpoint. */
const requirementsAt = (place: string) => ({ tier: 's', residency: [place] })

const rate = (requestId: string, feedback: object) =>
  send(caller, 'POST', '/v1/feedback', { requestId, ...feedback })

/** Records are written within seconds. */
const rated = (requestId: string, feedback: object) =>
  vi.waitFor(async () => expect(await rate(requestId, feedback)).toMatchObject({ status: 200 }), PATIENCE)

async function exported(...args: readonly string[]): Promise<Record<string, unknown>[]> {
  const env = {
    ...process.env,
    FAIRLEAD_URL: platform.url,
    FAIRLEAD_API_KEY: admin.key,
    FAIRLEAD_ADMIN_KEY: platform.adminKey,
  }
  const command = ['--disable-warning=ExperimentalWarning', MAIN, 'feedback', 'export', ...args]
  const { stdout } = await promisify(execFile)(process.execPath, command, { env })
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('an answer', () => {
  it('can be rated however it was given, and comes out as a case with the passage it cites', async () => {
    const { place, id, model } = await newEndpoint(answers)
    const requirements = requirementsAt(place)
    const retrieval = { topK: 4 }
    const query = { question: QUESTION, collection: NOTES, requirements, retrieval }
    const chat = {
      model: 'auto',
      messages: [{ role: 'user', content: QUESTION }],
      fairlead: { collection: NOTES, requirements, retrieval },
    }
    const ids: string[] = []
    for (const [path, body] of [
      ['/v1/query', query],
      ['/v1/chat/completions', chat],
    ] as const)
      for (const stream of [false, true]) {
        const response = await fetch(platform.url + path, {
          method: 'POST',
          headers: { authorization: `Bearer ${caller.key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ ...body, stream }),
        })
        expect(response.status).toBe(200)
        await response.text()
        ids.push(response.headers.get('x-request-id') ?? '')
      }
    for (const requestId of ids) await rated(requestId, { rating: 'up' })
    const { body } = await send(admin, 'GET', `/v1/feedback?collection=${NOTES}`)
    const { data } = body as { data: { requestId: string }[] }
    expect(data.map(({ requestId }) => requestId)).toEqual(ids.toReversed())
    for (const one of data)
      expect(one).toMatchObject({
        question: QUESTION,
        answer: 'Everyone has 30 days [1].',
        outcome: 'answered',
        grounding: 1,
        keyId: caller.keyId,
        sources: [
          { documentId: 'leave.md', version: 1, cited: true, probability: expect.any(Number) as number },
        ],
        route: {
          endpoint: id,
          model,
          tier: 's',
          degraded: false,
          complexity: expect.any(Number) as number,
          candidates: [{ endpoint: id }],
          considered: 1,
          attempts: [{ endpoint: id, outcome: 'ok' }],
        },
        template: { name: 'qa', version: 1, builtIn: true },
        retrieval: { fusion: 'weighted', weights: { lexical: 0.6, dense: 0.4 }, cut: 0.2, topK: 4 },
        hints: { language: 'en' },
      })
    const cases = await exported('--collection', NOTES)
    expect(cases.map(({ requestId }) => requestId)).toEqual(ids.toReversed())
    expect(cases[0]).toEqual({
      question: QUESTION,
      relevant: [{ documentId: 'leave.md', start: expect.any(Number), end: expect.any(Number) }],
      collection: NOTES,
      requestId: ids.at(-1),
      rating: 'up',
      model,
      template: { name: 'qa', version: 1, builtIn: true },
    })
    expect(await exported('--collection', NOTES, '--tenant', caller.tenantId)).toEqual(cases)
  })

  it('that was asked with store: false, or from no collection, cannot be rated', async () => {
    const { place } = await newEndpoint(answers)
    const requirements = requirementsAt(place)
    const messages = [{ role: 'user', content: QUESTION }]
    const unkept = [
      await send(caller, 'POST', '/v1/query', {
        question: QUESTION,
        collection: NOTES,
        requirements,
        store: false,
      }),
      await send(caller, 'POST', '/v1/chat/completions', {
        model: 'auto',
        messages,
        store: false,
        fairlead: { collection: NOTES, requirements },
      }),
      await send(caller, 'POST', '/v1/chat/completions', {
        model: 'auto',
        messages,
        fairlead: { requirements },
      }),
    ]
    // Once a later answer is there, the earlier ones would be.
    const kept = await send(caller, 'POST', '/v1/query', {
      question: QUESTION,
      collection: NOTES,
      requirements,
    })
    await rated(kept.headers.get('x-request-id') ?? '', { rating: 'down', correctAnswer: '31 days' })
    for (const { status, headers } of unkept) {
      expect(status).toBe(200)
      expect(await rate(headers.get('x-request-id') ?? '', { rating: 'up' })).toMatchObject({ status: 404 })
    }
  })

  it('is out of reach for another tenant', async () => {
    const stranger = await newTenant()
    const { headers } = await send(caller, 'POST', '/v1/query', { question: QUESTION, collection: NOTES })
    const requestId = headers.get('x-request-id') ?? ''
    await rated(requestId, { rating: 'up' })
    expect(await send(stranger, 'POST', '/v1/feedback', { requestId, rating: 'down' })).toMatchObject({
      status: 404,
    })
    expect(await send(caller, 'GET', '/v1/feedback')).toMatchObject({ status: 403 })
  })
})
