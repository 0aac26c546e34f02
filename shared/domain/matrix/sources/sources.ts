import type { Level, Tier } from '../../tiers.ts'

/** The six GPUs, largest first. */
export const GPU_NAMES = ['b200', 'h200', 'h100', 'a100', 'l40s', 'rtx4090'] as const
export type GpuName = (typeof GPU_NAMES)[number]

/** What weights are stored in. `w4`: 4-bit groups of 128 (AWQ, GPTQ), computed in bf16; `nvfp4`: 4-bit with arithmetic of its own. */
export const PRECISIONS = ['bf16', 'fp8', 'w4', 'nvfp4'] as const
export type Precision = (typeof PRECISIONS)[number]

/** Where a figure was read, and when (ISO date). */
export type Provenance = { readonly source: string; readonly readOn: string }

/** How a layer keeps what it has read: grouped heads (MHA where both counts are equal), or one latent vector that every GPU holds whole. */
export type Attention =
  | {
      readonly kind: 'grouped'
      readonly queryHeads: number
      readonly kvHeads: number
      readonly headDimension: number
    }
  | {
      readonly kind: 'latent'
      readonly queryHeads: number
      readonly latentDimension: number
      readonly ropeDimension: number
    }

export type Experts = {
  readonly routed: number
  readonly shared: number
  readonly perToken: number
  readonly intermediate: number
  /** Layers at the beginning that have no experts. */
  readonly denseLayers: number
}

/** A model as its config.json describes it. Counts are exact; parameters are recomputed from the architecture. */
export type Model = Provenance & {
  /** On the Hugging Face hub. */
  readonly name: string
  readonly tier: Tier
  readonly parameters: number
  /** Parameters that one token passes through; all of them where there are no experts. */
  readonly activeParameters: number
  readonly layers: number
  readonly hidden: number
  readonly intermediate: number
  readonly vocabulary: number
  readonly attention: Attention
  readonly experts: Experts | null
  /** What it was published in. */
  readonly nativePrecision: 'bf16' | 'fp8'
  /** Longest context without changing its configuration. */
  readonly contextTokens: number
}

/** One GPU, dense figures, without sparsity. */
export type Gpu = Provenance & {
  readonly name: GpuName
  readonly title: string
  readonly architecture: 'blackwell' | 'hopper' | 'ampere' | 'ada'
  /** Compute capability times ten: 89 and up have FP8 arithmetic. */
  readonly sm: number
  /** What a process can see. */
  readonly memoryBytes: number
  readonly bytesPerSecond: number
  /** Operations a second; a precision without its own arithmetic computes in bf16. */
  readonly flops: Readonly<Partial<Record<Precision, number>> & { bf16: number }>
  readonly link: 'nvlink' | 'pcie'
  /** To the other GPUs of the node, one way. */
  readonly linkBytesPerSecond: number
  /** To other nodes, for each GPU, one way. */
  readonly interNodeBytesPerSecond: number
  readonly watts: number
  readonly gpusPerNode: number
  /** What one costs to buy, without its server; null where nobody published it. */
  readonly purchaseNanoUsd: number | null
}

/** Regimes that a provider can be attested for. `air_gapped`: works without any network to the outside. */
export const REGIMES = [
  'soc2',
  'hipaa',
  'pci-dss',
  'fedramp',
  'gdpr',
  'c5',
  'iso27001',
  'air_gapped',
] as const
export type Regime = (typeof REGIMES)[number]

export type Region = {
  readonly name: string
  /** Places that text processed there stays in. */
  readonly residency: readonly string[]
}

export type Offer = Provenance & {
  readonly gpu: GpuName
  /** As the provider names it. */
  readonly instance: string
  /** GPU counts that can be rented as one machine. */
  readonly gpuCounts: readonly number[]
  readonly regions: readonly string[]
  /** Several machines in one fast network, for models larger than one. */
  readonly isMultiNode: boolean
  /** False: could be bought or reserved, but stands nowhere today. */
  readonly isInstalled: boolean
}

