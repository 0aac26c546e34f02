import { and, desc, eq, isNull } from 'drizzle-orm'
import type { AuditLine } from '../domain/audit.ts'
import type { Plan } from '../domain/routing/policy.ts'
import { lineOfChange } from './audit.ts'
import type { Database } from './client.ts'
import { apiKeys, tenants } from './schema.ts'

export type ApiKeyRow = typeof apiKeys.$inferSelect
export type TenantRow = typeof tenants.$inferSelect

/** The key with the plan of its tenant, which every request needs. */
export async function findKey(
  db: Database,
  id: string,
): Promise<{ readonly key: ApiKeyRow; readonly plan: Plan } | undefined> {
  return db
    .select({ key: apiKeys, plan: tenants.plan })
    .from(apiKeys)
    .innerJoin(tenants, eq(tenants.id, apiKeys.tenantId))
    .where(eq(apiKeys.id, id))
    .get()
}

export async function listKeys(db: Database, tenantId: string): Promise<ApiKeyRow[]> {
  return db.select().from(apiKeys).where(eq(apiKeys.tenantId, tenantId)).orderBy(desc(apiKeys.createdAtMs))
}

export async function insertKey(db: Database, row: ApiKeyRow, line: AuditLine): Promise<void> {
  await db.batch([db.insert(apiKeys).values(row), lineOfChange(db, line)])
}

/** The first revocation's time stands, and only that one is written down. */
export async function revokeKey(db: Database, id: string, nowMs: number, line: AuditLine): Promise<void> {
  const revoke = db
    .update(apiKeys)
    .set({ revokedAtMs: nowMs })
    .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAtMs)))
  await db.batch([revoke, lineOfChange(db, line)])
}

export async function findTenant(db: Database, id: string): Promise<TenantRow | undefined> {
  return db.select().from(tenants).where(eq(tenants.id, id)).get()
}

export async function listTenants(db: Database): Promise<TenantRow[]> {
  return db.select().from(tenants).orderBy(tenants.id)
}

/** False when the id is taken. */
export async function insertTenant(db: Database, row: TenantRow, line: AuditLine): Promise<boolean> {
  const insert = db.insert(tenants).values(row).onConflictDoNothing()
  const [{ meta }] = await db.batch([insert, lineOfChange(db, line)])
  return meta.changes > 0
}
