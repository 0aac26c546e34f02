import { and, eq, gt } from 'drizzle-orm'
import type { AuditLine } from '../domain/audit.ts'
import { lineOfChange } from './audit.ts'
import type { Database } from './client.ts'
import { endpoints } from './schema.ts'

export type EndpointRow = typeof endpoints.$inferSelect

export async function listEndpoints(db: Database): Promise<EndpointRow[]> {
  return db.select().from(endpoints).orderBy(endpoints.id)
}

/** By id, after `after`. */
export async function listEndpointsPage(
  db: Database,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<EndpointRow[]> {
  return db.select().from(endpoints).where(gt(endpoints.id, after)).orderBy(endpoints.id).limit(limit)
}

export async function findEndpoint(db: Database, id: string): Promise<EndpointRow | undefined> {
  return db.select().from(endpoints).where(eq(endpoints.id, id)).get()
}

/** Registers, or replaces `before`, and writes the line. False when another change came between. */
export async function saveEndpoint(
  db: Database,
  before: EndpointRow | undefined,
  row: EndpointRow,
  line: AuditLine,
): Promise<boolean> {
  const change = before
    ? db.update(endpoints).set(row).where(unchanged(before))
    : db.insert(endpoints).values(row).onConflictDoNothing()
  const [{ meta }] = await db.batch([change, lineOfChange(db, line)])
  return meta.changes > 0
}

/** False when another change came between. */
export async function deleteEndpoint(db: Database, row: EndpointRow, line: AuditLine): Promise<boolean> {
  const [{ meta }] = await db.batch([db.delete(endpoints).where(unchanged(row)), lineOfChange(db, line)])
  return meta.changes > 0
}

const unchanged = ({ id, updatedAtMs }: EndpointRow) =>
  and(eq(endpoints.id, id), eq(endpoints.updatedAtMs, updatedAtMs))