/** A vendor of GPU time, or a site with racks of one's own. */
export type Provider = {
  readonly name: string
  readonly title: string
  readonly level: Level
  readonly regions: readonly Region[]
  readonly offers: readonly Offer[]
  readonly attestations: readonly (Provenance & { readonly regime: Regime })[]
  readonly billing: {
    readonly unit: 'second' | 'minute' | 'hour' | 'owned'
    /** Billed after the last answer before it scales to nothing; 0 where machines stay. */
    readonly idleSeconds: number
    readonly scalesToZero: boolean
  }
  /** Until a machine is there, without loading the model. */
  readonly provisionMs: number
  /** What weights are loaded with. */
  readonly loadBytesPerSecond: number
}

/** Dollars for one GPU in nano-dollars: a range, equal ends where there is one price. */
export type GpuPrice = Provenance & {
  readonly provider: string
  readonly gpu: GpuName
  readonly basis: 'on_demand' | 'spot' | 'serverless' | 'community'
  readonly lowNanoUsdPerGpuHour: number
  readonly highNanoUsdPerGpuHour: number
  /** Fewest GPUs sold at this price. */
  readonly minGpus: number
  /** Another provider's price standing in where its own is not published. */
  readonly standsInFor: string | null
}

/** What owning costs besides the GPUs themselves. */
export type Ownership = Provenance & {
  /** Server, network and storage on top of the GPU's price, as a share of it. */
  readonly serverShare: number
  readonly amortisationYears: number
  readonly powerUsdPerKilowattHour: number
  /** Power usage effectiveness: what the building draws for each watt of the machines. */
  readonly pue: number
  /** Watts of the server for each GPU besides the GPU. */
  readonly serverWattsPerGpu: number
  /** Space, hands and spare parts: share of the purchase price a year. */
  readonly operationsShareAYear: number
}

/** What a tier promises, and the load it is planned for. Times in milliseconds, lengths in tokens. */
export type TierTarget = {
  readonly tier: Tier
  readonly title: string
  readonly useCases: readonly string[]
  readonly models: readonly string[]
  readonly slo: {
    readonly timeToFirstTokenP99Ms: number
    readonly timePerOutputTokenMs: number
    /** Of one replica, at least. */
    readonly outputTokensPerSecond: number
    readonly contextTokens: number
  }
  readonly load: {
    readonly promptTokens: number
    readonly outputTokens: number
    /** Answers being written at the same time on one replica. */
    readonly concurrency: number
  }
  readonly retrieval: {
    readonly chunkTokens: number
    readonly topK: number
    readonly contextTokens: number
    readonly outputTokens: number
    readonly vectorStore: string
    readonly embedder: string
    readonly reranker: string
  }
}

/** The requirements document's verdicts, ✅ ✓ ⚠️ ❌ in its order. */
export const REQUIREMENT_VERDICTS = ['recommended', 'viable', 'marginal', 'not_recommended'] as const
export type RequirementVerdict = (typeof REQUIREMENT_VERDICTS)[number]

/** One row of the requirements document's table of costs. */
export type RequirementCost = {
  readonly tier: Tier
  readonly gpu: GpuName
  readonly gpuCount: number
  readonly provider: string
  readonly nanoUsdPerHour: number
  readonly nanoUsdPerKTok: number
  readonly monthlyUsd: number
}

/** Everything that `infra/matrix/*.yaml` says, compiled by `npm run gen`. */
export type MatrixSources = {
  readonly models: readonly Model[]
  readonly gpus: Readonly<Record<GpuName, Gpu>>
  readonly providers: readonly Provider[]
  readonly prices: readonly GpuPrice[]
  readonly ownership: Ownership
  readonly tiers: Readonly<Record<Tier, TierTarget>>
  readonly requirementVerdicts: Readonly<
    Record<Level, Readonly<Record<Tier, Readonly<Record<GpuName, RequirementVerdict>>>>>
  >
  readonly requirementCosts: readonly RequirementCost[]
}
