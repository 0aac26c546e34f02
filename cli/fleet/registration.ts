import {
  type Deployment,
  decodeStepMs,
  GPUS,
  kvCapacityTokens,
  MODELS,
  type ModelName,
  predictPerformance,
  prefillMs,
} from '../../shared/domain/performance.ts'
import type { Origin as Registered } from '../lib/origin.ts'
import type { SimulatedEndpoint } from './catalogue.ts'

export const deploymentOf = ({ model, gpu, tensorParallel, precision }: SimulatedEndpoint): Deployment => ({
  model: MODELS[model],
  gpu: GPUS[gpu],
  tensorParallel,
  precision,
})

const MODEL_CONTEXT: Readonly<Record<ModelName, number>> = {
  'Qwen/Qwen2.5-3B-Instruct': 32_768,
  'meta-llama/Llama-3.2-3B-Instruct': 131_072,
  'mistralai/Mistral-7B-Instruct-v0.3': 32_768,
  'meta-llama/Llama-3.1-8B-Instruct': 131_072,
  'Qwen/Qwen2.5-14B-Instruct': 32_768,
  'meta-llama/Llama-3.1-70B-Instruct': 131_072,
  'Qwen/Qwen2.5-72B-Instruct': 32_768,
  'meta-llama/Llama-3.1-405B-Instruct': 131_072,
  'deepseek-ai/DeepSeek-V3': 163_840,
}

/** As long as the model can, as far as the memory beside the weights allows. */
export const contextTokensOf = (endpoint: SimulatedEndpoint): number =>
  Math.min(MODEL_CONTEXT[endpoint.model], kvCapacityTokens(deploymentOf(endpoint)))

/** How many run at once: vLLM's max_num_seqs, smaller where an answer takes longer. */
export const maxConcurrencyOf = ({ tier }: SimulatedEndpoint): number =>
  ({ s: 64, m: 64, l: 48, xl: 32 })[tier]

const WARM_FOR_MS = 300_000

type Running = { readonly url: string; readonly speed: number }

/** The registration of an endpoint that answers at `url`, `speed` times as fast as its hardware would. */
export function registrationOf(endpoint: SimulatedEndpoint, { url, speed }: Running): Registered['request'] {
  const { tier, level, provider, region, model, gpu, compliance, residency, clearance, coldStartMs } =
    endpoint
  const nominal = predictPerformance({
    ...deploymentOf(endpoint),
    promptTokens: 1_024,
    outputTokens: 256,
    batch: 1,
  })
  const origin = new URL(url).origin
  return {
    url,
    model,
    tier,
    level,
    provider,
    region,
    configuration: `${tier}.${gpu}.${level}`,
    contextTokens: contextTokensOf(endpoint),
    maxConcurrency: maxConcurrencyOf(endpoint),
    price: priceOf(endpoint),
    nominal: {
      timeToFirstTokenMs: nominal.timeToFirstTokenMs / speed,
      timePerOutputTokenMs: nominal.timePerOutputTokenMs / speed,
    },
    coldStartMs: Math.round(coldStartMs / speed),
    warmForMs: WARM_FOR_MS,
    compliance: [...compliance],
    residency: [...residency],
    clearance: [...clearance],
    healthUrl: `${origin}/health`,
    metricsUrl: `${origin}/metrics`,
  }
}

/** Of the answers that tokens are priced for: half of the slots taken, by requests of this size. */
const USUAL_CONTEXT_TOKENS = 2_048

/** What its GPUs cost an hour, or the share of that time which a token takes. */
function priceOf(endpoint: SimulatedEndpoint) {
  const gpuUsdPerHour = endpoint.usdPerGpuHour * endpoint.tensorParallel
  if (endpoint.paidBy === 'time') return { gpuUsdPerHour }
  const deployment = deploymentOf(endpoint)
  const batch = maxConcurrencyOf(endpoint) / 2
  const outputMs = decodeStepMs(deployment, batch, batch * USUAL_CONTEXT_TOKENS) / batch
  const usdPerMTok = (ms: number) => Math.round(((ms * 1e6) / 3.6e6) * gpuUsdPerHour * 1_000) / 1_000
  return { inputUsdPerMTok: usdPerMTok(prefillMs(deployment, 1)), outputUsdPerMTok: usdPerMTok(outputMs) }
}

export const coldStartOf = ({ coldStartMs }: SimulatedEndpoint, speed: number) =>
  coldStartMs > 0 ? { coldStart: { idleMs: WARM_FOR_MS, durationMs: coldStartMs / speed } } : {}
