import { beforeAll, describe, expect, it, vi } from 'vitest'
import { queryRoute } from '../../shared/api/ask.ts'
import {
  type Caller,
  ledgerLines,
  newEndpoint,
  newTenant,
  PATIENCE,
  platform,
  putLive,
  readEvents,
  send,
  unique,
} from './platform.ts'

const TEXT = 'Everyone has 30 days of leave a year. Trains are booked by the office.'
const VERBATIM = 'Everyone has 30 days of leave a year [1].'
const PARAPHRASE = 'Colleagues arrange rail journeys centrally [1].'

let caller: Caller
beforeAll(async () => {
  caller = await newTenant()
  await putLive(caller, 'notes', 'leave.md', { text: TEXT })
})

type Judge = Parameters<typeof newEndpoint>[0]

/** One model that answers, and a smaller one that judges. */
async function models(answer: string, judge: Judge) {
  const writer = await newEndpoint({ answer, endpoint: { tier: 'm' } })
  return { writer, judge: await newEndpoint({ place: writer.place, ...judge }) }
}

const queryAt = (place: string, more: object = {}) => ({
  question: 'How many days of leave does everyone have?',
  collection: 'notes',
  requirements: { tier: 'm', residency: [place] },
  verification: { judge: true },
  ...more,
})

async function asked(answer: string, judge: Judge, more: object = {}) {
  const { writer, judge: second } = await models(answer, judge)
  const { body } = await send(caller, 'POST', '/v1/query', queryAt(writer.place, more))
  return { said: queryRoute.responses[200].content['application/json'].schema.parse(body), judge: second }
}

describe('a judge', () => {
  it('that refutes a sentence takes its support away, for a price that is a line of the ledger', async () => {
    const { said, judge } = await asked(VERBATIM, { answer: 'Here it is: {"1": "unsupported"}' })
    expect(said).toMatchObject({
      claims: [{ judged: 'unsupported', supported: false, reason: 'judge' }],
      grounding: 0,
      unsupported: { judge: 1 },
      judge: { endpoint: judge.id, failure: null },
    })
    expect(said.judge?.costNanoUsd).toBeGreaterThan(0)
    const read = JSON.stringify(judge.origin.requests.map(({ body }) => body.messages))
    for (const shown of [TEXT, 'Everyone has 30 days of leave a year.</sentence-'])
      expect(read).toContain(shown)
    await vi.waitFor(() => {
      expect(ledgerLines(caller.tenantId)).toContainEqual(
        expect.objectContaining({
          id: `${said.requestId}-judging`,
          endpoint_id: judge.id,
          cost_nano_usd: said.judge?.costNanoUsd,
        }),
      )
    }, PATIENCE)
  })

  it('that confirms helps a sentence in other words, and no wrong number', async () => {
    const verdicts = { answer: '{"1": "supported", "2": "supported"}' }
    const wrong = 'Everyone has 45 days of leave a year [1].'
    const { said } = await asked(`${PARAPHRASE} ${wrong}`, verdicts)
    expect(said.claims).toMatchObject([
      { judged: 'supported', supported: true, reason: null, checks: { entailment: expect.any(Number) } },
      { judged: null, supported: false, reason: 'number' },
    ])
    const { said: plain } = await asked(`${PARAPHRASE} ${wrong}`, verdicts, { verification: {} })
    expect(plain.claims).toMatchObject([{ judged: null, reason: 'entailment' }, { reason: 'number' }])
    expect(plain.judge).toBeUndefined()
    expect(said.grounding).toBeGreaterThan(plain.grounding)
  })

  it.each([
    { what: 'answers garbage', judge: { answer: 'All of this is true [1].' }, more: {}, isPaid: true },
    {
      what: 'may not cost that much',
      judge: { answer: '{"1": "unsupported"}' },
      more: { verification: { judge: true, maxJudgeCostUsd: 0 } },
      isPaid: false,
    },
    { what: 'is silent for five seconds', judge: { headDelayMs: 30_000 }, more: {}, isPaid: false },
    {
      what: 'is down',
      judge: { answer: '{"1": "unsupported"}', endpoint: { url: 'http://127.0.0.1:9/v1' } },
      more: {},
      isPaid: false,
    },
  ])(
    'that $what leaves the answer as its words were checked, and says why',
    async ({ judge, more, isPaid }) => {
      const { said } = await asked(VERBATIM, judge, more)
      expect(said).toMatchObject({
        outcome: 'answered',
        grounding: 1,
        claims: [{ judged: null, supported: true }],
      })
      expect(said.judge?.failure).toEqual(expect.any(String))
      expect((said.judge?.costNanoUsd ?? 0) > 0).toBe(isPaid)
    },
  )

  it('in a stream comes behind the text: claims are told by their words first, and as judged at the end', async () => {
    const { writer } = await models(`${VERBATIM} ${PARAPHRASE}`, {
      answer: '{"1": "partially", "2": "supported"}',
    })
    const response = await fetch(`${platform.url}/v1/query`, {
      method: 'POST',
      headers: { authorization: `Bearer ${caller.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(queryAt(writer.place, { stream: true })),
    })
    const events = await readEvents(response)
    const of = (name: string) => events.filter(({ event }) => event === name).map(({ data }) => data)
    expect(of('claim')).toMatchObject([
      { supported: true, judged: null },
      { reason: 'entailment', judged: null },
    ])
    expect(of('claims')).toMatchObject([
      {
        claims: [
          { supported: false, reason: 'judge', judged: 'partially' },
          { supported: true, judged: 'supported' },
        ],
        unsupported: { judge: 1 },
        judge: { failure: null },
      },
    ])
  })

  it('is shown nothing that it is not cleared for', async () => {
    const labelled = unique('labelled')
    await putLive(caller, labelled, 'salaries.md', { text: TEXT, labels: ['pii'] })
    const writer = await newEndpoint({ answer: VERBATIM, endpoint: { tier: 'm', clearance: ['pii'] } })
    const judge = await newEndpoint({ place: writer.place, answer: '{"1": "unsupported"}' })
    const { body } = await send(caller, 'POST', '/v1/query', queryAt(writer.place, { collection: labelled }))
    expect(body).toMatchObject({
      grounding: 1,
      judge: { endpoint: null, failure: expect.stringContaining('No endpoint') as string },
    })
    expect(judge.origin.requests).toHaveLength(0)
  })

  it('is asked about neither quoted passages nor an abstention', async () => {
    const nobody = { requirements: { tier: 'xl', levels: ['on_premises'] } }
    for (const [question, outcome] of [
      ['How many days of leave does everyone have?', 'answered'],
      ['Who painted the ceiling of the Sistine Chapel?', 'abstained'],
    ]) {
      const { body } = await send(caller, 'POST', '/v1/query', queryAt('nowhere', { ...nobody, question }))
      expect(body).toMatchObject({ outcome, judge: { endpoint: null, costNanoUsd: 0, failure: null } })
    }
  })
})
