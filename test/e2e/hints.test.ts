import { beforeAll, describe, expect, it } from 'vitest'
import { queryRoute } from '../../shared/api/ask.ts'
import { putCollectionRoute } from '../../shared/api/collections.ts'
import { putTemplateRoute } from '../../shared/api/templates.ts'
import {
  type Caller,
  type Endpoint,
  newEndpoint,
  newKey,
  newTenant,
  platform,
  putLive,
  readEvents,
  send,
} from './platform.ts'

const IN_GERMAN = 'Answer in German, the language of the question, unless it asks for another.'
const IN_ORDER = 'Give the steps in order, each once, and name what must be there before.'
const QUESTION = 'Wie beantrage ich meinen Urlaub?'

let caller: Caller
beforeAll(async () => {
  caller = await newTenant()
  await putLive(caller, 'notes', 'leave.md', { text: 'Urlaub: ask your lead for leave, then enter it.' })
})

async function ask({ place, origin }: Endpoint, more: object = {}) {
  const asked = {
    question: QUESTION,
    collection: 'notes',
    requirements: { tier: 's', residency: [place] },
    ...more,
  }
  const { body } = await send(caller, 'POST', '/v1/query', asked)
  const { hints } = queryRoute.responses[200].content['application/json'].schema.parse(body)
  const told = String(origin.requests.at(-1)?.body.messages?.at(-1)?.content)
  return { hints, told }
}

describe('hints', () => {
  it('tell the model the language and kind of the question, right before it, and stand in the answer', async () => {
    const { hints, told } = await ask(await newEndpoint({ answer: 'Den Lead fragen [1].' }))
    expect(hints).toEqual({ language: 'de', intent: 'procedure' })
    expect(told).toContain(`\n\n${IN_GERMAN}\n${IN_ORDER}\nQuestion: ${QUESTION}`)
  })

  it('stand in a stream too', async () => {
    const { place } = await newEndpoint({ answer: 'Den Lead fragen [1].' })
    const requirements = { tier: 's', residency: [place] }
    const body = { question: QUESTION, collection: 'notes', requirements, stream: true }
    const stream = await fetch(`${platform.url}/v1/query`, {
      method: 'POST',
      headers: { authorization: `Bearer ${caller.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const events = await readEvents(stream)
    expect(events.find(({ event }) => event === 'done')?.data).toMatchObject({ hints: { language: 'de' } })
  })

  it('are left out where the request or the collection says so, the request first', async () => {
    const endpoint = await newEndpoint({ answer: 'Den Lead fragen [1].' })
    const without = await ask(endpoint, { retrieval: { hints: false } })
    expect(without.hints).toBeUndefined()
    expect(without.told).not.toContain('Answer in German')
    const params = { collection: 'notes' }
    await caller.call(putCollectionRoute, { params, body: { retrieval: { hints: false } } })
    expect((await ask(endpoint)).hints).toBeUndefined()
    expect((await ask(endpoint, { retrieval: { hints: true } })).told).toContain(IN_GERMAN)
    await caller.call(putCollectionRoute, { params, body: { retrieval: {} } })
  })

  it('are left to instructions of one’s own, unless they are asked for', async () => {
    const endpoint = await newEndpoint({ answer: 'Den Lead fragen [1].' })
    const admin = await newKey(caller.tenantId, { scopes: ['admin'] })
    await admin.call(putTemplateRoute, {
      params: { name: 'house' },
      body: { instructions: 'Answer in Latin.' },
    })
    expect((await ask(endpoint, { template: 'house' })).hints).toBeUndefined()
    const wanted = await ask(endpoint, { template: 'house', retrieval: { hints: true } })
    expect(wanted.told).toContain(IN_ORDER)
  })
})
