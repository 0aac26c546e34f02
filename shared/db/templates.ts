import { and, desc, eq, isNotNull, ne, notExists, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { AuditLine } from '../domain/audit.ts'
import { lineOfChange } from './audit.ts'
import type { Database } from './client.ts'
import { templates } from './schema.ts'

export type TemplateRow = typeof templates.$inferSelect
/** A version that is no deletion. */
export type WrittenTemplate = TemplateRow & { readonly instructions: string }

export const isWritten = (row: TemplateRow | undefined): row is WrittenTemplate =>
  row !== undefined && row.instructions !== null

/** The latest version, be it a deletion. */
export async function latestTemplate(
  db: Database,
  tenantId: string,
  name: string,
): Promise<TemplateRow | undefined> {
  return db
    .select()
    .from(templates)
    .where(and(eq(templates.tenantId, tenantId), eq(templates.name, name)))
    .orderBy(desc(templates.version))
    .get()
}

export async function findTemplate(
  db: Database,
  { tenantId, name, version }: Pick<TemplateRow, 'tenantId' | 'name' | 'version'>,
): Promise<TemplateRow | undefined> {
  return db
    .select()
    .from(templates)
    .where(and(eq(templates.tenantId, tenantId), eq(templates.name, name), eq(templates.version, version)))
    .get()
}

/** What holds, by name. A tenant has at most MAX_TEMPLATES of them. */
export async function listTemplates(db: Database, tenantId: string): Promise<WrittenTemplate[]> {
  const rows = await db.select().from(templates).where(holding(db, tenantId)).orderBy(templates.name)
  return rows.filter(isWritten)
}

/** An error that says what there is names them all. */
export const MAX_TEMPLATES = 64

/** Adds a version, be it a deletion, and writes the line. False when the tenant has too many already, or when another change has the number. */
export async function addTemplate(db: Database, row: TemplateRow, line: AuditLine): Promise<boolean> {
  const { tenantId, name, version, instructions, createdAtMs, marking } = row
  const others = and(holding(db, tenantId), ne(templates.name, name))
  const room = sql`(SELECT count(*) FROM ${templates} WHERE ${others}) < ${MAX_TEMPLATES}`
  const values = sql`${tenantId}, ${name}, ${version}, ${instructions}, ${createdAtMs}, ${marking}`
  const change = db.insert(templates).select(sql`SELECT ${values} WHERE ${room}`).onConflictDoNothing()
  const [{ meta }] = await db.batch([change, lineOfChange(db, line)])
  return meta.changes > 0
}

/** The last version of its name, which is no deletion. */
function holding(db: Database, tenantId: string) {
  const later = alias(templates, 'later')
  const isLater = sql`${later.version} > ${templates.version}`
  const same = and(eq(later.tenantId, templates.tenantId), eq(later.name, templates.name), isLater)
  const superseding = db.select({ version: later.version }).from(later).where(same)
  return and(eq(templates.tenantId, tenantId), isNotNull(templates.instructions), notExists(superseding))
}
