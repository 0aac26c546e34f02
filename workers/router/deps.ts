import weights from '../../models/complexity/weights.json'
import { database } from '../../shared/db/client.ts'
import type { AdmissionDecision } from '../../shared/domain/budget.ts'
import { complexityClassifier } from '../../shared/domain/complexity/classify.ts'
import { regionNear } from '../../shared/domain/fleet.ts'
import type { LeaseDecision } from '../../shared/domain/lease.ts'
import { AppError } from '../../shared/errors.ts'
import { consoleSink } from '../../shared/log.ts'
import type {
  EndpointOperation,
  EndpointRpc,
  FleetRpc,
  ReplayRpc,
  TenantOperation,
  TenantRpc,
} from '../../shared/ports/objects.ts'
import type { Deps } from './app.ts'
import { authenticator } from './auth.ts'
import { LEASE_MS } from './dispatch/holds.ts'
import type { Env } from './env.ts'
import { purse } from './escrow/purse.ts'
import { slotPool } from './escrow/slot-pool.ts'
import { generators } from './generators.ts'
import { lane } from './lane.ts'
import { tenantPolicies } from './policies.ts'
import { endpointRegistry } from './registry.ts'
import { tenantTemplates } from './templates.ts'

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
  const money = perName((tenantId) =>
    lane<TenantOperation, AdmissionDecision>((group) => tenant(tenantId).apply(group), now),
  )
  const slots = perName((endpointId) =>
    lane<EndpointOperation, LeaseDecision>((group) => endpoint(endpointId).apply(group), now),
  )
  const purses = perName((name) => purse({ money: money(name.slice(0, name.indexOf('/'))), newId, now }))
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
    templates: tenantTemplates(db, now),
    waitForSlot: (endpointId, requestId) => endpoint(endpointId).wait(requestId),
    tenant,
    replay: (name): ReplayRpc => env.REPLAYS.getByName(name),
    endpoint,
    fleet,
    money,
    slots,
    purse: (tenantId, keyId) => purses(`${tenantId}/${keyId}`),
    pool: perName((endpointId) => slotPool({ slots: slots(endpointId), leaseMs: LEASE_MS, now })),
    generatorFor: generators({ named: (name) => env[name], now }),
    rag: env.RAG,
    ingest: env.INGEST,
    cost: env.COST,
    answers: env.ANSWERS_QUEUE,
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    newId,
    log: consoleSink,
  }
}

const newId = (prefix: string) => `${prefix}_${crypto.randomUUID().replaceAll('-', '')}`

const MAX_LANES = 4_096

/** One lane, purse or pool per object name. Forgetting them all now and then is safe: two to one object only group less. */
function perName<T>(create: (name: string) => T) {
  const lanes = new Map<string, T>()
  return (name: string) => {
    const known = lanes.get(name)
    if (known) return known
    if (lanes.size >= MAX_LANES) lanes.clear()
    const made = create(name)
    lanes.set(name, made)
    return made
  }
}
