import type { z } from 'zod'
import type { ApiEnv } from '../../../shared/api/define-route.ts'
import { type endpointPatch, endpointRequest } from '../../../shared/api/endpoint-request.ts'
import {
  deleteEndpointRoute,
  drainEndpointRoute,
  getEndpointRoute,
  listEndpointsRoute,
  patchEndpointRoute,
  putEndpointRoute,
  undrainEndpointRoute,
} from '../../../shared/api/endpoints.ts'
import type { Database } from '../../../shared/db/client.ts'
import {
  deleteEndpoint,
  type EndpointRow,
  findEndpoint,
  listEndpointsPage,
  saveEndpoint,
} from '../../../shared/db/endpoints.ts'
import type { AuditAction } from '../../../shared/domain/audit.ts'
import { EXTRACTIVE } from '../../../shared/domain/endpoint.ts'
import { AppError } from '../../../shared/errors.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import { describeIssues } from '../../../shared/http/issues.ts'
import { requireSystem } from '../../../shared/http/system-tenant.ts'
import { errorFields } from '../../../shared/log.ts'
import type { EventSink } from '../../../shared/ports/event-sink.ts'
import type { EndpointRpc, EndpointSettings, FleetRpc } from '../../../shared/ports/objects.ts'
import type { CallContext } from '../../../shared/ports/services.ts'
import { auditLine } from '../audit.ts'
import {
  endpointFields,
  registrationOf,
  requestOf,
  rowOf,
  snapshotFields,
  stateFields,
} from '../endpoint-fields.ts'

export type EndpointsDeps = {
  readonly db: Database
  /** The isolate's copy of the table, to be read again after a change. */
  readonly registry: { forget(): void }
  readonly endpoint: (endpointId: string) => EndpointRpc
  readonly fleet: () => Pick<FleetRpc, 'read'>
  readonly now: () => number
  readonly log: EventSink
}

/** Endpoints belong to the whole platform: everyone with `operate` may look, only the system tenant changes them. */
export function endpointsRoutes(deps: EndpointsDeps) {
  const { db } = deps
  return apiApp<ApiEnv>()
    .openapi(listEndpointsRoute, async (c) => {
      const { limit, cursor: after = '' } = c.req.valid('query')
      const rows = await listEndpointsPage(db, { after, limit: limit + 1 })
      const shown = rows.slice(0, limit)
      const live = await snapshots(deps, c.get('context'))
      const data = shown.map((row) => ({ ...endpointFields(row), live: live(row.id) }))
      return c.json({ data, nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null }, 200)
    })
    .openapi(getEndpointRoute, async (c) => {
      const row = await existing(deps, c.req.valid('param').id)
      return c.json(await shown(deps, c.get('context'), row), 200)
    })
    .openapi(putEndpointRoute, async (c) => {
      const { context, before, id } = await changing(deps, c)
      const row = { ...rowOf(c.req.valid('json')), id, drained: before?.drained ?? false, updatedAtMs: 0 }
      return c.json(await save(deps, context, 'endpoint.put', before, row), before ? 200 : 201)
    })
    .openapi(patchEndpointRoute, async (c) => {
      const { context, before } = await changingExisting(deps, c)
      const row = { ...before, ...patched(before, c.req.valid('json')) }
      return c.json(await save(deps, context, 'endpoint.patch', before, row), 200)
    })
    .openapi(deleteEndpointRoute, async (c) => {
      const { context, before } = await changingExisting(deps, c)
      await remove(deps, context, before)
      return c.json({ id: before.id, deleted: true as const }, 200)
    })
    .openapi(drainEndpointRoute, async (c) => {
      const { context, before } = await changingExisting(deps, c)
      return c.json(await drain(deps, context, before, true), 200)
    })
    .openapi(undrainEndpointRoute, async (c) => {
      const { context, before } = await changingExisting(deps, c)
      return c.json(await drain(deps, context, before, false), 200)
    })
}

type Call = {
  readonly get: (name: 'context') => CallContext
  readonly req: { readonly valid: (from: 'param') => { readonly id: string } }
}

/** Who may change endpoints, and what is known of this one so far. */
async function changing({ db }: EndpointsDeps, c: Call) {
  const context = c.get('context')
  requireSystem(context.principal)
  const { id } = c.req.valid('param')
  if (id === EXTRACTIVE.id)
    throw new AppError('invalid_request', `id: "${id}" is the built-in answerer; choose another`)
  return { context, id, before: await findEndpoint(db, id) }
}

async function changingExisting(deps: EndpointsDeps, c: Call) {
  const { context, id, before } = await changing(deps, c)
  return { context, before: before ?? (await existing(deps, id)) }
}

async function existing({ db }: EndpointsDeps, id: string): Promise<EndpointRow> {
  const row = await findEndpoint(db, id)
  if (row) return row
  throw new AppError('not_found', `No endpoint "${id}" is registered`)
}

