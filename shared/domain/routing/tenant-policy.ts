import { PLAN_POLICIES, type Plan, type RoutingPolicy } from './policy.ts'

/** The name of the policy for requests that name none; a tenant without one has its plan's. */
export const DEFAULT_POLICY = 'default'

/** What a tenant has set of a policy; each field stands whole. */
export type PolicySettings = { readonly [Field in keyof RoutingPolicy]?: RoutingPolicy[Field] | undefined }

/** What was set, and the plan's for the rest: a change of plan, or a field that is new, reaches every stored policy. */
export function fillPolicy(plan: Plan, settings: PolicySettings): RoutingPolicy {
  const rest = PLAN_POLICIES[plan]
  return {
    weights: settings.weights ?? rest.weights,
    affinity: settings.affinity ?? rest.affinity,
    fallback: settings.fallback ?? rest.fallback,
    priority: settings.priority ?? rest.priority,
    maxWaitMs: settings.maxWaitMs ?? rest.maxWaitMs,
    // Null is set: never.
    hedge: settings.hedge === undefined ? rest.hedge : settings.hedge,
    deadlines: settings.deadlines ?? rest.deadlines,
    minTokensPerSecond: settings.minTokensPerSecond ?? rest.minTokensPerSecond,
    retrievalMovesTier: settings.retrievalMovesTier ?? rest.retrievalMovesTier,
  }
}
