import type { Tier } from '../../tiers.ts'

const BYTES_PER_PARAMETER = {
  fp32: 4,
  fp16: 2,
  bf16: 2,
  fp8: 1,
  int8: 1,
  int4: 0.5,
  awq: 0.5,
  gptq: 0.5,
} as const
export type RequirementsPrecision = keyof typeof BYTES_PER_PARAMETER

const GB = 1e9
/** One megabyte a token for ten billion parameters. */
const KV_BYTES_PER_TOKEN_OF_A_BILLION = 1e5
const ACTIVATION_SHARE_OF_WEIGHTS = 0.15
const OVERHEAD_GB = 3

export type RequirementsLoad = {
  readonly parametersBillions: number
  readonly precision: RequirementsPrecision
  readonly contextTokens: number
  readonly sequences: number
}

/** The requirements document's memory formula, in GB of all GPUs together; `planMemory` is what the matrix is built on. */
export function requirementsMemoryGb(load: RequirementsLoad): number {
  const { parametersBillions, precision, contextTokens, sequences } = load
  const weightsGb = parametersBillions * BYTES_PER_PARAMETER[precision]
  const kvBytesPerToken = parametersBillions * KV_BYTES_PER_TOKEN_OF_A_BILLION
  const kvGb = (contextTokens * sequences * kvBytesPerToken) / GB
  return weightsGb * (1 + ACTIVATION_SHARE_OF_WEIGHTS) + kvGb + OVERHEAD_GB
}

export type RequirementsExample = RequirementsLoad & {
  readonly tier: Tier
  /** What the document says that its formula gives. */
  readonly claimedGb: number
}

/** The document's own examples. Its formula gives 7.8 to 11.1 times what it says of them: 44, 117, 1,001 and 5,777 GB. */
export const REQUIREMENTS_EXAMPLES: readonly RequirementsExample[] = [
  { tier: 's', parametersBillions: 3, precision: 'int4', contextTokens: 4_096, sequences: 32, claimedGb: 5 },
  { tier: 'm', parametersBillions: 8, precision: 'fp8', contextTokens: 8_192, sequences: 16, claimedGb: 15 },
  { tier: 'l', parametersBillions: 70, precision: 'fp8', contextTokens: 16_384, sequences: 8, claimedGb: 95 },
  {
    tier: 'xl',
    parametersBillions: 405,
    precision: 'fp8',
    contextTokens: 32_768,
    sequences: 4,
    claimedGb: 520,
  },
]
