import { auditRoute } from '../../../shared/api/audit.ts'
import type { ApiEnv } from '../../../shared/api/define-route.ts'
import { type AuditRow, listLines } from '../../../shared/db/audit.ts'
import type { Database } from '../../../shared/db/client.ts'
import { isOperator, type Principal } from '../../../shared/domain/principal.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import { actingOn } from '../../../shared/http/system-tenant.ts'

/** Who changed what. There is no route that writes: lines come with the changes themselves. */
export function auditRoutes({ db }: { db: Database }) {
  return apiApp<ApiEnv>().openapi(auditRoute, async (c) => {
    const { limit, cursor, tenantId: named, from, to, action, target } = c.req.valid('query')
    const rows = await listLines(db, {
      tenantId: tenantOf(c.get('context').principal, named),
      fromMs: from === undefined ? undefined : Date.parse(from),
      toMs: to === undefined ? undefined : Date.parse(to),
      action,
      target,
      before: cursor === undefined ? undefined : Number(cursor),
      limit: limit + 1,
    })
    const data = rows.slice(0, limit).map(describeLine)
    return c.json({ data, nextCursor: rows.length > limit ? (data.at(-1)?.id ?? null) : null }, 200)
  })
}

/** Null is every tenant: for operators who name none. */
function tenantOf(principal: Principal, named: string | undefined): string | null {
  return named === undefined && isOperator(principal) ? null : actingOn(principal, named)
}

const describeLine = ({ id, atMs, actorTenantId, actorKeyId, ...line }: AuditRow) => ({
  ...line,
  id: String(id),
  at: new Date(atMs).toISOString(),
  actor: { tenantId: actorTenantId, keyId: actorKeyId },
})
