import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type { Client } from '../../cli/lib/client.ts'
import { auditRoute } from '../../shared/api/audit.ts'
import { ROUTES } from '../../workers/router/docs/document.ts'
import { newKey, newTenant, operator, platform, send, unique } from './platform.ts'

const operators = { key: platform.adminKey }
type Filter = z.input<typeof auditRoute.request.query>
const linesOf = async (client: Client, query: Filter = {}) => (await client.call(auditRoute, { query })).data

const ADMIN_TAGS: ReadonlySet<string> = new Set(['Endpoints', 'Policies', 'Templates', 'Access', 'Money'])
/** Every route that changes what operators and admins are answerable for. */
const CHANGES = Object.values(ROUTES)
  .filter(({ method, tags }) => method !== 'get' && tags.some((tag) => ADMIN_TAGS.has(tag)))
  .map(({ method, path }) => `${method} ${path}`)

describe('every change', () => {
  it('leaves exactly one line: who, in which request, what it was and what it became', async () => {
    const { tenantId, keyId } = await newTenant()
    const id = unique('endpoint')
    const endpoint = { url: 'http://127.0.0.1:9/v1', model: 'm', tier: 's', price: { inputUsdPerMTok: 1 } }
    const limits = { tenantId, requestsPerMinute: 5, tokensPerMinute: null, concurrency: null }
    const tenant = unique('tenant')
    const changes: [route: string, path: string, body: unknown, line: object][] = [
      [
        'put /v1/endpoints/{id}',
        `/v1/endpoints/${id}`,
        endpoint,
        { action: 'endpoint.put', target: id, before: null, after: { id, model: 'm', drained: false } },
      ],
      [
        'patch /v1/endpoints/{id}',
        `/v1/endpoints/${id}`,
        { model: 'n' },
        { action: 'endpoint.patch', target: id, before: { model: 'm' }, after: { model: 'n' } },
      ],
      [
        'post /v1/endpoints/{id}/drain',
        `/v1/endpoints/${id}/drain`,
        undefined,
        { action: 'endpoint.drain', before: { drained: false }, after: { drained: true } },
      ],
      [
        'post /v1/endpoints/{id}/undrain',
        `/v1/endpoints/${id}/undrain`,
        undefined,
        { action: 'endpoint.undrain', before: { drained: true }, after: { drained: false } },
      ],
      [
        'delete /v1/endpoints/{id}',
        `/v1/endpoints/${id}`,
        undefined,
        { action: 'endpoint.delete', target: id, before: { model: 'n' }, after: null },
      ],
      [
        'put /v1/policies/{name}',
        '/v1/policies/night',
        { tenantId, maxWaitMs: 1 },
        { action: 'policy.put', target: 'night', before: null, after: { maxWaitMs: 1 } },
      ],
      [
        'delete /v1/policies/{name}',
        `/v1/policies/night?tenantId=${tenantId}`,
        undefined,
        { action: 'policy.delete', target: 'night', before: { maxWaitMs: 1 }, after: null },
      ],
      [
        'put /v1/templates/{name}',
        '/v1/templates/letters',
        { tenantId, instructions: 'Be polite.' },
        {
          action: 'template.put',
          target: 'letters',
          before: null,
          after: { version: 1, instructions: 'Be polite.', marking: 'tags' },
        },
      ],
      [
        'delete /v1/templates/{name}',
        `/v1/templates/letters?tenantId=${tenantId}`,
        undefined,
        { action: 'template.delete', target: 'letters', before: { version: 1 }, after: null },
      ],
      [
        'put /v1/limits',
        '/v1/limits',
        limits,
        { action: 'limits.put', target: tenantId, after: { requestsPerMinute: 5 } },
      ],
      [
        'put /v1/budgets',
        '/v1/budgets',
        { tenantId, keyId, period: 'day', limitUsd: 2 },
        { action: 'budget.put', target: keyId, after: { period: 'day', limitNanoUsd: 2_000_000_000 } },
      ],
      [
        'post /v1/keys',
        '/v1/keys',
        { tenantId, name: 'new', scopes: ['query'] },
        { action: 'key.create', before: null, after: { name: 'new', scopes: ['query'] } },
      ],
      [
        'delete /v1/keys/{id}',
        `/v1/keys/${keyId}`,
        undefined,
        {
          action: 'key.revoke',
          target: keyId,
          before: { revokedAt: null },
          after: { revokedAt: expect.any(String) },
        },
      ],
      [
        'post /v1/tenants',
        '/v1/tenants',
        { id: tenant, name: 'New' },
        { action: 'tenant.create', target: tenant, tenantId: tenant, before: null, after: { name: 'New' } },
      ],
    ]
    expect(changes.map(([route]) => route).toSorted()).toEqual(CHANGES.toSorted())
    for (const [route, path, body, line] of changes) {
      const [method = ''] = route.split(' ')
      const answer = await send(operators, method.toUpperCase(), path, body)
      expect([route, answer.status]).toEqual([route, expect.toBeOneOf([200, 201])])
      const requestId = answer.headers.get('x-request-id')
      const left = (await linesOf(operator)).filter((one) => one.requestId === requestId)
      expect(left).toMatchObject([{ actor: { tenantId: 'system' }, ...line }])
    }
  })

  it('that is refused or changes nothing leaves none', async () => {
    const { tenantId, keyId } = await newTenant()
    await send(operators, 'DELETE', `/v1/keys/${keyId}`)
    const before = await linesOf(operator, { tenantId })
    await send(operators, 'DELETE', `/v1/keys/${keyId}`)
    await send(operators, 'POST', '/v1/tenants', { id: tenantId, name: 'again' })
    await send(operators, 'PUT', '/v1/budgets', { tenantId, period: 'day', limitUsd: -1 })
    await send(operators, 'PUT', '/v1/limits', { tenantId, keyId: 'absent' })
    await send(operators, 'DELETE', `/v1/templates/qa?tenantId=${tenantId}`)
    expect(await linesOf(operator, { tenantId })).toEqual(before)
  })

  it('is told without any secret', async () => {
    const { tenantId } = await newTenant()
    const made = await send(operators, 'POST', '/v1/keys', { tenantId, name: 'k', scopes: ['query'] })
    const { key, id } = made.body as { key: string; id: string }
    const told = JSON.stringify(await linesOf(operator, { tenantId }))
    expect(told).toContain(id)
    expect(told).not.toContain(key)
    expect(told).not.toMatch(/secretHash/)
  })
})

