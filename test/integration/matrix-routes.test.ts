import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { ApiEnv } from '../../shared/api/define-route.ts'
import { getConfigurationRoute, listMatrixRoute, planRoute } from '../../shared/api/matrix.ts'
import { VERDICTS } from '../../shared/domain/matrix/cells/cell.ts'
import { findCell, matrixCells } from '../../shared/domain/matrix/cells/matrix.ts'
import { select } from '../../shared/domain/matrix/selection/select.ts'
import { GPU_NAMES } from '../../shared/domain/matrix/sources/sources.ts'
import type { Scope } from '../../shared/domain/principal.ts'
import { LEVELS, TIERS } from '../../shared/domain/tiers.ts'
import { renderError, toAppError } from '../../shared/http/api-app.ts'
import { matrixRoutes } from '../../workers/router/routes/matrix.ts'

const app = (scopes: readonly Scope[]) => {
  const routes = new Hono<ApiEnv>()
  const key = { tenantId: 't', plan: 'free' as const, keyId: 'k', collections: null, principals: [] }
  routes.use(async (c, next) => {
    c.set('context', { requestId: 'req_1', principal: { ...key, scopes } })
    await next()
  })
  routes.onError((thrown) => renderError(toAppError(thrown), 'req_1'))
  return routes.route('/', matrixRoutes())
}

async function call(path: string, body?: unknown, scopes: readonly Scope[] = ['query']) {
  const headers = { 'content-type': 'application/json' }
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers }
  const response = await app(scopes).request(`/v1${path}`, init)
  return { status: response.status, body: await response.json() }
}

const refusal = (code: string, ...words: string[]) => ({
  error: { code, message: expect.stringMatching(new RegExp(words.join('.*'))) as string },
})

/** As strict as the route's own description: a field that it lacks is a mistake. */
const schemaOf = <T>(route: { responses: { 200: { content: { 'application/json': { schema: T } } } } }): T =>
  route.responses[200].content['application/json'].schema

