import { REASON_CODES } from '../cells/cell.ts'
import type { Gpu, Model, Precision } from '../sources/sources.ts'
import { type Deployment, kvBytesPerToken, kvShards, weightBytes } from './deployment.ts'
import { layoutReasons } from './layout.ts'

/** What one GPU of the fullest pipeline stage holds. The parts add up to the budget. */
export type MemoryPlan = {
  readonly budgetBytes: number
  readonly weightBytes: number
  readonly activationBytes: number
  readonly overheadBytes: number
  /** What is left for the KV cache; 0 or less where weights do not fit. */
  readonly kvBytes: number
  readonly kvBytesPerToken: number
  /** Of the whole replica. */
  readonly kvCapacityTokens: number
}

export type MemoryOptions = {
  /** Share of the GPU's memory that the server may take. */
  readonly utilisation?: number | undefined
  /** Most tokens in one forward pass. */
  readonly maxBatchedTokens?: number | undefined
}

const MIB = 2 ** 20
const GIB = 2 ** 30

/** vLLM's `gpu_memory_utilization` since 0.22; 0.90 before. */
export const UTILISATION = 0.92
/** vLLM's default for a server on a large GPU. */
export const MAX_BATCHED_TOKENS = 8_192
/** The CUDA context, graphs and workspaces. Like the two below from NVIDIA's aiconfigurator, `base_backend.py`. */
const FRAMEWORK_BYTES = 3.5 * GIB
/** The cache comes in blocks, and what vLLM measures at its start varies. */
const KV_TOLERANCE = 0.02
const ACTIVATION_BYTES_PER_ELEMENT = 2
/** DeepSeek's heads, before they are compressed into one latent vector; their config.json says so for V2.5 and V3. */
const LATENT_HEAD_DIMENSION = 128

/** Buffers that are as wide as all heads of a layer, at once; cutting the layer cuts only some of them. */
function widestBuffers(tensorParallel: number): number {
  if (tensorParallel >= 4) return 5
  return tensorParallel >= 2 ? 6 : 10
}

function activationBytes({ model, tensorParallel }: Deployment, maxBatchedTokens: number): number {
  const { attention } = model
  const headDimension = attention.kind === 'latent' ? LATENT_HEAD_DIMENSION : attention.headDimension
  const width = attention.queryHeads * headDimension
  return ACTIVATION_BYTES_PER_ELEMENT * maxBatchedTokens * width * widestBuffers(tensorParallel)
}

/** Buffers of NCCL, which any two GPUs talk over. */
function communicationBytes({ tensorParallel, pipelineParallel }: Deployment): number {
  if (tensorParallel >= 4) return 392 * MIB
  return tensorParallel * pipelineParallel > 1 ? 342 * MIB : 0
}

const fullestStageLayers = ({ model, pipelineParallel }: Deployment): number =>
  Math.ceil(model.layers / pipelineParallel)

/**
 * The share of all weights that the fullest pipeline stage holds, seen from above: the most layers that a stage gets, and one table of
 * the vocabulary. Layers without experts hardly weigh anything beside those with them.
 */
function fullestStageShare(deployment: Deployment): number {
  const { parameters, layers, vocabulary, hidden, experts } = deployment.model
  const table = (vocabulary * hidden) / parameters
  const heavyLayers = layers - (experts?.denseLayers ?? 0)
  return Math.min(1, table + (1 - table) * (fullestStageLayers(deployment) / heavyLayers))
}

/** How one GPU's memory is divided between weights, buffers and the KV cache, and how many tokens the cache holds. */
export function planMemory(deployment: Deployment, options: MemoryOptions = {}): MemoryPlan {
  const { utilisation = UTILISATION, maxBatchedTokens = MAX_BATCHED_TOKENS } = options
  const { model, gpu, precision, tensorParallel } = deployment
  const budget = Math.floor(utilisation * gpu.memoryBytes)
  const weights = Math.ceil((weightBytes(model, precision) * fullestStageShare(deployment)) / tensorParallel)
  const activations = activationBytes(deployment, maxBatchedTokens)
  const overhead = FRAMEWORK_BYTES + communicationBytes(deployment)
  const kv = budget - weights - activations - overhead
  const stageKvBytes = (kvBytesPerToken(model) * fullestStageLayers(deployment)) / model.layers
  const bytesPerToken = stageKvBytes / kvShards(model, tensorParallel)
  return {
    budgetBytes: budget,
    weightBytes: weights,
    activationBytes: activations,
    overheadBytes: overhead,
    kvBytes: kv,
    kvBytesPerToken: bytesPerToken,
    kvCapacityTokens: Math.max(0, Math.floor((kv * (1 - KV_TOLERANCE)) / bytesPerToken)),
  }
}

export type MemoryNeed = MemoryOptions & {
  /** At the same time, each with `tokens` in the cache. */
  readonly sequences: number
  readonly tokens: number
}

const TENSOR_PARALLEL = [1, 2, 4, 8] as const
const PIPELINE_PARALLEL = [2, 4, 8] as const

export type Layout = Pick<Deployment, 'tensorParallel' | 'pipelineParallel'>

/** The least parallel layout that holds the model and what it is to remember at once: inside a node first, then over nodes; null where none does. */
export function minimumLayout(model: Model, gpu: Gpu, precision: Precision, need: MemoryNeed): Layout | null {
  const deploy = (layout: Layout) => ({ model, gpu, precision, ...layout })
  const isPossible = (layout: Layout) =>
    layoutReasons(deploy(layout)).every(({ code }) => REASON_CODES[code] !== 'blocking')
  const holds = (layout: Layout) =>
    planMemory(deploy(layout), need).kvCapacityTokens >= need.sequences * need.tokens

  const inNode = TENSOR_PARALLEL.map((tensorParallel) => ({ tensorParallel, pipelineParallel: 1 })).filter(
    isPossible,
  )
  const widest = inNode.at(-1)
  const overNodes = widest
    ? PIPELINE_PARALLEL.map((pipelineParallel) => ({ ...widest, pipelineParallel }))
    : []
  return [...inNode, ...overNodes].find(holds) ?? null
}
