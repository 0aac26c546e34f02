import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ApiEnv } from '../../shared/api/define-route.ts'
import { database } from '../../shared/db/client.ts'
import { answers } from '../../shared/db/schema.ts'
import type { AnswerDecision, AnswerRecord } from '../../shared/domain/answer.ts'
import type { Principal } from '../../shared/domain/principal.ts'
import { DEFAULT_RETRIEVAL } from '../../shared/domain/retrieval/settings.ts'
import { DAY_MS } from '../../shared/domain/rollup.ts'
import { renderError, toAppError } from '../../shared/http/api-app.ts'
import { forgetAnswers } from '../../workers/cost/jobs/forget-answers.ts'
import { recordAnswers } from '../../workers/cost/jobs/record-answers.ts'
import { feedbackRoutes } from '../../workers/router/routes/feedback.ts'

const db = database(env.DB)
let nowMs = Date.UTC(2026, 10, 1)
const now = () => nowMs
let tenantId: string
beforeEach(() => {
  tenantId = `feedback-${crypto.randomUUID()}`
})

/** As answers were kept before the whole decision was. */
const CHOICE = {
  tier: 's',
  policy: 'plan:free',
  endpoint: 'e',
  configuration: null,
  level: null,
  model: 'm',
  degraded: false,
  reasons: ['The cheapest that fits'],
} as const
const WHOLE = {
  ...CHOICE,
  provider: 'bare',
  region: 'here',
  complexity: 0.2,
  confidence: 0.9,
  features: [{ name: 'words', contribution: 0.1 }],
  candidates: [{ endpoint: 'e', expectedUsd: 0.001, predictedMs: 900, score: 0.1 }],
  considered: 3,
  rejected: [{ endpoint: 'f', reason: 'residency' }],
  rejectedCounts: { residency: 2 },
  attempts: [{ endpoint: 'e', outcome: 'ok', durationMs: 800 }],
}
const MADE_WITH = {
  template: { name: 'qa', version: 2, builtIn: true },
  retrieval: { ...DEFAULT_RETRIEVAL, weights: { lexical: 0.6, dense: 0.4 }, topK: 4 },
  hints: { language: 'de', intent: 'lookup' as const },
}

const answerOf = (rest: Partial<AnswerRecord> = {}): AnswerRecord => ({
  requestId: `req_${crypto.randomUUID().replaceAll('-', '')}`,
  tenantId,
  keyId: 'asker',
  collection: 'notes',
  question: 'How many days?',
  turns: 0,
  answer: '30 days [1].',
  outcome: 'answered',
  abstention: null,
  sources: [{ documentId: 'leave.md', version: 1, start: 9, end: 40, cited: true, probability: 0.9 }],
  grounding: 0.9,
  route: { ...WHOLE, ...MADE_WITH },
  createdAtMs: nowMs,
  ...rest,
})

const log: Record<string, unknown>[] = []
const jobs = (rest: Partial<Parameters<typeof forgetAnswers>[0]> = {}) => ({
  db,
  now,
  log: (event: Record<string, unknown>) => void log.push(event),
  ...rest,
})

async function deliver(bodies: readonly unknown[], deps = jobs()) {
  const messages = bodies.map((body) => ({
    id: crypto.randomUUID(),
    timestamp: new Date(0),
    attempts: 1,
    body,
  }))
  const batch = createMessageBatch('fairlead-answers', messages)
  await recordAnswers(deps, batch)
  return (await getQueueResult(batch, createExecutionContext())).retryBatch.retry
}

async function kept(...records: AnswerRecord[]): Promise<string[]> {
  await deliver(records.map((record) => ({ type: 'answer', record })))
  return records.map(({ requestId }) => requestId)
}

type Body = {
  data: Record<string, unknown>[]
  nextCursor: string | null
  error: { code: string; message: string }
}

