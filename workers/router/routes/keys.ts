import {
  createKeyRoute,
  createTenantRoute,
  listKeysRoute,
  listTenantsRoute,
  revokeKeyRoute,
} from '../../../shared/api/access.ts'
import type { ApiEnv } from '../../../shared/api/define-route.ts'
import type { Database } from '../../../shared/db/client.ts'
import {
  type ApiKeyRow,
  findKey,
  findTenant,
  insertKey,
  insertTenant,
  listKeys,
  listTenants,
  revokeKey,
  type TenantRow,
} from '../../../shared/db/keys.ts'
import { formatKey, newKey } from '../../../shared/domain/api-key.ts'
import { isOperator } from '../../../shared/domain/principal.ts'
import { AppError } from '../../../shared/errors.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import { hashSecret } from '../../../shared/http/key-hash.ts'
import { actingOn, requireSystem } from '../../../shared/http/system-tenant.ts'
import { auditLine } from '../audit.ts'

export type KeysDeps = {
  readonly db: Database
  readonly pepper: string
  readonly environment: 'live' | 'test'
  readonly random: (bytes: number) => Uint8Array
  readonly now: () => number
}

export function keysRoutes({ db, pepper, environment, random, now }: KeysDeps) {
  return apiApp<ApiEnv>()
    .openapi(createKeyRoute, async (c) => {
      const context = c.get('context')
      const { name, tenantId: named, scopes, collections, principals, expiresAt } = c.req.valid('json')
      const tenantId = actingOn(context.principal, named)
      if (!(await findTenant(db, tenantId)))
        throw new AppError('not_found', `tenantId: there is no tenant "${tenantId}"`)
      const parts = newKey(environment, random)
      const secretHash = await hashSecret(pepper, parts.secret)
      const expiresAtMs = expiresAt === undefined ? null : Date.parse(expiresAt)
      const owner = { id: parts.id, tenantId, name, secretHash }
      const row: ApiKeyRow = {
        ...owner,
        scopes,
        collections,
        principals,
        expiresAtMs,
        revokedAtMs: null,
        createdAtMs: now(),
      }
      const after = describeKey(row)
      const change = { tenantId, action: 'key.create', target: row.id, before: null, after } as const
      await insertKey(db, row, auditLine(context, { ...change, atMs: row.createdAtMs }))
      return c.json({ ...after, key: formatKey(parts) }, 201)
    })
    .openapi(listKeysRoute, async (c) => {
      const rows = await listKeys(db, c.get('context').principal.tenantId)
      return c.json({ data: rows.map(describeKey), nextCursor: null }, 200)
    })
    .openapi(revokeKeyRoute, async (c) => {
      const { id } = c.req.valid('param')
      const context = c.get('context')
      const found = await findKey(db, id)
      if (!found) throw new AppError('not_found', `There is no key "${id}"`)
      const { tenantId } = found.key
      actingOn(context.principal, tenantId)
      const atMs = now()
      const before = describeKey(found.key)
      const after = describeKey({ ...found.key, revokedAtMs: found.key.revokedAtMs ?? atMs })
      const change = { atMs, tenantId, action: 'key.revoke', target: id, before, after } as const
      await revokeKey(db, id, atMs, auditLine(context, change))
      return c.json(after, 200)
    })
}

export function tenantsRoutes({ db, now }: Pick<KeysDeps, 'db' | 'now'>) {
  return apiApp<ApiEnv>()
    .openapi(createTenantRoute, async (c) => {
      const context = c.get('context')
      requireSystem(context.principal)
      const row: TenantRow = { ...c.req.valid('json'), createdAtMs: now() }
      const after = describeTenant(row)
      const change = {
        tenantId: row.id,
        action: 'tenant.create',
        target: row.id,
        before: null,
        after,
      } as const
      if (!(await insertTenant(db, row, auditLine(context, { ...change, atMs: row.createdAtMs }))))
        throw new AppError('conflict', `id: the tenant "${row.id}" exists already`)
      return c.json(after, 201)
    })
    .openapi(listTenantsRoute, async (c) => {
      const { principal } = c.get('context')
      const rows = await listTenants(db)
      const visible = isOperator(principal) ? rows : rows.filter(({ id }) => id === principal.tenantId)
      return c.json({ data: visible.map(describeTenant), nextCursor: null }, 200)
    })
}

const iso = (ms: number) => new Date(ms).toISOString()
const isoOrNull = (ms: number | null) => (ms === null ? null : iso(ms))

const describeKey = ({ secretHash: _, createdAtMs, expiresAtMs, revokedAtMs, ...row }: ApiKeyRow) => ({
  ...row,
  createdAt: iso(createdAtMs),
  expiresAt: isoOrNull(expiresAtMs),
  revokedAt: isoOrNull(revokedAtMs),
})

const describeTenant = ({ createdAtMs, ...row }: TenantRow) => ({ ...row, createdAt: iso(createdAtMs) })
