import { describe, expect, it, vi } from 'vitest'
import {
  drainEndpointRoute,
  getEndpointRoute,
  listEndpointsRoute,
  patchEndpointRoute,
  putEndpointRoute,
  undrainEndpointRoute,
} from '../../shared/api/endpoints.ts'
import { getLimitsRoute, putLimitsRoute } from '../../shared/api/limits.ts'
import {
  deletePolicyRoute,
  getPolicyRoute,
  listPoliciesRoute,
  putPolicyRoute,
} from '../../shared/api/policies.ts'
import { PLAN_POLICIES } from '../../shared/domain/routing/policy.ts'
import {
  newEndpoint,
  newKey,
  newTenant,
  operator,
  PATIENCE,
  platform,
  putLive,
  register,
  send,
  unique,
} from './platform.ts'

const platformKey = { key: platform.adminKey }
const nowhere = { url: 'http://127.0.0.1:9/v1', model: 'm' }
const question = { question: 'How much leave does everyone have?', collection: 'notes' }
const document = { text: 'Everyone has 30 days of leave a year.' }

describe('an endpoint', () => {
  it('is changed in the fields that are given, down to one price, and in no other', async () => {
    const price = { inputUsdPerMTok: 1, outputUsdPerMTok: 2, gpuUsdPerHour: 0.123456789 }
    const id = await register({ ...nowhere, price, residency: ['eu'], clearance: ['pii'] })
    const before = await operator.call(getEndpointRoute, { params: { id } })
    const body = { maxConcurrency: 7, price: { inputUsdPerMTok: 3 } }
    const after = await operator.call(patchEndpointRoute, { params: { id }, body })
    const { updatedAt, live, ...said } = before
    expect(after).toMatchObject({ ...said, ...body, price: { ...said.price, inputUsdPerMTok: 3 } })
    expect(after.updatedAt > updatedAt).toBe(true)
    await operator.call(patchEndpointRoute, { params: { id }, body: { model: 'other' } })
    expect(await operator.call(getEndpointRoute, { params: { id } })).toMatchObject({
      model: 'other',
      maxConcurrency: 7,
      price: after.price,
    })
  })

  it('is checked as a whole after a change in part', async () => {
    const id = await register(nowhere)
    const refused = await send(platformKey, 'PATCH', `/v1/endpoints/${id}`, { kind: 'replicate' })
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } })
    expect(await operator.call(getEndpointRoute, { params: { id } })).toMatchObject({
      kind: 'openai-compatible',
    })
  })

  it('that is drained gets no new request, and stays drained when it is registered again', async () => {
    const caller = await newTenant()
    await putLive(caller, 'notes', 'leave.md', document)
    const { id, place, origin, model } = await newEndpoint()
    const ask = () =>
      send(caller, 'POST', '/v1/query', {
        ...question,
        requirements: { residency: [place], allowDegraded: false },
      })
    expect(await operator.call(drainEndpointRoute, { params: { id } })).toMatchObject({
      drained: true,
      live: { drained: true },
    })
    expect(await ask()).toMatchObject({ status: 503, body: { error: { code: 'no_endpoint' } } })
    const body = { url: origin.url, model, tier: 's' as const, price: {}, residency: [place] }
    expect(await operator.call(putEndpointRoute, { params: { id }, body })).toMatchObject({ drained: true })
    expect(await ask()).toMatchObject({ status: 503 })
    expect(origin.requests).toHaveLength(0)
    await operator.call(undrainEndpointRoute, { params: { id } })
    expect(await ask()).toMatchObject({ status: 200 })
  })

  it('shows what it knows of itself, and the list shows what it told last', async () => {
    const caller = await newTenant()
    await putLive(caller, 'notes', 'leave.md', document)
    const { id, place } = await newEndpoint()
    const unused = await operator.call(getEndpointRoute, { params: { id } })
    expect(unused.live).toMatchObject({
      inFlight: 0,
      queued: 0,
      queue: [],
      breaker: 'closed',
      admitShare: 1,
      served: 0,
    })
    await send(caller, 'POST', '/v1/query', { ...question, requirements: { residency: [place] } })
    await vi.waitFor(async () => {
      const { live } = await operator.call(getEndpointRoute, { params: { id } })
      expect(live).toMatchObject({
        served: 1,
        failed: 0,
        errorRate: 0,
        durationMs: expect.any(Number),
        // The answer came in one piece.
        timeToFirstTokenMs: null,
      })
      const { data } = await operator.call(listEndpointsRoute, { query: { limit: 1_000 } })
      expect(data.find((one) => one.id === id)?.live).toMatchObject({
        breaker: 'closed',
        inFlight: 0,
        lastServedAt: expect.any(String),
      })
    }, PATIENCE)
  })

  it('is one of a list that is read page by page', async () => {
    const ids = [await register(nowhere), await register(nowhere), await register(nowhere)].toSorted()
    const seen: string[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await operator.call(listEndpointsRoute, { query: { limit: 2, cursor } })
      expect(page.data.length).toBeLessThanOrEqual(2)
      seen.push(...page.data.map(({ id }) => id))
      cursor = page.nextCursor
    }
    expect(seen).toEqual([...new Set(seen)].toSorted())
    expect(seen.filter((id) => ids.includes(id))).toEqual(ids)
  })

  it('says what is allowed but seldom meant', async () => {
    const id = await register({ ...nowhere, url: 'http://gpu.example.com/v1' })
    const { warnings } = await operator.call(getEndpointRoute, { params: { id } })
    expect(warnings).toEqual([expect.stringContaining('url: http to a host outside')])
  })
})

