import OpenAI from 'openai'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { getEndpointRoute } from '../../shared/api/endpoints.ts'
import { putPolicyRoute } from '../../shared/api/policies.ts'
import {
  becomesIdle,
  type Caller,
  type Endpoint,
  ledgerLines,
  newEndpoint,
  newTenant,
  operator,
  PATIENCE,
  platform,
  send,
  unique,
} from './platform.ts'

/** The four scenarios of failoverbench, against two servers of one model of which the first is much the cheaper. */
const TOKENS = 60
const ANSWER = Array.from({ length: TOKENS }, (_, index) => `word${index}`).join(' ')

let caller: Caller
beforeAll(async () => {
  caller = await newTenant()
  await operator.call(putPolicyRoute, {
    params: { name: 'default' },
    body: {
      tenantId: caller.tenantId,
      deadlines: { headMs: 1_000, firstTokenMs: 1_000, stallMs: 1_000 },
      maxWaitMs: 0,
    },
  })
})

async function pair(): Promise<{ first: Endpoint; second: Endpoint }> {
  const model = unique('model')
  const at = (usd: number) =>
    newEndpoint({
      model,
      answerTokenCount: TOKENS,
      tokenDelayMs: 1,
      endpoint: { price: { inputUsdPerMTok: usd, outputUsdPerMTok: usd } },
    })
  return { first: await at(0.1), second: await at(10) }
}

async function streamed({ model }: Endpoint) {
  const client = new OpenAI({ apiKey: caller.key, baseURL: `${platform.url}/v1`, maxRetries: 0 })
  const stream = await client.chat.completions.create({
    model,
    messages: [{ role: 'user', content: 'Count, please.' }],
    max_tokens: 100,
    stream: true,
    stream_options: { include_usage: true },
  })
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  return {
    text: chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join(''),
    finish: chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? []),
    usage: chunks.at(-1)?.usage,
  }
}

describe('an answer whose server fails in the middle', () => {
  it.each([
    ['cuts the connection after 40 of 60 tokens', { kind: 'cut', afterTokens: 40 }],
    ['falls silent after 20 tokens', { kind: 'stall', afterTokens: 20, forMs: 30_000 }],
    ['sends an event that nobody can read', { kind: 'malformed', afterTokens: 30 }],
  ] as const)('is gone on with by another and is whole, when the server %s', async (_, fault) => {
    const { first, second } = await pair()
    first.origin.script(fault)
    const { text, finish, usage } = await streamed(first)
    expect(text).toBe(ANSWER)
    expect(finish).toEqual(['stop'])
    expect([first, second].map(({ origin }) => origin.requests.length)).toEqual([1, 1])
    expect(second.origin.requests[0]?.body).toMatchObject({ continue_final_message: true })

    await becomesIdle(first.id)
    await becomesIdle(second.id)
    // Both parts are in the ledger, and what the client was told is their sum.
    await vi.waitFor(() => {
      const lines = ledgerLines(caller.tenantId).filter(({ endpoint_id }) =>
        [first.id, second.id].includes(String(endpoint_id)),
      )
      expect(new Set(lines.map(({ outcome }) => outcome))).toEqual(new Set(['completed', 'failed']))
      expect(lines).toHaveLength(2)
      const tokens = lines.reduce((sum, line) => sum + Number(line['completion_tokens']), 0)
      expect(usage?.completion_tokens).toBe(tokens)
    }, PATIENCE)
  })
})

describe('a server that is away for a while', () => {
  it('is asked once per window of its breaker, and again when it is back', async () => {
    const { first, second } = await pair()
    first.origin.script({ kind: 'outage', forMs: 6_000 })
    const body = {
      model: first.model,
      messages: [{ role: 'user', content: 'Count, please.' }],
      max_tokens: 100,
    }
    const served: string[] = []
    let wasted = 0
    let openings = 0
    let wasOpen = false
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => send(caller, 'POST', '/v1/chat/completions', body)),
      )
      for (const { status, body } of answers) {
        expect(status).toBe(200)
        const { attempts, endpoint } = routeOf(body)
        served.push(endpoint)
        wasted += attempts.filter(
          (attempt) => attempt.endpoint === first.id && attempt.outcome.startsWith('upstream_'),
        ).length
      }
      const { live } = await operator.call(getEndpointRoute, { params: { id: first.id } })
      const isOpen = live?.breaker === 'open'
      if (isOpen && !wasOpen) openings += 1
      wasOpen = isOpen
      await new Promise((resolve) => setTimeout(resolve, 400))
    }
    expect(served.every((id) => id === second.id)).toBe(true)
    // The first round may send five at once before any of them has failed; after that only probes are sent.
    expect(wasted).toBeLessThanOrEqual(5 + Math.max(2, openings))

    await vi.waitFor(async () => {
      const { body: answer } = await send(caller, 'POST', '/v1/chat/completions', body)
      expect(routeOf(answer).endpoint).toBe(first.id)
    }, PATIENCE)
  })
})

type Route = {
  readonly endpoint: string
  readonly attempts: readonly { readonly endpoint: string; readonly outcome: string }[]
}
const routeOf = (body: unknown) => (body as { fairlead: { route: Route } }).fairlead.route
