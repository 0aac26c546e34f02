import { and, desc, eq, isNull } from 'drizzle-orm'
import type { Database } from './client.ts'
import { apiKeys, tenants } from './schema.ts'

export type ApiKeyRow = typeof apiKeys.$inferSelect
export type TenantRow = typeof tenants.$inferSelect

export async function findKey(db: Database, id: string): Promise<ApiKeyRow | undefined> {
  return db.select().from(apiKeys).where(eq(apiKeys.id, id)).get()
}

export async function listKeys(db: Database, tenantId: string): Promise<ApiKeyRow[]> {
  return db.select().from(apiKeys).where(eq(apiKeys.tenantId, tenantId)).orderBy(desc(apiKeys.createdAtMs))
}

export async function insertKey(db: Database, row: ApiKeyRow): Promise<void> {
  await db.insert(apiKeys).values(row)
}

/** The first revocation's time stands. */
export async function revokeKey(db: Database, id: string, nowMs: number): Promise<void> {
  await db
    .update(apiKeys)
    .set({ revokedAtMs: nowMs })
    .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAtMs)))
}

export async function findTenant(db: Database, id: string): Promise<TenantRow | undefined> {
  return db.select().from(tenants).where(eq(tenants.id, id)).get()
}

export async function listTenants(db: Database): Promise<TenantRow[]> {
  return db.select().from(tenants).orderBy(tenants.id)
}

/** False when the id is taken. */
export async function insertTenant(db: Database, row: TenantRow): Promise<boolean> {
  const { meta } = await db.insert(tenants).values(row).onConflictDoNothing()
  return meta.changes > 0
}
