import type { Level, Tier } from './tiers.ts'

/** How a spend ended. `expired`: the router never settled, so the reserved amount stands. */
export const USAGE_OUTCOMES = ['completed', 'cancelled', 'failed', 'expired'] as const
export type UsageOutcome = (typeof USAGE_OUTCOMES)[number]

/**
 * One line of the ledger: a try of a generation, or a step of retrieval. `id` is made from the request id, so any number of deliveries makes one
 * line. Money in nano-dollars (1e-9 USD).
 */
export type UsageEvent = {
  readonly id: string
  readonly tenantId: string
  readonly keyId: string
  readonly occurredAtMs: number
  readonly collection: string | null
  readonly tier: Tier | null
  readonly endpointId: string
  readonly configuration: string | null
  readonly provider: string
  readonly region: string
  readonly level: Level | null
  readonly model: string
  readonly promptTokens: number
  readonly completionTokens: number
  /** True when the origin reported no usage and tokens were counted here. */
  readonly estimated: boolean
  readonly costNanoUsd: number
  readonly outcome: UsageOutcome
}

export const USAGE_GROUPS = ['tenant', 'key', 'tier', 'endpoint', 'day'] as const
export type UsageGroup = (typeof USAGE_GROUPS)[number]

export type UsageTotals = {
  readonly requests: number
  readonly promptTokens: number
  readonly completionTokens: number
  readonly costNanoUsd: number
}

/** Totals of one group; a field that was not grouped by is missing, a tier is null where no model of a tier was asked: quotations, retrieval. */
export type UsageSum = UsageTotals & {
  readonly tenant?: string
  readonly key?: string
  readonly tier?: Tier | null
  readonly endpoint?: string
  readonly day?: string
}

/** Everything together; nothing at all is all zeros. */
export function totalUsage(sums: readonly UsageTotals[]): UsageTotals {
  const add = (field: keyof UsageTotals) => sums.reduce((total, sum) => total + sum[field], 0)
  return {
    requests: add('requests'),
    promptTokens: add('promptTokens'),
    completionTokens: add('completionTokens'),
    costNanoUsd: add('costNanoUsd'),
  }
}
