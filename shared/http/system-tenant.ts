import { isOperator, type Principal } from '../domain/principal.ts'
import { AppError } from '../errors.ts'

export function requireSystem(principal: Principal): void {
  if (!isOperator(principal)) throw new AppError('forbidden', 'Only keys of the tenant "system" may do this')
}

/** The tenant a request acts on: the key's own, or the one it names if the key is the operators'. */
export function actingOn(principal: Principal, named: string | undefined): string {
  if (named === undefined || named === principal.tenantId) return principal.tenantId
  requireSystem(principal)
  return named
}
