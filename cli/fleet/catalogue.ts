import { usdPerGpuHour } from '../../shared/domain/matrix/cost/rate.ts'
import type { GpuName, Precision } from '../../shared/domain/matrix/sources/sources.ts'
import type { Level, Tier } from '../../shared/domain/tiers.ts'

/** One simulated origin: what runs where, for whom, at which price. */
export type SimulatedEndpoint = {
  readonly id: string
  readonly tier: Tier
  readonly level: Level
  readonly provider: string
  readonly region: string
  /** As `infra/matrix/models.yaml` names it. */
  readonly model: string
  readonly gpu: GpuName
  readonly precision: Precision
  readonly tensorParallel: number
  readonly usdPerGpuHour: number
  /** Whether it is paid for the time it runs or for its tokens. */
  readonly paidBy: 'time' | 'tokens'
  /** 0: always warm. */
  readonly coldStartMs: number
  readonly compliance: readonly string[]
  readonly residency: readonly string[]
  readonly clearance: readonly string[]
}

const QWEN_3B = 'Qwen/Qwen2.5-3B-Instruct'
const LLAMA_3B = 'meta-llama/Llama-3.2-3B-Instruct'
const MISTRAL_7B = 'mistralai/Mistral-7B-Instruct-v0.3'
const LLAMA_8B = 'meta-llama/Llama-3.1-8B-Instruct'
const QWEN_14B = 'Qwen/Qwen2.5-14B-Instruct'
const LLAMA_70B = 'meta-llama/Llama-3.1-70B-Instruct'
const QWEN_72B = 'Qwen/Qwen2.5-72B-Instruct'
const LLAMA_405B = 'meta-llama/Llama-3.1-405B-Instruct'
const DEEPSEEK_V3 = 'deepseek-ai/DeepSeek-V3'

type Site = Pick<SimulatedEndpoint, 'compliance' | 'residency' | 'clearance'>
const site = (
  residency: readonly string[],
  compliance: readonly string[],
  clearance: readonly string[],
): Site => ({
  residency,
  compliance,
  clearance,
})
const SOME = ['internal']
const MORE = ['internal', 'confidential']
const ALL = ['internal', 'confidential', 'restricted']
const US_CLOUD = site(['us'], ['soc2', 'hipaa', 'pci-dss', 'fedramp'], MORE)
const EU_CLOUD = site(['eu'], ['soc2', 'hipaa', 'pci-dss', 'gdpr'], MORE)
const DE_CLOUD = site(['eu', 'de'], ['soc2', 'hipaa', 'pci-dss', 'gdpr', 'c5'], MORE)
const US_GPU = site(['us'], ['soc2'], SOME)
const US_HEALTH = site(['us'], ['soc2', 'hipaa'], SOME)
const EU_GPU = site(['eu'], ['soc2', 'gdpr'], SOME)
const US_RACK = site(['us'], ['soc2', 'hipaa', 'pci-dss'], ALL)
const EU_RACK = site(['eu', 'de'], ['soc2', 'gdpr', 'c5'], ALL)

type Hardware = Pick<SimulatedEndpoint, 'gpu' | 'precision' | 'tensorParallel'>
const on = (gpu: GpuName, count: number, precision: Precision): Hardware => ({
  gpu,
  tensorParallel: count,
  precision,
})

type Cost = Pick<SimulatedEndpoint, 'paidBy' | 'coldStartMs'>
const RESERVED: Cost = { paidBy: 'tokens', coldStartMs: 0 }
/** Scales to nothing: paid by the second, and loaded again before the first answer. */
const scaled = (coldStartMs: number): Cost => ({ paidBy: 'time', coldStartMs })

type Place = Pick<SimulatedEndpoint, 'level' | 'provider' | 'region'>
type Row = readonly [Tier, string, Hardware, Place, Site, Cost?]
const at = (level: Level, provider: string, region: string): Place => ({ level, provider, region })