/** The routes as one key sees them. */
function as(rest: Partial<Principal> = {}) {
  const principal: Principal = {
    tenantId,
    plan: 'free',
    keyId: 'k',
    scopes: ['admin'],
    collections: null,
    principals: [],
    ...rest,
  }
  const app = new Hono<ApiEnv>()
  app.use(async (c, next) => {
    c.set('context', { requestId: 'req_1', principal })
    await next()
  })
  app.onError((thrown) => renderError(toAppError(thrown), 'req_1'))
  app.route('/', feedbackRoutes({ db, now }))
  const answer = async (response: Response | Promise<Response>) => {
    const { status } = await response
    return { status, body: await (await response).json<Body & Record<string, unknown>>() }
  }
  const headers = { 'content-type': 'application/json' }
  return {
    rate: (requestId: string, rating: 'up' | 'down', more: object = {}) =>
      answer(
        app.request('/v1/feedback', {
          method: 'POST',
          headers,
          body: JSON.stringify({ requestId, rating, ...more }),
        }),
      ),
    list: (query = '') => answer(app.request(`/v1/feedback${query}`)),
  }
}

const requestIds = ({ body }: { body: Body }) => body.data.map(({ requestId }) => String(requestId))

describe('feedback', () => {
  it('stands with the answer, its sources, its decision and what it was made with', async () => {
    const record = answerOf()
    const [id = ''] = await kept(record)
    const given = await as({ keyId: 'reader', scopes: ['query'] }).rate(id, 'down', {
      comment: 'outdated',
      correctAnswer: '31',
    })
    const said = {
      requestId: id,
      rating: 'down',
      comment: 'outdated',
      correctAnswer: '31',
      ratedAt: '2026-11-01T00:00:00.000Z',
    }
    expect(given).toEqual({ status: 200, body: said })
    const { tenantId: _, createdAtMs: __, ...shown } = record
    expect((await as().list()).body).toEqual({
      data: [
        {
          ...shown,
          ...said,
          route: WHOLE,
          ...MADE_WITH,
          ratedBy: 'reader',
          createdAt: '2026-11-01T00:00:00.000Z',
        },
      ],
      nextCursor: null,
    })
  })

  it('on an answer that was kept before whole decisions were is shown without the rest', async () => {
    const route: AnswerDecision = CHOICE
    const sources = [{ documentId: 'leave.md', version: 1, start: 9, end: 40, cited: true }]
    const old = answerOf({ route, sources })
    await db.insert(answers).values(old)
    const [late = ''] = await kept(answerOf({ route, sources }))
    for (const id of [old.requestId, late]) {
      await as().rate(id, 'up')
      const { body } = await as().list()
      expect(body.data.find(({ requestId }) => requestId === id)).toMatchObject({
        sources,
        route: CHOICE,
        template: null,
        retrieval: null,
        hints: null,
      })
    }
  })

  it('takes the place of what was said before, whole', async () => {
    const [id = ''] = await kept(answerOf())
    await as().rate(id, 'down', { comment: 'wrong', correctAnswer: '31' })
    await as().rate(`chatcmpl-${id}`, 'up')
    expect((await as().list()).body.data).toMatchObject([
      { rating: 'up', comment: null, correctAnswer: null },
    ])
  })

  it('outlives a second delivery of the answer', async () => {
    const record = answerOf()
    const [id = ''] = await kept(record, record)
    await as().rate(id, 'up')
    await kept(record)
    expect((await as().list()).body.data).toMatchObject([{ rating: 'up' }])
  })

  it.each([
    { who: 'of another tenant', key: { tenantId: 'stranger' } },
    { who: 'for other collections', key: { collections: ['other'] } },
  ])('by a key $who is met as if there were no such answer', async ({ key }) => {
    const [id = ''] = await kept(answerOf())
    const refused = await as(key).rate(id, 'up')
    const unknown = await as(key).rate('req_absent', 'up')
    expect(refused).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
    expect(refused.body.error.message).toBe(unknown.body.error.message.replace('req_absent', id))
    expect(refused.body.error.message).toMatch(/^requestId: .*30 days.*within seconds/)
    expect((await as().list()).body.data).toEqual([])
  })
})

