import type { Priority } from '../priority.ts'

export const PLANS = ['free', 'pro', 'enterprise'] as const
export type Plan = (typeof PLANS)[number]

/** What a tenant wants of routing, as data: stored, shown, replayed. Nothing in it can loosen a hard constraint. */
export type RoutingPolicy = {
  /** How much each matters beside the others; at least one is above 0. */
  readonly weights: { readonly cost: number; readonly latency: number; readonly quality: number }
  /** 0..1: how much of the expected prefill a likely prefix hit takes off. The favoured endpoint is left once its load is above `maxLoad` × the mean. */
  readonly affinity: { readonly weight: number; readonly maxLoad: number }
  /** Which tiers may stand in when no endpoint of the wanted one can serve. */
  readonly fallback: 'none' | 'larger' | 'any'
  readonly priority: Priority
  /** How long a request may wait for a slot, in milliseconds. */
  readonly maxWaitMs: number
  /** A second endpoint is asked when the first is silent for `afterTimes` × its expected time to first token; null: never. It holds money of its own. */
  readonly hedge: { readonly afterTimes: number; readonly minMs: number } | null
  /** Silence that counts as a failure, in milliseconds. */
  readonly deadlines: { readonly headMs: number; readonly firstTokenMs: number; readonly stallMs: number }
  /** A stream slower than this over 30 seconds of waiting counts as a failure; 0: never. */
  readonly minTokensPerSecond: number
  /** What retrieval found may move the tier. */
  readonly retrievalMovesTier: boolean
}

const common = {
  affinity: { weight: 0.5, maxLoad: 1.25 },
  fallback: 'any',
  priority: 'production-standard',
  maxWaitMs: 5_000,
  hedge: null,
  deadlines: { headMs: 30_000, firstTokenMs: 60_000, stallMs: 30_000 },
  minTokensPerSecond: 1,
  retrievalMovesTier: false,
} as const satisfies Omit<RoutingPolicy, 'weights'>

/** What counts for whom. Source of the weights: requirements document, intelligent router. */
export const PLAN_POLICIES: Readonly<Record<Plan, RoutingPolicy>> = {
  free: { ...common, weights: { cost: 0.7, latency: 0.2, quality: 0.1 } },
  pro: { ...common, weights: { cost: 0.3, latency: 0.4, quality: 0.3 } },
  enterprise: {
    ...common,
    weights: { cost: 0.1, latency: 0.3, quality: 0.6 },
    hedge: { afterTimes: 3, minMs: 1_000 },
  },
}
