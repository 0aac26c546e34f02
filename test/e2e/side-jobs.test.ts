import { request } from 'node:http'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { queryRoute } from '../../shared/api/ask.ts'
import { putLimitsRoute } from '../../shared/api/limits.ts'
import { putTemplateRoute } from '../../shared/api/templates.ts'
import {
  becomesIdle,
  type Caller,
  ledgerLines,
  newEndpoint,
  newKey,
  newTenant,
  operator,
  PATIENCE,
  platform,
  putLive,
  send,
} from './platform.ts'

const QUESTION = 'How many days of leave does everyone have?'
const TEXT = 'Everyone has 30 days of leave a year. Trains are booked by the office.'
const VERBATIM = 'Everyone has 30 days of leave a year [1].'
const SIDE_ANSWER = '{"standalone": "days of leave a year", "1": "supported"}'
/** Shorter than the five seconds after which a side job is given up anyway. */
const AT_ONCE = { timeout: 2_500, interval: 25 }

let caller: Caller
beforeAll(async () => {
  caller = await newTenant()
  await putLive(caller, 'notes', 'leave.md', { text: TEXT })
})

/** One model that answers, and a smaller one that rewords and judges. */
async function models(small: Parameters<typeof newEndpoint>[0] = {}) {
  const large = await newEndpoint({ answer: VERBATIM, endpoint: { tier: 'm' } })
  return { large, small: await newEndpoint({ answer: SIDE_ANSWER, place: large.place, ...small }) }
}

const queryAt = (
  place: string,
  { requirements = {}, ...more }: { requirements?: object; [field: string]: unknown } = {},
) => ({
  question: QUESTION,
  collection: 'notes',
  requirements: { tier: 'm', residency: [place], ...requirements },
  ...more,
})
const chatAt = (place: string, more: object) => ({
  model: 'tier-m',
  messages: [{ role: 'user', content: QUESTION }],
  fairlead: { collection: 'notes', requirements: { residency: [place] }, ...more },
})
const read = (body: unknown) => queryRoute.responses[200].content['application/json'].schema.parse(body)

/**
 * Asks as a client that can leave. It resets its connection, as a proxy does: a mere end of what it sends may be half a close, of which workerd
 * tells nobody before it writes the next time.
 */
function leaving(path: string, body: object) {
  const headers = { authorization: `Bearer ${caller.key}`, 'content-type': 'application/json' }
  const asking = request(platform.url + path, { method: 'POST', agent: false, headers })
  const left = new Promise((resolve) => asking.on('close', resolve))
  asking.on('response', (response) => response.resume().on('error', () => {}))
  asking.on('error', () => {}).end(JSON.stringify(body))
  return async () => {
    asking.socket?.resetAndDestroy()
    await left
  }
}

describe('rewording and judging', () => {
  it('count in no rate limit: a tenant with one request a minute has both, and its second question is refused', async () => {
    const limited = await newTenant()
    await putLive(limited, 'notes', 'leave.md', { text: TEXT })
    const body = { tenantId: limited.tenantId, requestsPerMinute: 1, tokensPerMinute: null, concurrency: 1 }
    await operator.call(putLimitsRoute, { body })
    const { large } = await models()
    const both = { retrieval: { rewrite: ['condense'] }, verification: { judge: true } }
    const first = await send(limited, 'POST', '/v1/query', queryAt(large.place, both))
    expect(first).toMatchObject({
      status: 200,
      body: { rewriting: { failure: null }, judge: { failure: null } },
    })
    expect(await send(limited, 'POST', '/v1/query', queryAt(large.place))).toMatchObject({ status: 429 })
  })

  it('take from the time that the caller waits, and are in the time that is told', async () => {
    const { large } = await models({ headDelayMs: 2_000 })
    const both = { retrieval: { rewrite: ['condense'] }, verification: { judge: true } }
    const startedMs = Date.now()
    const wanted = queryAt(large.place, { ...both, requirements: { maxLatencyMs: 3_000 } })
    const { body } = await send(caller, 'POST', '/v1/query', wanted)
    const tookMs = Date.now() - startedMs
    expect(tookMs).toBeLessThan(3_800)
    const { timings, rewriting, judge, answer } = read(body)
    expect(answer).toBe(VERBATIM)
    // Half of the time is left for the answer; what that leaves is too short for this judge.
    expect([rewriting?.standalone, judge?.endpoint]).toEqual([null, null])
    expect(timings.retrievalMs).toBeGreaterThan(1_400)
    expect(timings.generationMs).toBeLessThan(1_000)
    expect(timings.judgingMs).toBeGreaterThan(500)
    expect(timings.totalMs).toBeGreaterThan(2_800)
    expect(timings.totalMs).toBeLessThanOrEqual(tookMs)
  })

  it('say which endpoints may not serve and why, in short', async () => {
    const { large, small } = await models()
    const both = {
      retrieval: { rewrite: ['condense'], maxRewriteCostUsd: 0 },
      verification: { judge: true, maxJudgeCostUsd: 0 },
    }
    const { rewriting, judge } = read(
      (await send(caller, 'POST', '/v1/query', queryAt(large.place, both))).body,
    )
    for (const failure of [rewriting?.failure, judge?.failure]) {
      expect(failure).toMatch(/^No endpoint satisfies the requirements: \S+ \(\w+\)/)
      expect(failure).not.toContain('details')
    }
    expect(small.origin.requests).toEqual([])
  })
})

