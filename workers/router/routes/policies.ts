import type { ApiEnv } from '../../../shared/api/define-route.ts'
import {
  deletePolicyRoute,
  getPolicyRoute,
  listPoliciesRoute,
  putPolicyRoute,
} from '../../../shared/api/policies.ts'
import type { Database } from '../../../shared/db/client.ts'
import { findTenant, type TenantRow } from '../../../shared/db/keys.ts'
import {
  deletePolicy,
  findPolicy,
  listPolicies,
  MAX_POLICIES,
  type PolicyRow,
  putPolicy,
} from '../../../shared/db/policies.ts'
import { isOperator, type Principal } from '../../../shared/domain/principal.ts'
import { isWithin } from '../../../shared/domain/priority.ts'
import { PLAN_POLICIES } from '../../../shared/domain/routing/policy.ts'
import {
  DEFAULT_POLICY,
  fillPolicy,
  type PolicySettings,
} from '../../../shared/domain/routing/tenant-policy.ts'
import { AppError } from '../../../shared/errors.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import { actingOn } from '../../../shared/http/system-tenant.ts'
import { auditLine } from '../audit.ts'
import type { Policies } from '../policies.ts'

export type PoliciesDeps = { readonly db: Database; readonly policies: Policies; readonly now: () => number }

/** How a tenant wants its requests routed, as data. */
export function policiesRoutes({ db, policies, now }: PoliciesDeps) {
  const tenantOf = async (principal: Principal, named: string | undefined) => {
    const tenantId = actingOn(principal, named)
    const tenant = await findTenant(db, tenantId)
    if (tenant) return tenant
    throw new AppError('not_found', `tenantId: there is no tenant "${tenantId}"`)
  }
  return apiApp<ApiEnv>()
    .openapi(listPoliciesRoute, async (c) => {
      const tenant = await tenantOf(c.get('context').principal, c.req.valid('query').tenantId)
      const rows = await listPolicies(db, tenant.id)
      const isSet = rows.some(({ name }) => name === DEFAULT_POLICY)
      const shown = isSet ? rows : [...rows, unset(tenant)].toSorted(byName)
      return c.json({ data: shown.map((row) => describePolicy(tenant, row)), nextCursor: null }, 200)
    })
    .openapi(getPolicyRoute, async (c) => {
      const { name } = c.req.valid('param')
      const tenant = await tenantOf(c.get('context').principal, c.req.valid('query').tenantId)
      const row = await findPolicy(db, tenant.id, name)
      if (!row && name !== DEFAULT_POLICY) throw unknown(name)
      return c.json(describePolicy(tenant, row ?? unset(tenant)), 200)
    })
    .openapi(putPolicyRoute, async (c) => {
      const context = c.get('context')
      const { name } = c.req.valid('param')
      const { tenantId: named, ...policy } = c.req.valid('json')
      const tenant = await tenantOf(context.principal, named)
      requireWithinPlan(context.principal, tenant, policy)
      const before = await findPolicy(db, tenant.id, name)
      const atMs = Math.max(now(), (before?.updatedAtMs ?? 0) + 1)
      const row = { tenantId: tenant.id, name, policy, updatedAtMs: atMs }
      const change = { atMs, tenantId: tenant.id, action: 'policy.put', target: name } as const
      const line = auditLine(context, { ...change, before: before?.policy ?? null, after: policy })
      if (!(await putPolicy(db, before, row, line))) throw notSaved(name)
      policies.forget(tenant.id)
      return c.json(describePolicy(tenant, row), before ? 200 : 201)
    })
    .openapi(deletePolicyRoute, async (c) => {
      const context = c.get('context')
      const { name } = c.req.valid('param')
      const tenantId = actingOn(context.principal, c.req.valid('query').tenantId)
      const row = await findPolicy(db, tenantId, name)
      if (!row) throw unknown(name)
      const change = { atMs: now(), tenantId, action: 'policy.delete', target: name } as const
      const line = auditLine(context, { ...change, before: row.policy, after: null })
      if (!(await deletePolicy(db, row, line))) throw notSaved(name)
      policies.forget(tenantId)
      return c.json({ name, deleted: true as const }, 200)
    })
}

const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1)

/** What holds as `default` while nobody has set it. */
const unset = ({ id }: TenantRow) => ({
  tenantId: id,
  name: DEFAULT_POLICY,
  policy: {},
  updatedAtMs: null,
})

const describePolicy = (
  { plan }: TenantRow,
  { tenantId, name, policy, updatedAtMs }: Omit<PolicyRow, 'updatedAtMs'> & { updatedAtMs: number | null },
) => ({
  tenantId,
  name,
  policy: fillPolicy(plan, policy),
  set: policy,
  updatedAt: updatedAtMs === null ? null : new Date(updatedAtMs).toISOString(),
})

/** Otherwise every tenant would put itself before all others. */
function requireWithinPlan(principal: Principal, { plan }: TenantRow, { priority }: PolicySettings) {
  const most = PLAN_POLICIES[plan].priority
  if (priority === undefined || isOperator(principal) || isWithin(priority, most)) return
  throw new AppError('forbidden', `priority: the plan "${plan}" has "${most}"; only operators give more`)
}

const unknown = (name: string) =>
  new AppError('not_found', `There is no policy "${name}"; GET /v1/policies lists them`)

const notSaved = (name: string) =>
  new AppError(
    'conflict',
    `The policy "${name}" was changed meanwhile, or the tenant has ${MAX_POLICIES} already; look at them and try again`,
  )
