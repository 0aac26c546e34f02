import type { Deployment } from '../../shared/domain/matrix/model/deployment.ts'
import { planMemory } from '../../shared/domain/matrix/model/memory.ts'
import { predictTimes, readingMs, stepMs } from '../../shared/domain/matrix/model/performance.ts'
import { configurationId } from '../../shared/domain/matrix/sources/configuration.ts'
import { modelNamed } from '../../shared/domain/matrix/sources/lookup.ts'
import { MATRIX } from '../../shared/domain/matrix/sources/sources.gen.ts'
import type { Origin as Registered } from '../lib/origin.ts'
import type { SimulatedEndpoint } from './catalogue.ts'

export const deploymentOf = ({ model, gpu, tensorParallel, precision }: SimulatedEndpoint): Deployment => ({
  model: modelNamed(model),
  gpu: MATRIX.gpus[gpu],
  precision,
  tensorParallel,
  pipelineParallel: 1,
})

/** As long as the model can, as far as the memory beside the weights allows. */
export function contextTokensOf(endpoint: SimulatedEndpoint): number {
  const deployment = deploymentOf(endpoint)
  return Math.min(deployment.model.contextTokens, planMemory(deployment).kvCapacityTokens)
}

/** How many run at once: vLLM's max_num_seqs, smaller where an answer takes longer. */
export const maxConcurrencyOf = ({ tier }: SimulatedEndpoint): number =>
  ({ s: 64, m: 64, l: 48, xl: 32 })[tier]

const WARM_FOR_MS = 300_000

type Running = { readonly url: string; readonly speed: number }

/** The registration of an endpoint that answers at `url`, `speed` times as fast as its hardware would. */
export function registrationOf(endpoint: SimulatedEndpoint, { url, speed }: Running): Registered['request'] {
  const { tier, level, provider, region, model, gpu, compliance, residency, clearance, coldStartMs } =
    endpoint
  const lone = { promptTokens: 1_024, outputTokens: 256, concurrency: 1 }
  const nominal = predictTimes(deploymentOf(endpoint), lone)
  const origin = new URL(url).origin
  return {
    url,
    model,
    tier,
    level,
    provider,
    region,
    configuration: configurationId({ tier, gpu, level }),
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
  const outputMs = stepMs(deployment, batch, batch * USUAL_CONTEXT_TOKENS) / batch
  const usdPerMTok = (ms: number) => Math.round(((ms * 1e6) / 3.6e6) * gpuUsdPerHour * 1_000) / 1_000
  return {
    inputUsdPerMTok: usdPerMTok(readingMs(deployment, 1, USUAL_CONTEXT_TOKENS)),
    outputUsdPerMTok: usdPerMTok(outputMs),
  }
}

export const coldStartOf = ({ coldStartMs }: SimulatedEndpoint, speed: number) =>
  coldStartMs > 0 ? { coldStart: { idleMs: WARM_FOR_MS, durationMs: coldStartMs / speed } } : {}
