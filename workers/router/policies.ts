import type { Database } from '../../shared/db/client.ts'
import { listPolicies } from '../../shared/db/policies.ts'
import type { Principal } from '../../shared/domain/principal.ts'
import { isWithin, type Priority } from '../../shared/domain/priority.ts'
import type { RoutingPolicy } from '../../shared/domain/routing/policy.ts'
import { DEFAULT_POLICY, fillPolicy, type PolicySettings } from '../../shared/domain/routing/tenant-policy.ts'
import { AppError } from '../../shared/errors.ts'
import { shortLived } from './short-lived.ts'

/** What a request may say about it in its `requirements`. */
type Asked = { readonly policy?: string | undefined; readonly priority?: Priority | undefined }
export type EffectivePolicy = { readonly name: string; readonly policy: RoutingPolicy }

export type Policies = {
  /** The named one, else the tenant's default, else its plan's, with the priority that was asked for. */
  policyFor(principal: Pick<Principal, 'tenantId' | 'plan'>, asked?: Asked): Promise<EffectivePolicy>
  /** After a change made here, so that the caller sees it at once. */
  forget(tenantId: string): void
}

/** A tenant's policies are read as one and kept for a few seconds. */
export function tenantPolicies(db: Database, now: () => number): Policies {
  const settingsOf = shortLived<ReadonlyMap<string, PolicySettings>>(async (tenantId) => {
    const rows = await listPolicies(db, tenantId)
    return new Map(rows.map(({ name, policy }) => [name, policy]))
  }, now)

  return {
    async policyFor({ tenantId, plan }, asked = {}) {
      const settings = await settingsOf.of(tenantId)
      const name = asked.policy ?? DEFAULT_POLICY
      const set = settings.get(name)
      if (!set && name !== DEFAULT_POLICY)
        throw new AppError(
          'not_found',
          `requirements.policy: there is no policy "${name}"; GET /v1/policies lists them`,
        )
      const policy = withPriority(fillPolicy(plan, set ?? {}), asked.priority)
      // No policy can be named like this, so that a decision record never confuses the two.
      return { name: set ? name : `plan:${plan}`, policy }
    },
    forget: settingsOf.forget,
  }
}

/** A request may stand back behind others, never push past what its policy gives it. */
function withPriority(policy: RoutingPolicy, asked: Priority | undefined): RoutingPolicy {
  if (asked === undefined) return policy
  if (isWithin(asked, policy.priority)) return { ...policy, priority: asked }
  throw new AppError(
    'invalid_request',
    `requirements.priority: the policy allows "${policy.priority}" or less`,
  )
}
