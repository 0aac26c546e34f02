import { beforeAll, describe, expect, it } from 'vitest'
import { queryRoute } from '../../shared/api/ask.ts'
import { type Caller, newEndpoint, newTenant, platform, putLive, readEvents, send } from './platform.ts'

const TEXT = 'Everyone has 25 days of leave a year. Ships over 90 m need a tug, over 140 m two.'
const QUESTION = 'How many days of leave does everyone have?'
const SCHEMA = {
  type: 'object',
  required: ['days'],
  properties: { days: { type: 'array', items: { type: 'integer' } }, why: { type: 'string' } },
}
const GOOD = '{"days": [25], "limits": [90, 140], "why": "Everyone has 25 days of leave a year [1]."}'
const DATA = { days: [25], limits: [90, 140], why: 'Everyone has 25 days of leave a year [1].' }
const FENCED = `\`\`\`json\n${GOOD.replace('year [1].', 'year [1][9].')}\n\`\`\``

let caller: Caller
beforeAll(async () => {
  caller = await newTenant()
  await putLive(caller, 'notes', 'leave.md', { text: TEXT })
})

const queryAt = (place: string, more: object = {}) => ({
  question: QUESTION,
  collection: 'notes',
  requirements: { tier: 's', residency: [place] },
  format: { jsonSchema: SCHEMA },
  ...more,
})
const query = (body: object) => send(caller, 'POST', '/v1/query', body)

const stream = async (path: string, body: object) =>
  readEvents(
    await fetch(platform.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${caller.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, stream: true }),
    }),
  )

const chatAt = (place: string, response_format?: object) => ({
  model: 'tier-s',
  messages: [{ role: 'user', content: QUESTION }],
  ...(response_format && { response_format }),
  fairlead: { collection: 'notes', requirements: { residency: [place] } },
})

type Completion = {
  choices: { message: { content: string } }[]
  fairlead: { schema?: { satisfied: boolean } }
}

describe('an answer in JSON', () => {
  it('is whole, without what the model put around it, and is checked', async () => {
    const { place, origin } = await newEndpoint({ answer: FENCED })
    const { body } = await query(queryAt(place))
    const said = queryRoute.responses[200].content['application/json'].schema.parse(body)
    expect(JSON.parse(said.answer)).toEqual(DATA)
    expect(said).toMatchObject({
      outcome: 'answered',
      schema: { satisfied: true, errors: [] },
      removedCitations: 1,
      grounding: 1,
    })
    const spans = said.claims.map(({ start, end, sources }) => [said.answer.slice(start, end), sources])
    expect(spans).toEqual([['Everyone has 25 days of leave a year [1].', [1]]])
    expect(origin.requests[0]?.body).toMatchObject({ response_format: { json_schema: { schema: SCHEMA } } })
  })

  it('comes as a stream just so, and done says whether it satisfies its schema', async () => {
    const { place } = await newEndpoint({ answer: FENCED.replace('[25]', '[25, "some"]') })
    const events = await stream('/v1/query', queryAt(place))
    const text = events.flatMap(({ event, data }) => (event === 'text' ? [data['delta']] : [])).join('')
    expect(JSON.parse(text)).toEqual({ ...DATA, days: [25, 'some'] })
    const cited = events.flatMap(({ event, data }) => (event === 'citation' ? [data] : []))
    expect(cited.map(({ start, end }) => text.slice(Number(start), Number(end)))).toEqual(['[1]'])
    expect(events.at(-1)).toMatchObject({
      event: 'done',
      data: { outcome: 'answered', schema: { satisfied: false, errors: [{ path: '/days/1' }] } },
    })
  })

  it('that is cut or is prose is said not to satisfy the schema', async () => {
    for (const answer of ['{"days": [25', 'Everyone has 25 days [1].']) {
      const { place } = await newEndpoint({ answer })
      const { body } = await query(queryAt(place))
      expect(body).toMatchObject({
        answer,
        outcome: 'answered',
        schema: { satisfied: false, errors: [{ path: '', message: expect.any(String) as string }] },
      })
    }
  })

  it('is not quoted from passages: without a model it is an error, and an abstention where nothing was found', async () => {
    const nobody = { requirements: { tier: 'xl', levels: ['on_premises'] } }
    expect(await query(queryAt('', nobody))).toMatchObject({
      status: 503,
      body: { error: { code: 'no_endpoint' } },
    })
    await putLive(caller, 'empty', 'other.md', { text: TEXT, metadata: { year: '2020' } })
    const none = { ...nobody, collection: 'empty', filter: { year: { eq: '2021' } } }
    const { status, body } = await query(queryAt('', none))
    expect(status).toBe(200)
    expect(body).toMatchObject({ outcome: 'abstained', abstention: 'no_evidence' })
    expect(body).not.toHaveProperty('schema')
  })

  it.each([
    [{ type: 'strin' }, '/type'],
    [{ $ref: '#/$defs/none' }, 'leads nowhere'],
    [{ description: 'x'.repeat(33_000) }, 'bytes'],
  ])('is refused before anything is spent where its schema is none (%#)', async (jsonSchema, what) => {
    const { place, origin } = await newEndpoint({ answer: GOOD })
    const refused = { status: 400, body: { error: { code: 'invalid_request' } } }
    const native = await query(queryAt(place, { format: { jsonSchema } }))
    expect(native).toMatchObject(refused)
    expect(JSON.stringify(native.body)).toMatch(new RegExp(`format.jsonSchema: .*${what}`))
    const wanted = { type: 'json_schema', json_schema: { name: 'leave', schema: jsonSchema } }
    const openai = await send(caller, 'POST', '/v1/chat/completions', chatAt(place, wanted))
    expect(openai).toMatchObject(refused)
    expect(JSON.stringify(openai.body)).toMatch(new RegExp(`response_format.json_schema.schema: .*${what}`))
    expect(origin.requests).toHaveLength(0)
  })
})

describe('a chat completion from a collection', () => {
  it.each([
    [{ type: 'json_schema', json_schema: { name: 'leave', schema: SCHEMA } }, true],
    [{ type: 'json_schema', json_schema: { name: 'leave', schema: { required: ['more'] } } }, false],
    [{ type: 'json_object' }, true],
  ])('with response_format %j is JSON, and checked as such', async (wanted, satisfied) => {
    const { place, origin } = await newEndpoint({ answer: FENCED })
    const { body } = await send(caller, 'POST', '/v1/chat/completions', chatAt(place, wanted))
    const { choices, fairlead } = body as Completion
    expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual(DATA)
    expect(fairlead).toMatchObject({ outcome: 'answered', schema: { satisfied }, removedCitations: 1 })
    expect(origin.requests[0]?.body).toMatchObject({ response_format: wanted })
    expect(JSON.stringify(origin.requests[0]?.body.messages)).toContain('Answer with one JSON object')
  })

  it.each([undefined, { type: 'text' }])('with response_format %j is Markdown', async (wanted) => {
    const { place, origin } = await newEndpoint({ answer: 'It is 25 days [1], in row_ids[12].' })
    const { body } = await send(caller, 'POST', '/v1/chat/completions', chatAt(place, wanted))
    expect(body).toMatchObject({ choices: [{ message: { content: 'It is 25 days [1], in row_ids[12].' } }] })
    expect((body as Completion).fairlead).not.toHaveProperty('schema')
    expect(JSON.stringify(origin.requests[0]?.body.messages)).toContain('Write concise Markdown')
  })
})
