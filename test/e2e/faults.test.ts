import OpenAI from 'openai'
import { beforeAll, describe, expect, it, vi } from 'vitest'
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

async function streamed({ model }: Endpoint, { key } = caller) {
  const client = new OpenAI({ apiKey: key, baseURL: `${platform.url}/v1`, maxRetries: 0 })
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

describe('a server that stays silent', () => {
  it.each([
    ['that has not taken the request is left, and costs nothing', { kind: 'slowHead', delayMs: 8_000 }, []],
    [
      'that has taken the request is left, and billed for what it read',
      { kind: 'stall', afterTokens: 0, forMs: 30_000 },
      ['cancelled'],
    ],
  ] as const)('%s: a second one answers', async (_, fault, billed) => {
    const impatient = await newTenant()
    await operator.call(putPolicyRoute, {
      params: { name: 'default' },
      body: { tenantId: impatient.tenantId, hedge: { afterTimes: 1, minMs: 200 } },
    })
    const { first, second } = await pair()
    first.origin.script(fault)
    const startedMs = performance.now()
    const { text, finish } = await streamed(first, impatient)
    expect(text).toBe(ANSWER)
    expect(finish).toEqual(['stop'])
    expect([first, second].map(({ origin }) => origin.requests.length)).toEqual([1, 1])
    await becomesIdle(first.id)
    await becomesIdle(second.id)
    // Long before the first would have answered or been given up.
    expect(performance.now() - startedMs).toBeLessThan(8_000)
    await vi.waitFor(() => {
      const outcomes = [first, second].map(({ id }) =>
        ledgerLines(impatient.tenantId)
          .filter(({ endpoint_id }) => endpoint_id === id)
          .map(({ outcome }) => outcome),
      )
      expect(outcomes).toEqual([billed, ['completed']])
    }, PATIENCE)
  })
})

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

const AWAY_MS = 6_000
/** How long the breaker stays open at least: 2 seconds at first, then twice as long each time, a fifth less by chance. */
const leastOpenMs = (opening: number) => 1_600 * 2 ** opening

describe('a server that is away for a while', () => {
  it('is asked once per window of its breaker, and again when it is back', async () => {
    const { first, second } = await pair()
    const body = {
      model: first.model,
      messages: [{ role: 'user', content: 'Count, please.' }],
      max_tokens: 100,
    }
    const ask = async () => {
      const sentAtMs = performance.now()
      const answer = await send(caller, 'POST', '/v1/chat/completions', body)
      expect(answer.status).toBe(200)
      const { attempts, endpoint } = routeOf(answer.body)
      const isWasted = attempts.some(
        (attempt) => attempt.endpoint === first.id && attempt.outcome.startsWith('upstream_'),
      )
      return { sentAtMs, answeredAtMs: performance.now(), endpoint, isWasted }
    }
    const asked: Awaited<ReturnType<typeof ask>>[] = []
    const backAtMs = performance.now() + AWAY_MS
    first.origin.script({ kind: 'outage', forMs: AWAY_MS })
    // An answer that comes later may be from a probe that found it back.
    for (let next = await ask(); next.answeredAtMs < backAtMs; next = await ask()) {
      asked.push(next)
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    expect(new Set(asked.map(({ endpoint }) => endpoint))).toEqual(new Set([second.id]))
    const wasted = asked.filter(({ isWasted }) => isWasted)
    expect(wasted[0]).toBe(asked[0])
    // From before one failed until after the next had failed, a whole window has passed.
    for (const [opening, { answeredAtMs }] of wasted.slice(1).entries())
      expect(answeredAtMs - (wasted[opening]?.sentAtMs ?? 0)).toBeGreaterThan(leastOpenMs(opening))

    await vi.waitFor(async () => expect((await ask()).endpoint).toBe(first.id), PATIENCE)
  })
})

type Route = {
  readonly endpoint: string
  readonly attempts: readonly { readonly endpoint: string; readonly outcome: string }[]
}
const routeOf = (body: unknown) => (body as { fairlead: { route: Route } }).fairlead.route
