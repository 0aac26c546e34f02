import type { z } from 'zod'
import type { ApiEnv } from '../../../shared/api/define-route.ts'
import {
  deleteEndpointRoute,
  drainEndpointRoute,
  type endpointRequest,
  getEndpointRoute,
  listEndpointsRoute,
  putEndpointRoute,
  undrainEndpointRoute,
} from '../../../shared/api/endpoints.ts'
import type { Database } from '../../../shared/db/client.ts'
import {
  deleteEndpoint,
  findEndpoint,
  listEndpoints,
  putEndpoint,
  setDrained,
} from '../../../shared/db/endpoints.ts'
import { type EndpointRecord, EXTRACTIVE } from '../../../shared/domain/endpoint.ts'
import { nanoPerKTokToUsdPerMTok, usdPerMTokToNanoPerKTok } from '../../../shared/domain/money.ts'
import type { Principal } from '../../../shared/domain/principal.ts'
import { AppError } from '../../../shared/errors.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import { requireSystem } from '../../../shared/http/system-tenant.ts'
import type { EndpointRpc } from '../../../shared/ports/objects.ts'
import type { Registry } from '../registry.ts'

export type EndpointsDeps = {
  readonly db: Database
  readonly registry: Registry
  readonly endpoint: (endpointId: string) => EndpointRpc
  readonly now: () => number
}

/** Endpoints belong to the whole platform: everyone with `operate` may look, only the system tenant changes them. */
export function endpointsRoutes({ db, registry, endpoint, now }: EndpointsDeps) {
  const found = async (id: string) => {
    const row = await findEndpoint(db, id)
    if (!row) throw new AppError('not_found', `No endpoint "${id}" is registered`)
    return row
  }
  const shown = async (row: EndpointRecord) => describeEndpoint(row, await endpoint(row.id).state())
  const drain = async (principal: Principal, id: string, drained: boolean) => {
    requireSystem(principal)
    await found(id)
    await setDrained(db, id, drained, now())
    registry.forget()
    return shown(await found(id))
  }
  return apiApp<ApiEnv>()
    .openapi(listEndpointsRoute, async (c) => {
      const data = await Promise.all((await listEndpoints(db)).map(shown))
      return c.json({ data, nextCursor: null }, 200)
    })
    .openapi(getEndpointRoute, async (c) => c.json(await shown(await found(c.req.valid('param').id)), 200))
    .openapi(putEndpointRoute, async (c) => {
      requireSystem(c.get('context').principal)
      const { id } = c.req.valid('param')
      if (id === EXTRACTIVE.id)
        throw new AppError('invalid_request', `id: "${id}" is the built-in answerer; choose another`)
      const existed = (await findEndpoint(db, id)) !== undefined
      await putEndpoint(db, { id, ...toRow(c.req.valid('json')), updatedAtMs: now() })
      registry.forget()
      return c.json(await shown(await found(id)), existed ? 200 : 201)
    })
    .openapi(deleteEndpointRoute, async (c) => {
      requireSystem(c.get('context').principal)
      const { id } = await found(c.req.valid('param').id)
      await deleteEndpoint(db, id)
      registry.forget()
      return c.json({ id, deleted: true as const }, 200)
    })
    .openapi(drainEndpointRoute, async (c) =>
      c.json(await drain(c.get('context').principal, c.req.valid('param').id, true), 200),
    )
    .openapi(undrainEndpointRoute, async (c) =>
      c.json(await drain(c.get('context').principal, c.req.valid('param').id, false), 200),
    )
}

function toRow({ price, url, ...body }: z.infer<typeof endpointRequest>) {
  return {
    ...body,
    url: url.replace(/\/+$/, ''),
    kind: 'openai-compatible' as const,
    inputNanoUsdPerKTok: usdPerMTokToNanoPerKTok(price.inputUsdPerMTok),
    outputNanoUsdPerKTok: usdPerMTokToNanoPerKTok(price.outputUsdPerMTok),
    drained: false,
  }
}

function describeEndpoint(row: EndpointRecord, live: Awaited<ReturnType<EndpointRpc['state']>>) {
  const {
    id,
    url,
    kind,
    model,
    tier,
    level,
    provider,
    region,
    configuration,
    contextTokens,
    maxConcurrency,
  } = row
  if (tier === null || level === null) throw new AppError('internal', `Endpoint "${id}" has no tier or level`)
  const price = {
    inputUsdPerMTok: nanoPerKTokToUsdPerMTok(row.inputNanoUsdPerKTok),
    outputUsdPerMTok: nanoPerKTokToUsdPerMTok(row.outputNanoUsdPerKTok),
  }
  const identity = {
    id,
    url,
    kind,
    model,
    tier,
    level,
    provider,
    region,
    configuration,
    contextTokens,
    maxConcurrency,
  }
  const { secretName, drained } = row
  return {
    ...identity,
    price,
    compliance: [...row.compliance],
    residency: [...row.residency],
    secretName,
    drained,
    live,
  }
}
