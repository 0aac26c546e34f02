import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ApiEnv } from '../../shared/api/define-route.ts'
import { database } from '../../shared/db/client.ts'
import { deleteEndpoint, findEndpoint, saveEndpoint } from '../../shared/db/endpoints.ts'
import type { EndpointSnapshot } from '../../shared/domain/fleet.ts'
import { renderError, toAppError } from '../../shared/http/api-app.ts'
import type { EndpointRpc, EndpointSettings } from '../../shared/ports/objects.ts'
import { type EndpointsDeps, endpointsRoutes } from '../../workers/router/routes/endpoints.ts'
import { auditLineOf } from './audit-lines.ts'

const db = database(env.DB)
const principal = {
  tenantId: 'system',
  plan: 'enterprise' as const,
  keyId: 'k',
  scopes: ['admin' as const],
  collections: null,
  principals: [],
}

/** The routes over the real table, with objects and a fleet that a test may silence. */
function routes(rest: Partial<EndpointsDeps> = {}) {
  const log: Record<string, unknown>[] = []
  const deps: EndpointsDeps = {
    db,
    registry: { forget: () => {} },
    endpoint: (id) => env.ENDPOINTS.getByName(id),
    fleet: () => ({ read: async () => ({ version: 1, isWhole: true, changed: [] }) }),
    now: () => Date.now(),
    log: (event) => void log.push(event),
    ...rest,
  }
  const app = new Hono<ApiEnv>()
  app.use(async (c, next) => {
    c.set('context', { requestId: 'req_1', principal })
    await next()
  })
  app.onError((thrown) => renderError(toAppError(thrown), 'req_1'))
  app.route('/', endpointsRoutes(deps))
  const call = async (method: string, path: string, body?: unknown) => {
    const headers = { 'content-type': 'application/json' }
    const init = { method, ...(body !== undefined && { body: JSON.stringify(body), headers }) }
    const response = await app.request(`/v1/endpoints${path}`, init)
    return { status: response.status, body: await response.json<Record<string, unknown>>() }
  }
  return { call, log }
}

const silent = () => Promise.reject(new Error('the object is away'))
const body = { url: 'http://127.0.0.1:9/v1', model: 'm', tier: 's', price: {} }
let id: string
beforeEach(() => {
  id = `routes-${crypto.randomUUID().slice(0, 8)}`
})

describe("a change while the endpoint's object does not answer", () => {
  const away = (endpoint: Partial<EndpointRpc>) =>
    routes({ endpoint: () => ({ ...endpoint, state: silent }) as EndpointRpc })

  it('stands, says that nothing is known of the object, and is logged', async () => {
    const { call, log } = away({ configure: silent })
    expect(await call('PUT', `/${id}`, body)).toMatchObject({ status: 201, body: { id, live: null } })
    expect(await call('POST', `/${id}/drain`)).toMatchObject({ status: 200, body: { drained: true } })
    expect(await findEndpoint(db, id)).toMatchObject({ drained: true })
    expect(log.filter(({ event }) => event === 'endpoint_not_configured')).toMatchObject([
      { endpointId: id, requestId: 'req_1' },
      { endpointId: id, requestId: 'req_1' },
    ])
  })

  it('is told to it on the second try, and again whenever the same change is asked for', async () => {
    const told: EndpointSettings[] = []
    let tries = 0
    const configure = async (settings: EndpointSettings) => {
      tries += 1
      if (tries === 1) throw new Error('busy')
      told.push(settings)
    }
    const { call, log } = away({ configure })
    await call('PUT', `/${id}`, { ...body, maxConcurrency: 3 })
    const settings = { maxConcurrency: 3, healthUrl: null, metricsUrl: null, drained: false }
    expect(told).toEqual([settings])
    await call('POST', `/${id}/undrain`)
    expect(told).toEqual([settings, settings])
    expect(log.some(({ event }) => event === 'endpoint_not_configured')).toBe(false)
    await call('DELETE', `/${id}`)
    expect(told.at(-1)).toEqual({ ...settings, drained: true })
  })
})

describe('the list', () => {
  const snapshot = (endpointId: string): EndpointSnapshot => ({
    endpointId,
    atMs: 1_000,
    inFlight: 2,
    inFlightTokens: 300,
    queued: 1,
    timeToFirstTokenMs: 80,
    timePerOutputTokenMs: 9,
    durationMs: 900,
    errorRate: 0.25,
    breaker: 'ramping',
    admitShare: 0.5,
    closedUntilMs: null,
    isHealthy: true,
    lastServedAtMs: 900,
    scraped: { atMs: 600, running: 3, waiting: 1, kvCacheUsage: 0.4 },
  })
  const find = (listed: { body: Record<string, unknown> }) =>
    (listed.body['data'] as { id: string }[]).find((one) => one.id === id)

  it('is one read of the fleet, however many endpoints there are', async () => {
    await routes().call('PUT', `/${id}`, body)
    let reads = 0
    const read = async () => {
      reads += 1
      return { version: 1, isWhole: true, changed: [snapshot(id)] }
    }
    const endpoint = () => {
      throw new Error('no object is to be asked')
    }
    const { call } = routes({ fleet: () => ({ read }), endpoint, now: () => 1_500 })
    expect(find(await call('GET', '?limit=1000'))).toMatchObject({
      live: {
        breaker: 'ramping',
        admitShare: 0.5,
        healthy: true,
        closedUntil: null,
        lastServedAt: '1970-01-01T00:00:00.900Z',
        scraped: { ageMs: 900, kvCacheUsage: 0.4 },
      },
    })
    expect(reads).toBe(1)
  })

  it('shows what is registered also when the fleet does not answer', async () => {
    await routes().call('PUT', `/${id}`, body)
    const { call, log } = routes({ fleet: () => ({ read: silent }) })
    expect(find(await call('GET', '?limit=1000'))).toMatchObject({ model: 'm', live: null })
    expect(log).toMatchObject([{ event: 'fleet_silent' }])
  })
})

describe('of two changes that race', () => {
  it('the slower one is refused and leaves no line', async () => {
    await routes().call('PUT', `/${id}`, body)
    const before = await findEndpoint(db, id)
    if (!before) throw new Error('not registered')
    await routes().call('PATCH', `/${id}`, { model: 'n' })
    const line = auditLineOf('system', 'endpoint.put', id)
    expect(await saveEndpoint(db, before, { ...before, model: 'late', updatedAtMs: 1 }, line)).toBe(false)
    expect(await saveEndpoint(db, undefined, { ...before, model: 'late' }, line)).toBe(false)
    expect(await deleteEndpoint(db, before, line)).toBe(false)
    expect(await findEndpoint(db, id)).toMatchObject({ model: 'n' })
    const lines = await env.DB.prepare('SELECT action FROM audit WHERE target = ? ORDER BY id').bind(id).all()
    expect(lines.results).toEqual([{ action: 'endpoint.put' }, { action: 'endpoint.patch' }])
  })

  it('are told apart even within one millisecond', async () => {
    const { call } = routes({ now: () => 5 })
    await call('PUT', `/${id}`, body)
    await call('PATCH', `/${id}`, { model: 'n' })
    expect(await findEndpoint(db, id)).toMatchObject({ updatedAtMs: 6 })
  })
})