describe('a routing policy', () => {
  const weights = { cost: 1, latency: 0, quality: 0 }

  it("is the plan's until one is set, and the plan's again when that is deleted", async () => {
    const { tenantId } = await newTenant()
    const admin = await newKey(tenantId, { scopes: ['admin'] })
    const shown = () => admin.call(getPolicyRoute, { params: { name: 'default' }, query: {} })
    expect(await shown()).toMatchObject({ policy: PLAN_POLICIES.free, set: {}, updatedAt: null })
    await admin.call(putPolicyRoute, { params: { name: 'default' }, body: { weights } })
    await admin.call(putPolicyRoute, { params: { name: 'batch' }, body: { priority: 'batch' } })
    expect(await shown()).toMatchObject({ policy: { ...PLAN_POLICIES.free, weights }, set: { weights } })
    const { data } = await admin.call(listPoliciesRoute, { query: {} })
    expect(data.map(({ name }) => name)).toEqual(['batch', 'default'])
    await admin.call(deletePolicyRoute, { params: { name: 'default' }, query: {} })
    expect(await shown()).toMatchObject({ policy: PLAN_POLICIES.free, updatedAt: null })
  })

  it('holds for the requests that name it; an unknown one and too high a priority are refused', async () => {
    const caller = await newTenant()
    await putLive(caller, 'notes', 'leave.md', document)
    const { place } = await newEndpoint()
    const { tenantId } = caller
    await operator.call(putPolicyRoute, {
      params: { name: 'night' },
      body: { tenantId, priority: 'batch' },
    })
    const ask = (requirements: object) =>
      send(caller, 'POST', '/v1/query', {
        ...question,
        requirements: { residency: [place], ...requirements },
      })
    expect(await ask({ policy: 'night' })).toMatchObject({
      status: 200,
      body: { route: { policy: 'night' } },
    })
    expect(await ask({})).toMatchObject({ status: 200, body: { route: { policy: 'plan:free' } } })
    expect(await ask({ policy: 'day' })).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found' } },
    })
    expect(await ask({ policy: 'night', priority: 'production-standard' })).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('requirements.priority') } },
    })
  })

  it('gives more priority than the plan only when operators set it', async () => {
    const { tenantId } = await newTenant()
    const admin = await newKey(tenantId, { scopes: ['admin'] })
    const body = { priority: 'production-critical' }
    expect(await send(admin, 'PUT', '/v1/policies/urgent', body)).toMatchObject({
      status: 403,
      body: { error: { message: expect.stringContaining('priority') } },
    })
    expect(await send(platformKey, 'PUT', '/v1/policies/urgent', { ...body, tenantId })).toMatchObject({
      status: 201,
    })
  })
})

describe('rate limits', () => {
  it('are shown with what is used of them, hold, and are lifted again', async () => {
    const caller = await newTenant()
    await putLive(caller, 'notes', 'leave.md', document)
    const { place } = await newEndpoint()
    const { tenantId, keyId } = caller
    const limits = { requestsPerMinute: 1, tokensPerMinute: null, concurrency: null }
    await operator.call(putLimitsRoute, { body: { tenantId, keyId, ...limits } })
    const ask = () =>
      send(caller, 'POST', '/v1/query', {
        ...question,
        requirements: { residency: [place], allowDegraded: false },
      })
    const first = await ask()
    expect(first).toMatchObject({ status: 200 })
    const told = ['limit', 'remaining', 'reset'].map((what) =>
      first.headers.get(`x-ratelimit-${what}-requests`),
    )
    expect(told).toEqual(['1', '0', '60s'])
    expect(await ask()).toMatchObject({ status: 429, body: { error: { code: 'rate_limited' } } })
    const { data } = await caller.call(getLimitsRoute, { query: {} })
    expect(data.find((one) => one.keyId === keyId)).toMatchObject({ ...limits, requests: 1 })
    await operator.call(putLimitsRoute, { body: { tenantId, keyId, ...limits, requestsPerMinute: null } })
    expect(await ask()).toMatchObject({ status: 200 })
  })

  it('of a whole tenant are for operators alone', async () => {
    const { tenantId, keyId } = await newTenant()
    const admin = await newKey(tenantId, { scopes: ['admin'] })
    const limits = { requestsPerMinute: 1_000, tokensPerMinute: null, concurrency: null }
    const budget = { period: 'day', limitUsd: 1_000 }
    expect(await send(admin, 'PUT', '/v1/limits', limits)).toMatchObject({ status: 403 })
    expect(await send(admin, 'PUT', '/v1/budgets', budget)).toMatchObject({ status: 403 })
    expect(await send(admin, 'PUT', '/v1/limits', { ...limits, keyId })).toMatchObject({ status: 200 })
    expect(await send(admin, 'PUT', '/v1/budgets', { ...budget, keyId })).toMatchObject({ status: 200 })
  })

  it('of a tenant or a key that nobody has are refused', async () => {
    const { tenantId } = await newTenant()
    const limits = { requestsPerMinute: 1, tokensPerMinute: null, concurrency: null }
    for (const body of [
      { tenantId: unique('absent'), ...limits },
      { tenantId, keyId: 'absent', ...limits },
    ])
      expect(await send(platformKey, 'PUT', '/v1/limits', body)).toMatchObject({ status: 404 })
  })
})
