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
import {
  nanoPerKTokToUsdPerMTok,
  nanoPerSecondToUsdPerHour,
  usdPerHourToNanoPerSecond,
  usdPerMTokToNanoPerKTok,
} from '../../../shared/domain/money.ts'
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

/** Beside each other: a larger model answers better until someone has measured these. */
const QUALITY_OF_TIER = { s: 0.55, m: 0.7, l: 0.85, xl: 0.95 } as const

function toRow({ price, url, quality, nominal, ...body }: z.infer<typeof endpointRequest>) {
  return {
    ...body,
    url: url.replace(/\/+$/, ''),
    quality: quality ?? QUALITY_OF_TIER[body.tier],
    inputNanoUsdPerKTok: usdPerMTokToNanoPerKTok(price.inputUsdPerMTok),
    outputNanoUsdPerKTok: usdPerMTokToNanoPerKTok(price.outputUsdPerMTok),
    gpuNanoUsdPerSecond: usdPerHourToNanoPerSecond(price.gpuUsdPerHour),
    nominalTimeToFirstTokenMs: nominal?.timeToFirstTokenMs ?? null,
    nominalTimePerOutputTokenMs: nominal?.timePerOutputTokenMs ?? null,
    drained: false,
  }
}

function describeEndpoint(row: EndpointRecord, live: Awaited<ReturnType<EndpointRpc['state']>>) {
  const { inputNanoUsdPerKTok, outputNanoUsdPerKTok, gpuNanoUsdPerSecond, updatedAtMs: _, ...rest } = row
  const { nominalTimeToFirstTokenMs, nominalTimePerOutputTokenMs, ...shown } = rest
  const { tier, level } = row
  if (tier === null || level === null)
    throw new AppError('internal', `Endpoint "${row.id}" has no tier or level`)
  return {
    ...shown,
    tier,
    level,
    price: {
      inputUsdPerMTok: nanoPerKTokToUsdPerMTok(inputNanoUsdPerKTok),
      outputUsdPerMTok: nanoPerKTokToUsdPerMTok(outputNanoUsdPerKTok),
      gpuUsdPerHour: nanoPerSecondToUsdPerHour(gpuNanoUsdPerSecond),
    },
    nominal:
      nominalTimeToFirstTokenMs === null || nominalTimePerOutputTokenMs === null
        ? null
        : {
            timeToFirstTokenMs: nominalTimeToFirstTokenMs,
            timePerOutputTokenMs: nominalTimePerOutputTokenMs,
          },
    compliance: [...row.compliance],
    residency: [...row.residency],
    clearance: [...row.clearance],
    live,
  }
}