const ROWS: readonly Row[] = [
  ['s', QWEN_3B, on('a100', 1, 'bf16'), at('hyperscaler', 'azure', 'westeurope'), EU_CLOUD],
  ['s', LLAMA_3B, on('l40s', 1, 'bf16'), at('gpu_native', 'crusoe', 'us-east1'), US_GPU],
  ['s', QWEN_3B, on('rtx4090', 1, 'bf16'), at('serverless', 'runpod', 'eu-ro-1'), EU_GPU, scaled(8_000)],
  ['s', LLAMA_3B, on('l40s', 1, 'bf16'), at('serverless', 'modal', 'us-east'), US_HEALTH, scaled(8_000)],
  ['s', LLAMA_3B, on('l40s', 1, 'bf16'), at('on_premises', 'nyc', 'nyc'), US_RACK],
  ['s', QWEN_3B, on('rtx4090', 1, 'bf16'), at('on_premises', 'fra', 'fra'), EU_RACK],
  ['m', LLAMA_8B, on('a100', 1, 'bf16'), at('hyperscaler', 'aws', 'us-east-1'), US_CLOUD],
  ['m', QWEN_14B, on('h100', 1, 'fp8'), at('hyperscaler', 'gcp', 'europe-west4'), EU_CLOUD],
  ['m', LLAMA_8B, on('a100', 1, 'bf16'), at('gpu_native', 'coreweave', 'us-east-04'), US_GPU],
  ['m', MISTRAL_7B, on('l40s', 1, 'fp8'), at('gpu_native', 'crusoe', 'eu-iceland1'), EU_GPU],
  ['m', LLAMA_8B, on('h100', 1, 'fp8'), at('serverless', 'together', 'us-central-1'), US_HEALTH],
  ['m', MISTRAL_7B, on('l40s', 1, 'fp8'), at('serverless', 'runpod', 'us-ks-2'), US_GPU, scaled(12_000)],
  ['m', LLAMA_8B, on('l40s', 1, 'fp8'), at('on_premises', 'sf', 'sf'), US_RACK],
  ['l', LLAMA_70B, on('h100', 4, 'fp8'), at('hyperscaler', 'aws', 'us-west-2'), US_CLOUD],
  ['l', LLAMA_70B, on('h100', 4, 'fp8'), at('hyperscaler', 'azure', 'germanywestcentral'), DE_CLOUD],
  ['l', QWEN_72B, on('h200', 2, 'fp8'), at('gpu_native', 'coreweave', 'us-east-06'), US_GPU],
  ['l', LLAMA_70B, on('h100', 4, 'fp8'), at('gpu_native', 'lambda', 'europe-central-1'), EU_GPU],
  ['l', LLAMA_70B, on('h100', 4, 'fp8'), at('serverless', 'replicate', 'us'), US_GPU, scaled(45_000)],
  ['l', LLAMA_70B, on('h100', 4, 'fp8'), at('on_premises', 'nyc', 'nyc'), US_RACK],
  ['xl', LLAMA_405B, on('b200', 8, 'fp8'), at('hyperscaler', 'aws', 'us-east-2'), US_CLOUD],
  ['xl', DEEPSEEK_V3, on('b200', 8, 'nvfp4'), at('gpu_native', 'lambda', 'us-west-1'), US_GPU],
  ['xl', DEEPSEEK_V3, on('h200', 8, 'fp8'), at('serverless', 'together', 'us-east-1'), US_HEALTH],
  ['xl', LLAMA_405B, on('h200', 8, 'fp8'), at('on_premises', 'sf', 'sf'), US_RACK],
  ['xl', LLAMA_405B, on('h100', 8, 'w4'), at('on_premises', 'fra', 'fra'), EU_RACK],
]

/** 24 endpoints over every tier, level and thirteen providers, by tier. */
export const CATALOGUE: readonly SimulatedEndpoint[] = ROWS.map(
  ([tier, model, hardware, place, site, cost = RESERVED]) => ({
    tier,
    model,
    ...hardware,
    ...place,
    ...site,
    ...cost,
    usdPerGpuHour: usdPerGpuHour(place.provider, hardware.gpu),
    id: [...new Set([tier, hardware.gpu, place.provider, place.region])].join('-'),
  }),
)