describe('a client that leaves', () => {
  it.each([
    ['/v1/query', true],
    ['/v1/query', false],
    ['/v1/chat/completions', true],
    ['/v1/chat/completions', false],
  ])('%s (stream: %s) while the judge reads cancels the judge', async (path, stream) => {
    const { large, small } = await models({ headDelayMs: 30_000 })
    const judged = { verification: { judge: true } }
    const body = path === '/v1/query' ? queryAt(large.place, judged) : chatAt(large.place, judged)
    const leave = leaving(path, { ...body, stream })
    await vi.waitFor(() => expect(small.origin.requests).toHaveLength(1), PATIENCE)
    await leave()
    await vi.waitFor(() => expect(small.origin.requests[0]).toMatchObject({ disconnected: true }), AT_ONCE)
    await becomesIdle(small.id)
    const paid = ledgerLines(caller.tenantId).filter(({ endpoint_id }) => endpoint_id === small.id)
    expect(paid).toEqual([])
  })

  it('while the question is reworded is neither searched nor answered for', async () => {
    const { large, small } = await models({ headDelayMs: 30_000 })
    const body = queryAt(large.place, { retrieval: { rewrite: ['condense'] } })
    const leave = leaving('/v1/query', body)
    await vi.waitFor(() => expect(small.origin.requests).toHaveLength(1), PATIENCE)
    await leave()
    await vi.waitFor(() => expect(small.origin.requests[0]).toMatchObject({ disconnected: true }), AT_ONCE)
    await becomesIdle(small.id)
    expect(large.origin.requests).toEqual([])
  })
})

describe('a request that names what has no effect', () => {
  const chat = (fairlead: object) => ({
    model: 'auto',
    messages: [{ role: 'user', content: 'Hello' }],
    fairlead,
  })
  it.each<[string, Record<string, unknown>, string]>([
    [
      '/v1/query',
      { verification: { maxJudgeCostUsd: 0.5 } },
      'verification.maxJudgeCostUsd: needs verification.judge',
    ],
    [
      '/v1/query',
      { retrieval: { maxRewriteCostUsd: 0.5 } },
      'retrieval.maxRewriteCostUsd: needs retrieval.rewrite',
    ],
    [
      '/v1/chat/completions',
      chat({ template: 'no-such-template' }),
      'fairlead.template: needs fairlead.collection',
    ],
  ])('%s %j is refused with "%s"', async (path, more, message) => {
    const body = path === '/v1/query' ? queryAt('nowhere', more) : more
    expect(await send(caller, 'POST', path, body)).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_request', message: expect.stringContaining(message) as string } },
    })
  })
})

it('a template that marks words has the judge read marked passages, too', async () => {
  const admin = await newKey(caller.tenantId, { scopes: ['admin'] })
  const careful = { instructions: 'Be careful.', marking: 'words' as const }
  await admin.call(putTemplateRoute, { params: { name: 'careful' }, body: careful })
  const { large, small } = await models()
  const marked = queryAt(large.place, { template: 'careful', verification: { judge: true } })
  const { judge } = read((await send(caller, 'POST', '/v1/query', marked)).body)
  expect(judge?.failure).toBeNull()
  const [rules, put] = small.origin.requests[0]?.body.messages?.map(({ content }) => String(content)) ?? []
  const mark = /its words joined by (\S)\.\n/.exec(put ?? '')?.[1] ?? 'none'
  expect(rules).toContain('joined by a mark')
  expect(put).toContain(TEXT.replaceAll(' ', mark))
  expect(put).toContain('Everyone has 30 days of leave a year.</sentence-')
})