describe('the list of feedback', () => {
  it('comes page by page, the latest first, each answer once', async () => {
    const ids = await kept(answerOf(), answerOf(), answerOf(), answerOf(), answerOf())
    // All but the first in the same millisecond.
    for (const [index, id] of ids.entries()) {
      nowMs += index === 1 ? 1 : 0
      await as().rate(id, 'up')
    }
    const seen: string[] = []
    for (let query: string | null = '?limit=2'; query !== null; ) {
      const page = await as().list(query)
      seen.push(...requestIds(page))
      query = page.body.nextCursor && `?limit=2&cursor=${page.body.nextCursor}`
    }
    expect(seen.toSorted()).toEqual(ids.toSorted())
    expect(seen.at(-1)).toBe(ids[0])
  })

  it('narrows to a rating, a collection, and what the key may use', async () => {
    const [a = '', b = '', c = ''] = await kept(answerOf(), answerOf(), answerOf({ collection: 'other' }))
    await as().rate(a, 'up')
    await as().rate(b, 'down')
    await as().rate(c, 'up')
    expect(requestIds(await as().list('?rating=down'))).toEqual([b])
    expect(requestIds(await as().list('?collection=other'))).toEqual([c])
    expect(requestIds(await as({ collections: ['other'] }).list())).toEqual([c])
  })

  it('is for admins, of their own tenant unless they are the operators', async () => {
    const [id = ''] = await kept(answerOf())
    await as().rate(id, 'up')
    expect(await as({ scopes: ['query', 'documents:write', 'operate'] }).list()).toMatchObject({
      status: 403,
    })
    expect(requestIds(await as({ tenantId: 'stranger' }).list())).toEqual([])
    expect(await as({ tenantId: 'stranger' }).list(`?tenantId=${tenantId}`)).toMatchObject({ status: 403 })
    expect(requestIds(await as({ tenantId: 'system' }).list(`?tenantId=${tenantId}`))).toEqual([id])
  })

  it('refuses a cursor that is none', async () => {
    expect(await as().list('?cursor=x')).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_request' } },
    })
  })
})

describe('answers', () => {
  it('are forgotten after 30 days, with the feedback on them', async () => {
    const [old = '', young = ''] = await kept(
      answerOf({ createdAtMs: nowMs - 30 * DAY_MS - 1 }),
      answerOf({ createdAtMs: nowMs - 30 * DAY_MS }),
    )
    await as().rate(old, 'up')
    await as().rate(young, 'up')
    await forgetAnswers(jobs())
    expect(requestIds(await as().list())).toEqual([young])
    expect(await as().rate(old, 'down')).toMatchObject({ status: 404 })
  })

  it('that cannot be read are logged and hold up no other', async () => {
    const record = answerOf()
    expect(
      await deliver([
        'text',
        { type: 'answer', record: { ...record, turns: -1 } },
        { type: 'answer', record },
      ]),
    ).toBe(false)
    expect(log.filter(({ event }) => event === 'answer_unreadable')).toMatchObject([
      {},
      { issues: expect.stringContaining('turns') },
    ])
    expect(await as().rate(record.requestId, 'up')).toMatchObject({ status: 200 })
  })

  it('come again while the database cannot be written', async () => {
    const failing = {
      prepare: env.DB.prepare.bind(env.DB),
      batch: () => Promise.reject(new Error('D1_ERROR')),
    }
    const deps = jobs({ db: database(failing as unknown as D1Database) })
    expect(await deliver([{ type: 'answer', record: answerOf() }], deps)).toBe(true)
    expect(log.at(-1)).toMatchObject({
      event: 'answers_not_recorded',
      error: { causes: ['Error: D1_ERROR'] },
    })
  })
})
