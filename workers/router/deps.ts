import weights from '../../models/complexity/weights.json'
import { database } from '../../shared/db/client.ts'
import { complexityClassifier } from '../../shared/domain/complexity/classify.ts'
import { regionNear } from '../../shared/domain/fleet.ts'
import { AppError } from '../../shared/errors.ts'
import { consoleSink } from '../../shared/log.ts'
import type { EndpointRpc, FleetRpc, ReplayRpc, TenantRpc } from '../../shared/ports/objects.ts'
import type { Deps } from './app.ts'
import { authenticator } from './auth.ts'
import type { Env } from './env.ts'
import { generators } from './generators.ts'
import { type Lane, lane } from './lane.ts'
import { tenantPolicies } from './policies.ts'
import { endpointRegistry } from './registry.ts'

const now = () => Date.now()

/** The only place that reads `env`. `continent` is where this isolate runs, as far as its first request could tell. */
export function createDeps(env: Env, continent: string | null): Deps {
  if (typeof env.KEY_PEPPER !== 'string' || env.KEY_PEPPER.length < 32)
    throw new AppError(
      'internal',
      'KEY_PEPPER is missing or shorter than 32 characters: wrangler secret put KEY_PEPPER',
    )
  const db = database(env.DB)
  const tenant = (tenantId: string): TenantRpc => env.TENANTS.getByName(tenantId)
  const endpoint = (endpointId: string): EndpointRpc => env.ENDPOINTS.getByName(endpointId)
  const region = regionNear(env.FLEET_REGIONS, continent)
  const fleet = (): FleetRpc => env.FLEETS.getByName(region)
  return {
    db,
    now,
    pepper: env.KEY_PEPPER,
    environment: env.ENVIRONMENT === 'live' ? 'live' : 'test',
    version: env.VERSION,
    authenticate: authenticator(db, env.KEY_PEPPER, now),
    classify: complexityClassifier(weights),
    registry: endpointRegistry(db, fleet, now, consoleSink),
    policies: tenantPolicies(db, now),
    waitForSlot: (endpointId, requestId) => endpoint(endpointId).wait(requestId),
    tenant,
    replay: (name): ReplayRpc => env.REPLAYS.getByName(name),
    endpoint,
    fleet,
    money: perName((tenantId) => lane((operations) => tenant(tenantId).apply(operations), now)),
    slots: perName((endpointId) => lane((operations) => endpoint(endpointId).apply(operations), now)),
    generatorFor: generators({ named: (name) => env[name], now }),
    rag: env.RAG,
    ingest: env.INGEST,
    cost: env.COST,
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    newId: (prefix) => `${prefix}_${crypto.randomUUID().replaceAll('-', '')}`,
    log: consoleSink,
  }
}

const MAX_LANES = 4_096

/** One lane per object name. Forgetting them all now and then is safe: two lanes to one object only group less. */
function perName<O, R>(create: (name: string) => Lane<O, R>) {
  const lanes = new Map<string, Lane<O, R>>()
  return (name: string) => {
    const known = lanes.get(name)
    if (known) return known
    if (lanes.size >= MAX_LANES) lanes.clear()
    const made = create(name)
    lanes.set(name, made)
    return made
  }
}
