import { and, eq, sql } from 'drizzle-orm'
import type { AuditLine } from '../domain/audit.ts'
import { lineOfChange } from './audit.ts'
import type { Database } from './client.ts'
import { policies } from './schema.ts'

export type PolicyRow = typeof policies.$inferSelect

/** By name. A tenant has at most MAX_POLICIES of them. */
export async function listPolicies(db: Database, tenantId: string): Promise<PolicyRow[]> {
  return db.select().from(policies).where(eq(policies.tenantId, tenantId)).orderBy(policies.name)
}

export async function findPolicy(
  db: Database,
  tenantId: string,
  name: string,
): Promise<PolicyRow | undefined> {
  return db.select().from(policies).where(named({ tenantId, name })).get()
}

/** Each tenant's are read and kept as one. */
export const MAX_POLICIES = 64

/** Sets or replaces, and writes the line. False when the tenant has too many already, or when another change came between. */
export async function putPolicy(
  db: Database,
  before: PolicyRow | undefined,
  row: PolicyRow,
  line: AuditLine,
): Promise<boolean> {
  const { policy, updatedAtMs } = row
  const room = sql`(SELECT count(*) FROM ${policies} WHERE ${eq(policies.tenantId, row.tenantId)}) < ${MAX_POLICIES}`
  const change = before
    ? db.update(policies).set({ policy, updatedAtMs }).where(unchanged(before))
    : db
        .insert(policies)
        .select(
          sql`SELECT ${row.tenantId}, ${row.name}, ${JSON.stringify(policy)}, ${updatedAtMs} WHERE ${room}`,
        )
        .onConflictDoNothing()
  const [{ meta }] = await db.batch([change, lineOfChange(db, line)])
  return meta.changes > 0
}

/** False when another change came between. */
export async function deletePolicy(db: Database, row: PolicyRow, line: AuditLine): Promise<boolean> {
  const [{ meta }] = await db.batch([db.delete(policies).where(unchanged(row)), lineOfChange(db, line)])
  return meta.changes > 0
}

const named = ({ tenantId, name }: Pick<PolicyRow, 'tenantId' | 'name'>) =>
  and(eq(policies.tenantId, tenantId), eq(policies.name, name))

const unchanged = (row: PolicyRow) => and(named(row), eq(policies.updatedAtMs, row.updatedAtMs))
