import { type EndpointRecord, EXTRACTIVE } from '../../shared/domain/endpoint.ts'
import { usdPerGpuHour } from '../../shared/domain/matrix/cost/rate.ts'
import type { Deployment } from '../../shared/domain/matrix/model/deployment.ts'
import { planMemory } from '../../shared/domain/matrix/model/memory.ts'
import { interruptingMs, predictTimes } from '../../shared/domain/matrix/model/performance.ts'
import { modelNamed } from '../../shared/domain/matrix/sources/lookup.ts'
import { MATRIX } from '../../shared/domain/matrix/sources/sources.gen.ts'
import type { GpuName, Precision } from '../../shared/domain/matrix/sources/sources.ts'
import { usdPerHourToNanoPerSecond, usdPerMTokToNanoPerKTok } from '../../shared/domain/money.ts'
import type { Scenario } from '../../shared/domain/simulation/run.ts'
import { type Caller, SHAPES } from '../../shared/domain/simulation/trace.ts'
import type { Level, Tier } from '../../shared/domain/tiers.ts'

/** Where the callers are. */
export const CALLERS: readonly Caller[] = (
  [
    [22, 'NA', 'US', 40.7, -74, 'us'],
    [14, 'NA', 'US', 37.8, -122.4, 'us'],
    [10, 'NA', 'US', 41.9, -87.6, 'us'],
    [14, 'EU', 'GB', 51.5, -0.1, 'eu'],
    [16, 'EU', 'DE', 50.1, 8.7, 'eu'],
    [10, 'AS', 'SG', 1.3, 103.8, 'asia'],
    [10, 'AS', 'JP', 35.7, 139.7, 'asia'],
    [4, 'SA', 'BR', -23.5, -46.6, 'us'],
  ] as const
).map(([weight, continent, country, latitude, longitude, residency]) => ({
  weight,
  residency,
  place: { continent, country, latitude, longitude },
}))

/** Sixteen isolates, more where more callers are. */
export const ISOLATES_AT = [4, 2, 2, 2, 3, 1, 1, 1] as const

type Site = {
  readonly provider: string
  readonly region: string
  readonly level: Level
  readonly residency: string
}

const SITES = {
  aws: site('aws', 'us-east-1', 'hyperscaler', 'us'),
  frankfurt: site('aws', 'eu-central-1', 'hyperscaler', 'eu'),
  gcp: site('gcp', 'asia-southeast1', 'hyperscaler', 'asia'),
  coreweave: site('coreweave', 'us-east-04', 'gpu_native', 'us'),
  lambda: site('lambda', 'us-west-1', 'gpu_native', 'us'),
  tokyo: site('lambda', 'asia-northeast-2', 'gpu_native', 'asia'),
  runpod: site('runpod', 'eu-nl-1', 'serverless', 'eu'),
  georgia: site('runpod', 'us-ga-1', 'serverless', 'us'),
  nyc: site('nyc', 'nyc', 'on_premises', 'us'),
} as const

function site(provider: string, region: string, level: Level, residency: string): Site {
  return { provider, region, level, residency }
}

type Cell = readonly [Tier, keyof typeof SITES, string, GpuName, number, Precision, number]

/** Tier, site, model, GPU, GPUs, precision, quality. */
const CELLS: readonly Cell[] = [
  ['s', 'aws', 'Qwen/Qwen2.5-3B-Instruct', 'a100', 1, 'bf16', 0.62],
  ['s', 'frankfurt', 'Qwen/Qwen2.5-3B-Instruct', 'a100', 1, 'bf16', 0.62],
  ['s', 'gcp', 'Qwen/Qwen2.5-3B-Instruct', 'a100', 1, 'bf16', 0.62],
  ['s', 'nyc', 'Qwen/Qwen2.5-3B-Instruct', 'l40s', 1, 'fp8', 0.61],
  ['s', 'georgia', 'meta-llama/Llama-3.2-3B-Instruct', 'rtx4090', 1, 'bf16', 0.58],
  ['s', 'runpod', 'meta-llama/Llama-3.2-3B-Instruct', 'rtx4090', 1, 'bf16', 0.58],
  ['m', 'aws', 'meta-llama/Llama-3.1-8B-Instruct', 'h100', 1, 'fp8', 0.71],
  ['m', 'frankfurt', 'meta-llama/Llama-3.1-8B-Instruct', 'h100', 1, 'fp8', 0.71],
  ['m', 'gcp', 'Qwen/Qwen2.5-14B-Instruct', 'h100', 1, 'fp8', 0.76],
  ['m', 'lambda', 'Qwen/Qwen2.5-14B-Instruct', 'h100', 1, 'fp8', 0.76],
  ['m', 'tokyo', 'meta-llama/Llama-3.1-8B-Instruct', 'a100', 1, 'bf16', 0.71],
  ['m', 'nyc', 'meta-llama/Llama-3.1-8B-Instruct', 'l40s', 1, 'fp8', 0.7],
  ['m', 'runpod', 'mistralai/Mistral-7B-Instruct-v0.3', 'l40s', 1, 'fp8', 0.64],
  ['m', 'coreweave', 'Qwen/Qwen2.5-14B-Instruct', 'h100', 1, 'bf16', 0.77],
  ['l', 'aws', 'meta-llama/Llama-3.1-70B-Instruct', 'h100', 4, 'fp8', 0.83],
  ['l', 'frankfurt', 'meta-llama/Llama-3.1-70B-Instruct', 'h200', 2, 'fp8', 0.83],
  ['l', 'coreweave', 'meta-llama/Llama-3.1-70B-Instruct', 'h200', 2, 'fp8', 0.83],
  ['l', 'lambda', 'Qwen/Qwen2.5-72B-Instruct', 'b200', 1, 'fp8', 0.85],
  ['l', 'tokyo', 'meta-llama/Llama-3.1-70B-Instruct', 'h100', 4, 'fp8', 0.83],
  ['l', 'nyc', 'meta-llama/Llama-3.1-70B-Instruct', 'h100', 4, 'fp8', 0.83],
  ['xl', 'aws', 'deepseek-ai/DeepSeek-V3', 'b200', 8, 'fp8', 0.92],
  ['xl', 'frankfurt', 'meta-llama/Llama-3.1-405B-Instruct', 'h100', 8, 'fp8', 0.88],
  ['xl', 'gcp', 'deepseek-ai/DeepSeek-V3', 'h200', 8, 'fp8', 0.92],
  ['xl', 'lambda', 'meta-llama/Llama-3.1-405B-Instruct', 'b200', 8, 'fp8', 0.88],
]