describe('the audit', () => {
  it("shows a tenant's admin what was changed of the tenant, by operators too, and nothing else", async () => {
    const { tenantId } = await newTenant()
    const admin = await newKey(tenantId, { scopes: ['admin'] })
    await send(operators, 'PUT', '/v1/budgets', { tenantId, period: 'day', limitUsd: 3 })
    await send(admin, 'PUT', '/v1/policies/mine', { maxWaitMs: 2 })
    const lines = await linesOf(admin)
    expect(lines.slice(0, 2)).toMatchObject([
      { action: 'policy.put', actor: { tenantId, keyId: admin.keyId } },
      { action: 'budget.put', actor: { tenantId: 'system' } },
    ])
    expect(new Set(lines.map((line) => line.tenantId))).toEqual(new Set([tenantId]))
    expect(await send(admin, 'GET', '/v1/audit?tenantId=demo')).toMatchObject({ status: 403 })
  })

  const names = ['a', 'b', 'c', 'd', 'e']
  async function changed() {
    const { tenantId } = await newTenant()
    for (const name of names) await send(operators, 'PUT', `/v1/policies/${name}`, { tenantId })
    return { tenantId, action: 'policy.put' } as const
  }

  it('is read newest first, page by page', async () => {
    const query = await changed()
    const targets: string[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await operator.call(auditRoute, { query: { ...query, limit: 2, cursor } })
      targets.push(...page.data.map(({ target }) => target))
      cursor = page.nextCursor
    }
    expect(targets).toEqual(names.toReversed())
  })

  it('is narrowed by target and time, the start counted and the end not', async () => {
    const query = await changed()
    const [c] = await linesOf(operator, { ...query, target: 'c' })
    const at = c?.at ?? 'no line'
    const since = await linesOf(operator, { ...query, from: at })
    const until = await linesOf(operator, { ...query, to: at })
    expect(since).toContainEqual(c)
    expect(until).not.toContainEqual(c)
    expect([...since, ...until]).toEqual(await linesOf(operator, query))
  })

  it('has no route that writes', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect(await send(operators, method, '/v1/audit')).toMatchObject({ status: 404 })
  })
})
