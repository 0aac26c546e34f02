import type { Database } from '../../shared/db/client.ts'
import { listPolicies } from '../../shared/db/policies.ts'
import type { Principal } from '../../shared/domain/principal.ts'
import { isWithin, type Priority } from '../../shared/domain/priority.ts'
import type { RoutingPolicy } from '../../shared/domain/routing/policy.ts'
import { DEFAULT_POLICY, fillPolicy, type PolicySettings } from '../../shared/domain/routing/tenant-policy.ts'
import { AppError } from '../../shared/errors.ts'

/** How old an isolate's copy of a tenant's policies may be: a change reaches every isolate within this time. */
const FRESH_MS = 5_000
const MAX_TENANTS = 10_000

/** What a request may say about it in its `requirements`. */
type Asked = { readonly policy?: string | undefined; readonly priority?: Priority | undefined }
export type EffectivePolicy = { readonly name: string; readonly policy: RoutingPolicy }

export type Policies = {
  /** The named one, else the tenant's default, else its plan's, with the priority that was asked for. */
  policyFor(principal: Pick<Principal, 'tenantId' | 'plan'>, asked?: Asked): Promise<EffectivePolicy>
  /** After a change made here, so that the caller sees it at once. */
  forget(tenantId: string): void
}

/** A tenant's policies are read as one and kept for a few seconds. Only values are kept: workerd forbids awaiting another request's I/O. */
export function tenantPolicies(db: Database, now: () => number): Policies {
  const known = new Map<string, { settings: ReadonlyMap<string, PolicySettings>; untilMs: number }>()
  let changes = 0

  const settingsOf = async (tenantId: string) => {
    const cached = known.get(tenantId)
    if (cached && cached.untilMs > now()) return cached.settings
    const seen = changes
    const rows = await listPolicies(db, tenantId)
    const settings = new Map(rows.map(({ name, policy }) => [name, policy]))
    // A change made here while they were read is not in what was read.
    if (seen !== changes) return settings
    if (known.size >= MAX_TENANTS) known.clear()
    known.set(tenantId, { settings, untilMs: now() + FRESH_MS })
    return settings
  }

  return {
    async policyFor({ tenantId, plan }, asked = {}) {
      const settings = await settingsOf(tenantId)
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
    forget(tenantId) {
      known.delete(tenantId)
      changes += 1
    },
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
