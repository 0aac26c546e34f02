import { env } from 'cloudflare:workers'
import { listLines } from '../../shared/db/audit.ts'
import { database } from '../../shared/db/client.ts'
import type { AuditAction, AuditedState, AuditLine } from '../../shared/domain/audit.ts'

/** A line of a change that nobody in particular made. */
export const auditLineOf = (
  tenantId: string,
  action: AuditAction,
  target: string,
  after: AuditedState | null = null,
): AuditLine => ({
  atMs: 1,
  actor: { tenantId: 'system', keyId: 'k', requestId: 'req_1' },
  tenantId,
  action,
  target,
  before: null,
  after,
})

export const linesOf = (tenantId: string) => listLines(database(env.DB), { tenantId, limit: 100 })
