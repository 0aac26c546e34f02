import type { Database } from '../../shared/db/client.ts'
import { findKey, findTenant } from '../../shared/db/keys.ts'
import { isOperator, type Principal } from '../../shared/domain/principal.ts'
import { AppError } from '../../shared/errors.ts'
import type { TenantRpc } from '../../shared/ports/objects.ts'

/** What budgets and rate limits are set with. */
export type LimitedDeps = {
  readonly db: Database
  readonly tenant: (tenantId: string) => TenantRpc
  readonly now: () => number
}

/** What operators set for a whole tenant its own admins cannot lift; limits of their keys are theirs. */
export function requireLimiter(principal: Principal, keyId: string | null): void {
  if (keyId === null && !isOperator(principal))
    throw new AppError('forbidden', 'keyId: only operators limit a whole tenant; name a key to limit that')
}

/** A limit on a name that nobody has would hold nothing back, and nobody would notice. */
export async function requireKnown(db: Database, tenantId: string, keyId: string | null): Promise<void> {
  if (!(await findTenant(db, tenantId)))
    throw new AppError('not_found', `tenantId: there is no tenant "${tenantId}"`)
  if (keyId !== null && (await findKey(db, keyId))?.key.tenantId !== tenantId)
    throw new AppError('not_found', `keyId: the tenant "${tenantId}" has no key "${keyId}"`)
}
