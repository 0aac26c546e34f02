import type { ApiEnv } from '../../../shared/api/define-route.ts'
import { usageRoute } from '../../../shared/api/money.ts'
import type { Database } from '../../../shared/db/client.ts'
import { sumUsage } from '../../../shared/db/usage.ts'
import { toUsd } from '../../../shared/domain/money.ts'
import { isOperator, type Principal } from '../../../shared/domain/principal.ts'
import { DAY_MS } from '../../../shared/domain/rollup.ts'
import { totalUsage, type UsageGroup, type UsageTotals } from '../../../shared/domain/usage.ts'
import { AppError } from '../../../shared/errors.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import { actingOn } from '../../../shared/http/system-tenant.ts'

export type UsageDeps = { readonly db: Database; readonly now: () => number }

const DEFAULT_RANGE_MS = 30 * DAY_MS
/** One answer is built in memory; a wider question is asked in parts. */
const MAX_GROUPS = 10_000

export function usageRoutes({ db, now }: UsageDeps) {
  return apiApp<ApiEnv>().openapi(usageRoute, async (c) => {
    const { from, to, groupBy, tenantId: named } = c.req.valid('query')
    const range = rangeOf(from, to, now())
    const tenantId = tenantOf(c.get('context').principal, named, groupBy)
    const sums = await sumUsage(db, { ...range, tenantId, groupBy, limit: MAX_GROUPS + 1 })
    if (sums.length > MAX_GROUPS)
      throw new AppError(
        'invalid_request',
        `groupBy: this makes more than ${MAX_GROUPS} groups; group by less or ask for a shorter range`,
      )
    const answer = { data: sums.map(priced), total: priced(totalUsage(sums)) }
    return c.json({ from: iso(range.fromMs), to: iso(range.toMs), ...answer }, 200)
  })
}

const iso = (ms: number) => new Date(ms).toISOString()

const priced = <T extends UsageTotals>(sum: T) => ({ ...sum, costUsd: toUsd(sum.costNanoUsd) })

function rangeOf(from: string | undefined, to: string | undefined, nowMs: number) {
  const toMs = to === undefined ? nowMs : Date.parse(to)
  const fromMs = from === undefined ? toMs - DEFAULT_RANGE_MS : Date.parse(from)
  if (fromMs < toMs) return { fromMs, toMs }
  throw new AppError('invalid_request', `from: must be before \`to\`, which is ${iso(toMs)}`)
}

/** Null is every tenant: for operators who group by tenant and name none. */
function tenantOf(principal: Principal, named: string | undefined, groupBy: readonly UsageGroup[]) {
  const isForAll = named === undefined && groupBy.includes('tenant') && isOperator(principal)
  return isForAll ? null : actingOn(principal, named)
}
