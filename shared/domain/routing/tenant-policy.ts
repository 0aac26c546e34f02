import { PLAN_POLICIES, type Plan, type RoutingPolicy } from './policy.ts'

/** The name of the policy for requests that name none; a tenant without one has its plan's. */
export const DEFAULT_POLICY = 'default'

/** What a tenant has set of a policy; each field stands whole. */
export type PolicySettings = Partial<RoutingPolicy>

/** What was set, and the plan's for the rest: a change of plan, or a field that is new, reaches every stored policy. */
export function fillPolicy(plan: Plan, settings: PolicySettings): RoutingPolicy {
  return { ...PLAN_POLICIES[plan], ...settings }
}
