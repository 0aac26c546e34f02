import { setTimeout as sleep } from 'node:timers/promises'
import { apiClient, type Client } from '../../cli/lib/client.ts'
import { createKeyRoute, createTenantRoute } from '../../shared/api/access.ts'
import { getDocumentRoute, putDocumentRoute } from '../../shared/api/documents.ts'
import { getBudgetsRoute, putBudgetRoute } from '../../shared/api/money.ts'
import { putPolicyRoute } from '../../shared/api/policies.ts'
import { fromUsd } from '../../shared/domain/money.ts'
import { type Caller, COLLECTION } from './orders.ts'

const TEXT =
  'Everyone has 30 days of leave. The harbour pilot boards two miles off the mole. In strong wind ships lie on two anchors.'

/** One tenant of each plan; the smallest has money for a part of what it will ask. */
const TENANTS = [
  { id: 'small', plan: 'free', limitUsd: 0.05 },
  { id: 'middle', plan: 'pro', limitUsd: 1_000 },
  { id: 'large', plan: 'enterprise', limitUsd: null },
] as const

/** Tenants with keys, budgets, a document each, and the patience to wait for a slot. */
export async function prepare(url: string, operator: Client): Promise<Caller[]> {
  const callers: Caller[] = []
  for (const { id: tenantId, plan, limitUsd } of TENANTS) {
    await operator.call(createTenantRoute, { body: { id: tenantId, name: tenantId, plan } })
    const scopes = ['query', 'documents:read', 'documents:write'] as const
    const { key } = await operator.call(createKeyRoute, {
      body: { tenantId, name: 'survive', scopes: [...scopes] },
    })
    await operator.call(putPolicyRoute, {
      params: { name: 'default' },
      body: {
        tenantId,
        maxWaitMs: 120_000,
        deadlines: { headMs: 20_000, firstTokenMs: 20_000, stallMs: 5_000 },
        hedge: plan === 'enterprise' ? { afterTimes: 3, minMs: 2_000 } : null,
      },
    })
    if (limitUsd !== null)
      await operator.call(putBudgetRoute, { body: { tenantId, period: 'total', limitUsd } })
    await index(apiClient({ url, key }))
    callers.push({ tenantId, key, limitNanoUsd: limitUsd === null ? null : fromUsd(limitUsd) })
  }
  return callers
}

async function index(client: Client) {
  const params = { collection: COLLECTION, id: 'rules.md' }
  await client.call(putDocumentRoute, { params, body: { text: TEXT } })
  for (let tries = 0; tries < 300; tries += 1) {
    const { state } = await client.call(getDocumentRoute, { params })
    if (state === 'live') return
    await sleep(100)
  }
  throw new Error('the document did not become live within 30 s')
}

/** Posted and held money of a tenant in all. */
export async function spentBy(operator: Client, { tenantId }: Caller) {
  const { data } = await operator.call(getBudgetsRoute, { query: { tenantId } })
  const total = data.find(({ keyId, period }) => keyId === null && period === 'total')
  if (!total) throw new Error(`tenant ${tenantId} shows no total`)
  return total
}

/** Looks again and again at what limited tenants have spent and hold; `stop` tells the most that was ever seen of each. */
export function spendingWatch(operator: Client, callers: readonly Caller[]) {
  const over = new AbortController()
  const most = new Map<string, number>()
  const look = async () => {
    while (!over.signal.aborted) {
      for (const caller of callers.filter(({ limitNanoUsd }) => limitNanoUsd !== null)) {
        // A look that fails (an idle connection was closed) is one look less.
        const seen = await spentBy(operator, caller).catch(() => null)
        const sum = seen ? seen.postedNanoUsd + seen.pendingNanoUsd : 0
        most.set(caller.tenantId, Math.max(sum, most.get(caller.tenantId) ?? 0))
      }
      await sleep(200, undefined, { signal: over.signal }).catch(() => undefined)
    }
  }
  const looking = look()
  return {
    async stop() {
      over.abort()
      await looking
      return most
    },
  }
}
