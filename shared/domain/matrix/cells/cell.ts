import type { Level, Tier } from '../../tiers.ts'
import type { GpuName, Precision, RequirementVerdict } from '../sources/sources.ts'

/** How well a figure is known: inside what was measured, near it, or computed for hardware or a model nobody measured here. */
export const BASES = ['measured', 'interpolated', 'modelled'] as const
export type EstimateBasis = (typeof BASES)[number]

/** A figure with its 80 % interval. */
export type Estimate = {
  readonly value: number
  readonly low: number
  readonly high: number
  readonly basis: EstimateBasis
}

/**
 * Why a configuration is not better than it is, for machines. `blocking`: does not run at all; `slo`: runs, but not as its tier promises;
 * `preference`: a drawback, or a doubt, of what runs.
 */
export const REASON_CODES = {
  gpu_not_offered: 'blocking',
  too_few_gpus: 'blocking',
  weights_do_not_fit: 'blocking',
  heads_not_divisible: 'blocking',
  group_not_divisible: 'blocking',
  no_fp8_arithmetic: 'preference',
  no_fp4_arithmetic: 'blocking',
  context_too_short: 'slo',
  kv_exhausted: 'slo',
  first_token_too_late: 'slo',
  tokens_too_slow: 'slo',
  throughput_too_low: 'slo',
  tensor_parallel_over_pcie: 'slo',
  no_fast_network: 'blocking',
  several_nodes: 'preference',
  price_unknown: 'slo',
  not_installed: 'preference',
  cold_start: 'preference',
  dearer_than_best: 'preference',
  uncertain: 'preference',
  oversized: 'preference',
} as const satisfies Readonly<Record<string, 'blocking' | 'slo' | 'preference'>>
export type ReasonCode = keyof typeof REASON_CODES

export type Reason = {
  readonly code: ReasonCode
  /** One sentence with the figures, for people. */
  readonly message: string
}

/** One way to run one model on one GPU, and what to expect of one replica. */
export type Plan = {
  readonly model: string
  readonly precision: Precision
  readonly tensorParallel: number
  readonly pipelineParallel: number
  readonly gpuCount: number
  readonly maxContextTokens: number
  /** Sequences at once: what the KV cache holds at the planned length, and what meets the tier's promise. */
  readonly kvConcurrency: number
  readonly sloConcurrency: number
  /** What the figures below are for: the tier's load, or fewer at once where only fewer fit or meet the promise. */
  readonly load: {
    readonly promptTokens: number
    readonly outputTokens: number
    readonly concurrency: number
  }
  readonly timeToFirstTokenMs: Estimate
  readonly timeToFirstTokenP99Ms: Estimate
  readonly timePerOutputTokenMs: Estimate
  readonly outputTokensPerSecond: Estimate
  /** As much as meets the promise, or the load above where nothing does: what a thousand tokens are priced at. */
  readonly atCapacity: { readonly concurrency: number; readonly outputTokensPerSecond: Estimate }
  readonly memory: {
    readonly budgetBytes: number
    readonly weightBytes: number
    readonly activationBytes: number
    readonly overheadBytes: number
    readonly kvBytes: number
  }
}

/** What a plan costs at one provider. All money in integer nano-dollars. */
export type PlanCost = {
  readonly provider: string
  readonly lowNanoUsdPerGpuHour: number
  readonly highNanoUsdPerGpuHour: number
  readonly basis: string
  readonly source: string
  readonly readOn: string
  /** At `utilisation` of the plan's capacity; low and high of the range of prices and of throughput. */
  readonly nanoUsdPerKTok: number
  readonly lowNanoUsdPerKTok: number
  readonly highNanoUsdPerKTok: number
  readonly utilisation: number
  /** GPUs that have to be rented for one replica. */
  readonly rentedGpus: number
  /** What has to be rented for one replica, 730 hours of it, whether used or not: whole machines where only those are sold. */
  readonly monthlyNanoUsd: number
  readonly coldStartMs: number
}

export const VERDICTS = ['no', 'fits', 'viable', 'recommended'] as const
export type Verdict = (typeof VERDICTS)[number]

/** One of the 96 configurations. */
export type Cell = {
  /** `l.h100.gpu_native` */
  readonly id: string
  readonly tier: Tier
  readonly gpu: GpuName
  readonly level: Level
  /** The best that holds: `fits` in memory and can be had, `viable` meets the tier's promise, `recommended` is among the best of its tier and level. */
  readonly verdict: Verdict
  /** Why it is not better. Empty for `recommended` without drawbacks. */
  readonly reasons: readonly Reason[]
  /** The best way to run the tier here; null when nothing runs. */
  readonly plan: Plan | null
  /** Cheapest first. Empty when nobody offers it or no price is known. */
  readonly costs: readonly PlanCost[]
  readonly requirement: {
    readonly verdict: RequirementVerdict
    readonly agrees: boolean
    /** Why the computed verdict differs; null where it agrees. */
    readonly difference: string | null
  }
  readonly failureModes: readonly string[]
  readonly guidance: {
    readonly deployment: readonly string[]
    readonly scheduling: readonly string[]
    readonly observability: readonly string[]
    readonly cost: readonly string[]
  }
}

/** The order of `TASKS` is that of the tiers. */
export const TASKS = ['simple', 'moderate', 'complex', 'frontier'] as const

/** What a configuration must do. Whatever is left out does not matter. */
export type PlanRequirements = {
  readonly tier?: Tier | undefined
  /** Names the tier by its task. */
  readonly task?: (typeof TASKS)[number] | undefined
  readonly maxTimeToFirstTokenMs?: number | undefined
  readonly maxTimePerOutputTokenMs?: number | undefined
  readonly maxUsdPerKTok?: number | undefined
  /** All of them must be attested by the same provider. */
  readonly compliance?: readonly string[] | undefined
  /** All of them must hold for the same region. */
  readonly residency?: readonly string[] | undefined
  readonly levels?: readonly Level[] | undefined
  readonly gpus?: readonly GpuName[] | undefined
  /** Names on the hub; any of them will do. */
  readonly models?: readonly string[] | undefined
  readonly contextTokens?: number | undefined
  /** Answers at the same time; replicas are added for them, each of which keeps the limits at the tier's planned load at least. */
  readonly users?: number | undefined
}

/** A configuration that does what is required. */
export type Ranked = {
  readonly configuration: string
  /** 0..1, higher is better: beside the best of those that qualify. */
  readonly score: number
  readonly provider: string
  readonly regions: readonly string[]
  readonly replicas: number
  /** Of all replicas. */
  readonly gpuCount: number
  readonly plan: Plan
  readonly cost: PlanCost
  /** Of all replicas. */
  readonly monthlyNanoUsd: number
  /** Stands there today; otherwise it must be bought first, and ranks after what stands. */
  readonly isInstalled: boolean
  /** Why it stands here, in sentences. */
  readonly reasons: readonly string[]
}

export type Selection = {
  readonly tier: Tier
  readonly ranked: readonly Ranked[]
  /** Every other cell of the tier, and why it lost. */
  readonly rejected: readonly { readonly configuration: string; readonly reasons: readonly string[] }[]
}
