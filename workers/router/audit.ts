import type { AuditLine } from '../../shared/domain/audit.ts'
import type { CallContext } from '../../shared/ports/services.ts'

/** The line of a change that this request makes. */
export function auditLine(
  { requestId, principal }: CallContext,
  change: Omit<AuditLine, 'actor'>,
): AuditLine {
  const { tenantId, keyId } = principal
  return { ...change, actor: { tenantId, keyId, requestId } }
}
