import type { ApiEnv } from '../../../shared/api/define-route.ts'
import { getBudgetsRoute, putBudgetRoute } from '../../../shared/api/money.ts'
import type { BudgetReport } from '../../../shared/domain/budget.ts'
import { fromUsd, toUsd } from '../../../shared/domain/money.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import { actingOn } from '../../../shared/http/system-tenant.ts'
import type { TenantRpc } from '../../../shared/ports/objects.ts'

export function budgetsRoutes({ tenant }: { tenant: (tenantId: string) => TenantRpc }) {
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
      const { tenantId: named, keyId, period, limitUsd, alertShares } = c.req.valid('json')
      const tenantId = actingOn(c.get('context').principal, named)
      const limitNanoUsd = limitUsd === null ? null : fromUsd(limitUsd)
      await tenant(tenantId).setBudget(keyId, period, limitNanoUsd, alertShares)
      return c.json(await shown(tenantId), 200)
    })
}

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