/** An origin admits as many at once as still get a token within this time: its operator's setting. */
const TARGET_TOKEN_MS: Readonly<Record<Tier, number>> = { s: 40, m: 40, l: 42, xl: 60 }
const MOST_AT_ONCE = 96
/** List prices are made for machines that are busy this share of the time. */
const SOLD_SHARE = 0.6

/** Twenty-four endpoints at nine sites: four levels, six GPUs, prices per token and per second. */
export const ORIGINS: Scenario['origins'] = CELLS.map((cell) => originOf(cell))

function originOf([tier, at, model, gpu, tensorParallel, precision, quality]: Cell) {
  const where = SITES[at]
  const deployment: Deployment = {
    model: modelNamed(model),
    gpu: MATRIX.gpus[gpu],
    precision,
    tensorParallel,
    pipelineParallel: 1,
  }
  const maxConcurrency = slotsOf(tier, deployment)
  const alone = predictTimes(deployment, { ...SHAPES[tier], promptTokens: 1_024, concurrency: 1 })
  const usdPerHour = usdPerGpuHour(where.provider, gpu) * tensorParallel
  const isServerless = where.level === 'serverless'
  const endpoint: EndpointRecord = {
    ...EXTRACTIVE,
    id: `${tier}.${gpu}x${tensorParallel}.${at}`,
    kind: 'openai-compatible',
    model,
    tier,
    level: where.level,
    provider: where.provider,
    region: where.region,
    contextTokens: 131_072,
    maxConcurrency,
    ...(isServerless ? {} : tokenPrice(tier, deployment, maxConcurrency, usdPerHour)),
    gpuNanoUsdPerSecond: isServerless ? usdPerHourToNanoPerSecond(usdPerHour) : 0,
    quality,
    coldStartMs: isServerless ? 20_000 : 0,
    warmForMs: 60_000,
    nominalTimeToFirstTokenMs: Math.round(alone.timeToFirstTokenMs),
    nominalTimePerOutputTokenMs: Math.round(10 * alone.timePerOutputTokenMs) / 10,
    residency: [where.residency],
  }
  return { endpoint, deployment }
}

function slotsOf(tier: Tier, deployment: Deployment): number {
  const { promptTokens, outputTokens } = SHAPES[tier]
  const fits = Math.floor(planMemory(deployment).kvCapacityTokens / (1.5 * (promptTokens + outputTokens)))
  let slots = 1
  const tokenMs = (batch: number) =>
    predictTimes(deployment, { ...SHAPES[tier], concurrency: batch }).timePerOutputTokenMs
  while (slots < Math.min(MOST_AT_ONCE, fits) && tokenMs(slots + 1) <= TARGET_TOKEN_MS[tier]) slots += 1
  return slots
}

/** What the machine must earn for each token when it is sold well, a token of the prompt at a quarter of one of the answer. */
function tokenPrice(tier: Tier, deployment: Deployment, slots: number, usdPerHour: number) {
  const { promptTokens, outputTokens } = SHAPES[tier]
  const perSecond = SOLD_SHARE * requestsPerSecond(tier, deployment, slots)
  const usdPerRequest = usdPerHour / 3_600 / perSecond
  const usdPerMTok = (1e6 * usdPerRequest) / (outputTokens + promptTokens / 4)
  return {
    inputNanoUsdPerKTok: usdPerMTokToNanoPerKTok(usdPerMTok / 4),
    outputNanoUsdPerKTok: usdPerMTokToNanoPerKTok(usdPerMTok),
  }
}

/** What an origin can keep up with: its slots, or its reading of prompts, whichever is less. */
export function requestsPerSecond(tier: Tier, deployment: Deployment, slots: number): number {
  const full = predictTimes(deployment, { ...SHAPES[tier], concurrency: slots })
  const promptMs = interruptingMs(deployment, SHAPES[tier].promptTokens)
  const servedMs = promptMs + SHAPES[tier].outputTokens * full.timePerOutputTokenMs
  return Math.min((1_000 * slots) / servedMs, 1_000 / promptMs)
}
