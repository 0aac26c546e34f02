import type { ApiEnv } from '../../../shared/api/define-route.ts'
import { getBudgetsRoute, putBudgetRoute } from '../../../shared/api/money.ts'
import { insertLine } from '../../../shared/db/audit.ts'
import { type BudgetReport, DEFAULT_ALERT_SHARES } from '../../../shared/domain/budget.ts'
import { fromUsd, toUsd } from '../../../shared/domain/money.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import { actingOn } from '../../../shared/http/system-tenant.ts'
import { auditLine } from '../audit.ts'
import { type LimitedDeps, requireKnown, requireLimiter } from '../limited.ts'

export function budgetsRoutes({ db, tenant, now }: LimitedDeps) {
  const shown = async (tenantId: string) => ({
    tenantId,
    data: (await tenant(tenantId).budgets()).map(describe),
  })
  return apiApp<ApiEnv>()
    .openapi(getBudgetsRoute, async (c) => {
      const tenantId = actingOn(c.get('context').principal, c.req.valid('query').tenantId)
      return c.json(await shown(tenantId), 200)
    })
    .openapi(putBudgetRoute, async (c) => {
      const context = c.get('context')
      const { tenantId: named, keyId, period, limitUsd, alertShares } = c.req.valid('json')
      const tenantId = actingOn(context.principal, named)
      requireLimiter(context.principal, keyId)
      await requireKnown(db, tenantId, keyId)
      const limitNanoUsd = limitUsd === null ? null : fromUsd(limitUsd)
      const known = (await tenant(tenantId).budgets()).find(
        (one) => one.keyId === keyId && one.period === period,
      )
      const change = { atMs: now(), tenantId, action: 'budget.put', target: keyId ?? tenantId } as const
      const after = { period, limitNanoUsd, alertShares: alertShares ?? DEFAULT_ALERT_SHARES }
      const before = known ? settingsOf(known) : null
      await insertLine(db, auditLine(context, { ...change, before, after }))
      await tenant(tenantId).setBudget(keyId, period, limitNanoUsd, alertShares)
      return c.json(await shown(tenantId), 200)
    })
}

const settingsOf = ({ period, limitNanoUsd, alertShares }: BudgetReport) => ({
  period,
  limitNanoUsd,
  alertShares,
})

const describe = ({ limitNanoUsd, postedNanoUsd, pendingNanoUsd, alerts, ...rest }: BudgetReport) => ({
  ...rest,
  limitUsd: limitNanoUsd === null ? null : toUsd(limitNanoUsd),
  limitNanoUsd,
  postedUsd: toUsd(postedNanoUsd),
  postedNanoUsd,
  pendingUsd: toUsd(pendingNanoUsd),
  pendingNanoUsd,
  alertShares: [...rest.alertShares],
  alerts: alerts.map(({ share, crossedAtMs }) => ({ share, crossedAt: new Date(crossedAtMs).toISOString() })),
})