describe('GET /v1/matrix', () => {
  const list = async (query = '') => {
    const { status, body } = await call(`/matrix${query}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({ nextCursor: null })
    return schemaOf(listMatrixRoute).parse(body).data
  }

  it('lists every configuration once, as its route describes it', async () => {
    const data = await list()
    expect(data.map(({ configuration }) => configuration)).toEqual(matrixCells().map(({ id }) => id))
    expect(await call('/matrix')).toMatchObject({ body: { data } })
  })

  it('gives money in dollars and exactly', async () => {
    const summaries = await list()
    const priced = summaries.flatMap((summary) => {
      const [cheapest] = findCell(summary.configuration)?.costs ?? []
      return cheapest ? [{ summary, cheapest }] : []
    })
    for (const { summary, cheapest } of priced)
      expect(summary).toMatchObject({
        provider: cheapest.provider,
        usdPerKTok: cheapest.nanoUsdPerKTok / 1e9,
        nanoUsdPerKTok: cheapest.nanoUsdPerKTok,
        monthlyUsd: cheapest.monthlyNanoUsd / 1e9,
        monthlyNanoUsd: cheapest.monthlyNanoUsd,
      })
    expect(priced.length).toBeGreaterThan(0)
    const isUnpriced = summaries.map(({ nanoUsdPerKTok }) => nanoUsdPerKTok === null)
    expect(isUnpriced.filter(Boolean)).toHaveLength(summaries.length - priced.length)
  })

  it.each([
    ['tier', TIERS],
    ['gpu', GPU_NAMES],
    ['level', LEVELS],
    ['verdict', VERDICTS],
  ] as const)('shows only one %s when asked, and all of them together are all', async (field, values) => {
    const parts = await Promise.all(values.map((value) => list(`?${field}=${value}`)))
    for (const [index, part] of parts.entries())
      for (const summary of part) expect(summary[field]).toBe(values[index])
    expect(parts.flat()).toHaveLength(matrixCells().length)
  })

  it('holds every filter that is given', async () => {
    const data = await list('?tier=l&gpu=h100&level=serverless')
    expect(data.map(({ configuration }) => configuration)).toEqual(['l.h100.serverless'])
  })

  it('refuses a filter or value it does not know, naming it', async () => {
    expect(await call('/matrix?tier=huge')).toMatchObject({
      status: 400,
      body: refusal('invalid_request', 'tier', '"xl"'),
    })
    expect(await call('/matrix?cloud=aws')).toMatchObject({
      status: 400,
      body: refusal('invalid_request', 'cloud'),
    })
  })
})

describe('GET /v1/matrix/{configuration}', () => {
  it('shows each configuration whole, and every reason with its kind', async () => {
    for (const cell of matrixCells()) {
      const { status, body } = await call(`/matrix/${cell.id}`)
      expect(status).toBe(200)
      const shown = schemaOf(getConfigurationRoute).parse(body)
      expect(body).toEqual(shown)
      expect(shown).toMatchObject({
        configuration: cell.id,
        verdict: cell.verdict,
        reasons: cell.reasons,
        plan: cell.plan,
        costs: cell.costs,
        requirement: cell.requirement,
        failureModes: cell.failureModes,
        guidance: cell.guidance,
      })
      for (const cost of shown.costs) expect(cost.monthlyUsd).toBe(cost.monthlyNanoUsd / 1e9)
    }
  })

  it('does not know others, and says where they are listed', async () => {
    expect(await call('/matrix/l.v100.serverless')).toMatchObject({
      status: 404,
      body: refusal('not_found', '"l\\.v100\\.serverless"', 'GET /v1/matrix'),
    })
  })
})

describe('POST /v1/plan', () => {
  const plan = async (body: unknown) => {
    const answer = await call('/plan', body)
    expect(answer.status).toBe(200)
    const selection = schemaOf(planRoute).parse(answer.body)
    expect(answer.body).toEqual(selection)
    return selection
  }

  it.each([
    { tier: 'm' },
    { task: 'complex', maxTimeToFirstTokenMs: 1_000, compliance: ['hipaa'], users: 200 },
    { tier: 'xl', maxUsdPerKTok: 0.000_001, residency: ['eu'], levels: ['serverless'], gpus: ['b200'] },
  ])('puts every configuration of the tier on one of its two lists: %o', async (requirements) => {
    const { tier, ranked, rejected } = await plan(requirements)
    expect([...ranked, ...rejected].map(({ configuration }) => configuration).toSorted()).toEqual(
      matrixCells()
        .filter((cell) => cell.tier === tier)
        .map(({ id }) => id)
        .toSorted(),
    )
    for (const { reasons } of rejected) expect(reasons).not.toEqual([])
    for (const { monthlyUsd, monthlyNanoUsd } of ranked) expect(monthlyUsd).toBe(monthlyNanoUsd / 1e9)
  })

  it('answers what is chosen for all that is required', async () => {
    const requirements = { tier: 'l', compliance: ['hipaa'], users: 200, levels: ['hyperscaler'] } as const
    const { tier, ranked, rejected } = select(matrixCells(), requirements)
    expect(ranked).not.toEqual([])
    expect(await plan(requirements)).toMatchObject({ tier, ranked, rejected })
  })

  it('takes the tier by its name or by its task', async () => {
    expect(await plan({ task: 'frontier' })).toEqual(await plan({ tier: 'xl' }))
    expect(await plan({ task: 'frontier', tier: 'xl' })).toEqual(await plan({ tier: 'xl' }))
    expect((await plan({})).tier).toBe('s')
  })

  it('refuses a field it does not know, naming it', async () => {
    expect(await call('/plan', { tier: 'l', maxTtft: 1 })).toMatchObject({
      status: 400,
      body: refusal('invalid_request', 'maxTtft'),
    })
  })

  it.each([
    [{ users: 0, tier: 'l' }, 'users'],
    [{ gpus: ['v100'], tier: 'l' }, 'gpus'],
    [{ compliance: ['hippa'], tier: 'l' }, 'compliance'],
    [{ tier: 's', task: 'complex' }, 'task'],
  ])('refuses %o, naming %s', async (body, named) => {
    expect(await call('/plan', body)).toMatchObject({ status: 400, body: refusal('invalid_request', named) })
  })
})

it.each(['/matrix', '/matrix/l.h100.serverless', '/plan'])('%s takes a key with query', async (path) => {
  const body = path === '/plan' ? { tier: 'l' } : undefined
  expect(await call(path, body, ['documents:read', 'billing:read'])).toMatchObject({
    status: 403,
    body: refusal('forbidden', '"query"'),
  })
  expect((await call(path, body, ['query'])).status).toBe(200)
})
