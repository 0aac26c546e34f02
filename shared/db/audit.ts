import { and, desc, eq, gte, lt, sql } from 'drizzle-orm'
import type { AuditAction, AuditLine } from '../domain/audit.ts'
import type { Database } from './client.ts'
import { audit } from './schema.ts'

export type AuditRow = typeof audit.$inferSelect

const toRow = ({ actor, ...line }: AuditLine) => ({
  ...line,
  actorTenantId: actor.tenantId,
  actorKeyId: actor.keyId,
  requestId: actor.requestId,
})

/** To stand right behind a change in its batch: the line is written if that statement changed a row, and only together with it. */
export function lineOfChange(db: Database, line: AuditLine) {
  const { atMs, tenantId, actorTenantId, actorKeyId, requestId, action, target, before, after } = toRow(line)
  const values = sql`NULL, ${atMs}, ${tenantId}, ${actorTenantId}, ${actorKeyId}, ${requestId}, ${action}, ${target}`
  const states = sql`${jsonOrNull(before)}, ${jsonOrNull(after)}`
  return db.insert(audit).select(sql`SELECT ${values}, ${states} WHERE changes() > 0`)
}

const jsonOrNull = (state: AuditLine['before']) => (state === null ? null : JSON.stringify(state))

/** For a change outside this database. It is written first: a line without its change can be seen, a change without a line cannot. */
export async function insertLine(db: Database, line: AuditLine): Promise<void> {
  await db.insert(audit).values(toRow(line))
}

export type AuditQuery = {
  /** Null: of every tenant. */
  readonly tenantId: string | null
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
  readonly action?: AuditAction | undefined
  readonly target?: string | undefined
  /** Only lines with a smaller id. */
  readonly before?: number | undefined
  readonly limit: number
}

/** Newest first. */
export async function listLines(db: Database, query: AuditQuery): Promise<AuditRow[]> {
  const { tenantId, fromMs, toMs, action, target, before, limit } = query
  const conditions = [
    tenantId === null ? undefined : eq(audit.tenantId, tenantId),
    fromMs === undefined ? undefined : gte(audit.atMs, fromMs),
    toMs === undefined ? undefined : lt(audit.atMs, toMs),
    action === undefined ? undefined : eq(audit.action, action),
    target === undefined ? undefined : eq(audit.target, target),
    before === undefined ? undefined : lt(audit.id, before),
  ]
  return db
    .select()
    .from(audit)
    .where(and(...conditions))
    .orderBy(desc(audit.id))
    .limit(limit)
}
