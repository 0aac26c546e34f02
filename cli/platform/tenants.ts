import { randomBytes } from 'node:crypto'
import type { Database } from '../../shared/db/client.ts'
import { database } from '../../shared/db/client.ts'
import { findKey, insertKey, insertTenant, type TenantRow } from '../../shared/db/keys.ts'
import { formatKey, newKey, parseKey } from '../../shared/domain/api-key.ts'
import type { Actor } from '../../shared/domain/audit.ts'
import type { Scope } from '../../shared/domain/principal.ts'
import { equalInConstantTime, hashSecret } from '../../shared/http/key-hash.ts'
import type { LocalFile } from '../lib/target.ts'

type LocalTenant = Pick<TenantRow, 'id' | 'name' | 'plan'> & { readonly scopes: Scope[] }

const SYSTEM: LocalTenant = { id: 'system', name: 'Operators', plan: 'enterprise', scopes: ['admin'] }
export const DEMO: LocalTenant = {
  id: 'demo',
  name: 'Demo',
  plan: 'free',
  scopes: ['query', 'documents:read', 'documents:write', 'operate', 'billing:read'],
}

/** Made by the start itself: no key of the API was used. */
const ACTOR: Actor = { tenantId: 'system', keyId: 'local', requestId: 'start' }

export type LocalKeys = Pick<LocalFile, 'apiKey' | 'adminKey'>

/** The two tenants of a local platform and a key for each; keys of an earlier start are kept while they work. */
export async function ensureTenants(
  d1: D1Database,
  pepper: string,
  previous: LocalKeys | null,
): Promise<LocalKeys> {
  const db = database(d1)
  return {
    adminKey: await ensureTenant(db, pepper, SYSTEM, previous?.adminKey),
    apiKey: await ensureTenant(db, pepper, DEMO, previous?.apiKey),
  }
}

async function ensureTenant(
  db: Database,
  pepper: string,
  { scopes, ...tenant }: LocalTenant,
  previous: string | undefined,
): Promise<string> {
  const createdAtMs = Date.now()
  const made = { atMs: createdAtMs, actor: ACTOR, tenantId: tenant.id, before: null }
  await insertTenant(
    db,
    { ...tenant, createdAtMs },
    { ...made, action: 'tenant.create', target: tenant.id, after: tenant },
  )
  if (previous !== undefined && (await works(db, pepper, previous, createdAtMs))) return previous
  const parts = newKey('test', (bytes) => randomBytes(bytes))
  const shown = {
    id: parts.id,
    tenantId: tenant.id,
    name: 'local',
    scopes,
    collections: null,
    principals: [],
  }
  const secretHash = await hashSecret(pepper, parts.secret)
  await insertKey(
    db,
    { ...shown, secretHash, expiresAtMs: null, revokedAtMs: null, createdAtMs },
    { ...made, action: 'key.create', target: parts.id, after: shown },
  )
  return formatKey(parts)
}

async function works(db: Database, pepper: string, key: string, nowMs: number): Promise<boolean> {
  const parts = parseKey(key)
  const row = parts && (await findKey(db, parts.id))?.key
  if (!row || row.revokedAtMs !== null || (row.expiresAtMs ?? nowMs) < nowMs) return false
  return equalInConstantTime(await hashSecret(pepper, parts.secret), row.secretHash)
}
