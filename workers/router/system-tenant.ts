import type { Principal } from '../../shared/domain/principal.ts'
import { AppError } from '../../shared/errors.ts'

/** Operators' own tenant: the only one whose keys act on the platform and on other tenants. */
const SYSTEM_TENANT = 'system'

export function requireSystem({ tenantId }: Principal): void {
  if (tenantId !== SYSTEM_TENANT)
    throw new AppError('forbidden', `Only keys of the tenant "${SYSTEM_TENANT}" may do this`)
}

/** The tenant a request acts on: the key's own, or the one it names if the key is the operators'. */
export function actingOn(principal: Principal, named: string | undefined): string {
  if (named === undefined || named === principal.tenantId) return principal.tenantId
  requireSystem(principal)
  return named
}
