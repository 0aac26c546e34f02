import type { ApiEnv } from '../../../shared/api/define-route.ts'
import { getLimitsRoute, putLimitsRoute } from '../../../shared/api/limits.ts'
import { insertLine } from '../../../shared/db/audit.ts'
import type { RateLimitState, RateLimits } from '../../../shared/domain/rate-limit.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import { actingOn } from '../../../shared/http/system-tenant.ts'
import { auditLine } from '../audit.ts'
import { type LimitedDeps, requireKnown, requireLimiter } from '../limited.ts'

/** How fast a tenant and each of its keys may ask; counted and enforced by the tenant's object. */
export function limitsRoutes({ db, tenant, now }: LimitedDeps) {
  const shown = async (tenantId: string) => ({ tenantId, data: await tenant(tenantId).rateLimits() })
  return apiApp<ApiEnv>()
    .openapi(getLimitsRoute, async (c) => {
      const tenantId = actingOn(c.get('context').principal, c.req.valid('query').tenantId)
      return c.json(await shown(tenantId), 200)
    })
    .openapi(putLimitsRoute, async (c) => {
      const context = c.get('context')
      const { tenantId: named, keyId, ...limits } = c.req.valid('json')
      const tenantId = actingOn(context.principal, named)
      requireLimiter(context.principal, keyId)
      await requireKnown(db, tenantId, keyId)
      const known = (await tenant(tenantId).rateLimits()).find((one) => one.keyId === keyId)
      const change = { atMs: now(), tenantId, action: 'limits.put', target: keyId ?? tenantId } as const
      const before = known ? limitsOf(known) : null
      await insertLine(db, auditLine(context, { ...change, before, after: limits }))
      await tenant(tenantId).setRateLimits(keyId, limits)
      return c.json(await shown(tenantId), 200)
    })
}

const limitsOf = ({ requestsPerMinute, tokensPerMinute, concurrency }: RateLimitState): RateLimits => ({
  requestsPerMinute,
  tokensPerMinute,
  concurrency,
})
