import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import type { Scope } from '../../shared/domain/principal.ts'
import type { UsageEvent, UsageGroup, UsageSum } from '../../shared/domain/usage.ts'
import type { Deps } from '../../workers/cost/app.ts'
import { createDeps } from '../../workers/cost/deps.ts'
import { recordUsage } from '../../workers/cost/jobs/record-usage.ts'
import { rollUpUsage } from '../../workers/cost/jobs/roll-up.ts'

/** The cost Worker's jobs over the real database and the real tenant objects; only the log is kept here. */
export function costWorker(rest: Partial<Deps> = {}) {
  const log: Record<string, unknown>[] = []
  const deps: Deps = { ...createDeps(env), log: (event) => void log.push(event), ...rest }
  const deliver = async (...bodies: unknown[]) => {
    const messages = bodies.map((body) => ({ id: crypto.randomUUID(), timestamp: 0, attempts: 1, body }))
    const batch = createMessageBatch('fairlead-usage', messages)
    await recordUsage(deps, batch)
    const { retryBatch, retryMessages } = await getQueueResult(batch, createExecutionContext())
    return { isRetried: retryBatch.retry || retryMessages.length > 0 }
  }
  return {
    log,
    deliver,
    record: (events: readonly unknown[]) => deliver({ type: 'usage', events }),
    rollUp: () => rollUpUsage(deps),
  }
}

export const newTenant = () => `usage-${crypto.randomUUID()}`

export const usageEvent = (
  tenantId: string,
  occurredAtMs: number,
  rest: Partial<UsageEvent> = {},
): UsageEvent => ({
  id: crypto.randomUUID(),
  tenantId,
  keyId: 'k',
  occurredAtMs,
  collection: null,
  tier: 'm',
  endpointId: 'e',
  configuration: null,
  provider: 'p',
  region: 'r',
  level: 'gpu_native',
  model: 'x',
  promptTokens: 3,
  completionTokens: 2,
  estimated: false,
  costNanoUsd: 7,
  outcome: 'completed',
  ...rest,
})

type Query = Record<string, string>

/** A request as the router hands it over, through the real binding. */
export function ask(tenantId: string, query: Query, scopes: Scope[] = ['billing:read'], method = 'GET') {
  const principal = { tenantId, plan: 'free' as const, keyId: 'k', scopes, collections: null, principals: [] }
  const url = `https://router/v1/usage?${new URLSearchParams(query).toString()}`
  return env.COST.handle({ requestId: 'req_1', principal }, new Request(url, { method }))
}

type Priced = UsageSum & { costUsd: number }

/** What GET /v1/usage answers to a tenant. */
export async function usage(tenantId: string, query: Query = {}) {
  const response = await ask(tenantId, query)
  expect(response.status).toBe(200)
  return response.json<{ from: string; to: string; data: Priced[]; total: Priced }>()
}

export const iso = (ms: number) => new Date(ms).toISOString()

const groupsOf = (line: UsageEvent) => ({
  tenant: line.tenantId,
  key: line.keyId,
  tier: line.tier,
  endpoint: line.endpointId,
  day: iso(line.occurredAtMs).slice(0, 10),
})

const sum = (lines: UsageEvent[], field: 'promptTokens' | 'completionTokens' | 'costNanoUsd') =>
  lines.reduce((total, line) => total + line[field], 0)

/** The same by hand, line by line. */
export function addUp(
  events: readonly UsageEvent[],
  { fromMs, toMs, groupBy }: { fromMs: number; toMs: number; groupBy: readonly UsageGroup[] },
): UsageSum[] {
  const inRange = events.filter(({ occurredAtMs }) => occurredAtMs >= fromMs && occurredAtMs < toMs)
  const named = (line: UsageEvent) =>
    Object.fromEntries(groupBy.map((group) => [group, groupsOf(line)[group]]))
  const groups = Map.groupBy(inRange, (line) => JSON.stringify(named(line)))
  return [...groups].map(([names, lines]) => ({
    ...(JSON.parse(names) as Partial<UsageSum>),
    requests: lines.length,
    promptTokens: sum(lines, 'promptTokens'),
    completionTokens: sum(lines, 'completionTokens'),
    costNanoUsd: sum(lines, 'costNanoUsd'),
  }))
}