/** The registration with some fields changed, checked as a whole: what is not given stays to the last digit. */
function patched(before: EndpointRow, { price, ...given }: z.output<typeof endpointPatch>) {
  const said = requestOf(before)
  const { data, error } = endpointRequest.safeParse({ ...said, ...given, price: { ...said.price, ...price } })
  if (error) throw new AppError('invalid_request', describeIssues(error.issues))
  const { inputNanoUsdPerKTok, outputNanoUsdPerKTok, gpuNanoUsdPerSecond } = before
  return {
    ...rowOf(data),
    ...(price === undefined && { inputNanoUsdPerKTok, outputNanoUsdPerKTok, gpuNanoUsdPerSecond }),
  }
}

const raced = (id: string) =>
  new AppError('conflict', `Another request changed the endpoint "${id}" meanwhile; look at it and try again`)

/** The table first, with its line; then the endpoint's own object is told. */
async function save(
  deps: EndpointsDeps,
  context: CallContext,
  action: AuditAction,
  before: EndpointRow | undefined,
  after: EndpointRow,
) {
  const { db, registry, now } = deps
  // Never the same twice, even within a millisecond: it is how a change that came between is seen.
  const row = { ...after, updatedAtMs: Math.max(now(), (before?.updatedAtMs ?? 0) + 1) }
  const line = lineOf(context, action, row.updatedAtMs, before, row)
  if (!(await saveEndpoint(db, before, row, line))) throw raced(row.id)
  registry.forget()
  await configure(deps, context, row.id, row)
  return shown(deps, context, row)
}

async function drain(deps: EndpointsDeps, context: CallContext, before: EndpointRow, drained: boolean) {
  const action = drained ? 'endpoint.drain' : 'endpoint.undrain'
  if (before.drained !== drained) return save(deps, context, action, before, { ...before, drained })
  // Asking again changes nothing but an object that missed it the first time.
  await configure(deps, context, before.id, before)
  return shown(deps, context, before)
}

async function remove(deps: EndpointsDeps, context: CallContext, before: EndpointRow) {
  const { db, registry, now } = deps
  const line = lineOf(context, 'endpoint.delete', now(), before, undefined)
  if (!(await deleteEndpoint(db, before, line))) throw raced(before.id)
  registry.forget()
  await configure(deps, context, before.id, { ...before, healthUrl: null, metricsUrl: null, drained: true })
}

function lineOf(
  context: CallContext,
  action: AuditAction,
  atMs: number,
  before: EndpointRow | undefined,
  after: EndpointRow | undefined,
) {
  return auditLine(context, {
    atMs,
    tenantId: context.principal.tenantId,
    action,
    target: before?.id ?? after?.id ?? '',
    before: before ? registrationOf(before) : null,
    after: after ? registrationOf(after) : null,
  })
}

/**
 * Tries twice. A change stands without it: routing reads the table, and a lease carries its own maxConcurrency.
 * What the object missed is seen in `live`, and any change, or the same one again, tells it.
 */
async function configure(
  { endpoint, log }: EndpointsDeps,
  { requestId }: CallContext,
  id: string,
  { maxConcurrency, healthUrl, metricsUrl, drained }: EndpointSettings,
) {
  const tell = () => endpoint(id).configure({ maxConcurrency, healthUrl, metricsUrl, drained })
  await tell()
    .catch(tell)
    .catch((thrown: unknown) => {
      const error = errorFields(AppError.from(thrown))
      log({ event: 'endpoint_not_configured', worker: 'router', requestId, endpointId: id, error })
    })
}

/** With what the endpoint's object knows; its silence hides nothing else. */
async function shown({ endpoint, now, log }: EndpointsDeps, { requestId }: CallContext, row: EndpointRow) {
  const live = await endpoint(row.id)
    .state()
    .then((state) => stateFields(state, now()))
    .catch((thrown: unknown) => {
      const error = errorFields(AppError.from(thrown))
      log({ event: 'endpoint_silent', worker: 'router', requestId, endpointId: row.id, error })
      return null
    })
  return { ...endpointFields(row), live }
}

/** One read for all endpoints: a list never asks each of them, and is shown without their load when there is nobody to ask. */
async function snapshots({ fleet, now, log }: EndpointsDeps, { requestId }: CallContext) {
  const { changed } = await fleet()
    .read(0)
    .catch((thrown: unknown) => {
      log({ event: 'fleet_silent', worker: 'router', requestId, error: errorFields(AppError.from(thrown)) })
      return { changed: [] }
    })
  const known = new Map(changed.map((snapshot) => [snapshot.endpointId, snapshot]))
  return (id: string) => {
    const snapshot = known.get(id)
    return snapshot ? snapshotFields(snapshot, now()) : null
  }
}
