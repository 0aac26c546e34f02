/** A model as far as its speed depends on it. Mixtures of experts read only the experts that a batch touches. */
export type ModelShape = {
  readonly parameters: number
  /** Parameters that one token passes through; all of them where there are no experts. */
  readonly activeParameters: number
  readonly layers: number
  readonly hidden: number
  /** KV cache of one token in bf16, all layers. */
  readonly kvBytesPerToken: number
  /** Over how many GPUs the KV cache can be split: its heads; 1 for a latent cache (MLA), which every GPU holds whole. */
  readonly kvHeads: number
  /** Experts that a token uses, of all. */
  readonly expertsPerToken?: readonly [number, number]
}

export type Precision = 'bf16' | 'fp8' | 'w4' | 'nvfp4'

/** Dense figures of one GPU; a precision without its own arithmetic computes in bf16. */
export type Gpu = {
  readonly memoryBytes: number
  readonly bytesPerSecond: number
  readonly flops: Readonly<Partial<Record<Precision, number>> & { bf16: number }>
  /** To the other GPUs of the node, one way. */
  readonly linkBytesPerSecond: number
}

/** One model on `tensorParallel` GPUs of one node. */
export type Deployment = {
  readonly model: ModelShape
  readonly gpu: Gpu
  readonly tensorParallel: number
  readonly precision: Precision
}

const dense = (
  parameters: number,
  [layers, hidden, kvBytesPerToken, kvHeads]: readonly [number, number, number, number],
): ModelShape => ({
  parameters,
  activeParameters: parameters,
  layers,
  hidden,
  kvBytesPerToken,
  kvHeads,
})

/** From the models' own config.json; parameters recomputed from it and equal to the published counts. */
export const MODELS = {
  'Qwen/Qwen2.5-3B-Instruct': dense(3.09e9, [36, 2_048, 36_864, 2]),
  'meta-llama/Llama-3.2-3B-Instruct': dense(3.21e9, [28, 3_072, 114_688, 8]),
  'mistralai/Mistral-7B-Instruct-v0.3': dense(7.25e9, [32, 4_096, 131_072, 8]),
  'meta-llama/Llama-3.1-8B-Instruct': dense(8.03e9, [32, 4_096, 131_072, 8]),
  'Qwen/Qwen2.5-14B-Instruct': dense(14.77e9, [48, 5_120, 196_608, 8]),
  'meta-llama/Llama-3.1-70B-Instruct': dense(70.55e9, [80, 8_192, 327_680, 8]),
  'Qwen/Qwen2.5-72B-Instruct': dense(72.71e9, [80, 8_192, 327_680, 8]),
  'meta-llama/Llama-3.1-405B-Instruct': dense(405.85e9, [126, 16_384, 516_096, 8]),
  'deepseek-ai/DeepSeek-V3': {
    ...dense(671e9, [61, 7_168, 70_272, 1]),
    activeParameters: 37.55e9,
    expertsPerToken: [8, 256],
  },
} as const satisfies Readonly<Record<string, ModelShape>>
export type ModelName = keyof typeof MODELS

const GB = 1e9
const TERA = 1e12

/** NVIDIA's data sheets, dense, without sparsity; B200 memory and bandwidth as clouds deliver them. */
export const GPUS = {
  b200: {
    memoryBytes: 180 * GB,
    bytesPerSecond: 7.7 * TERA,
    flops: { bf16: 2_250 * TERA, fp8: 4_500 * TERA, nvfp4: 9_000 * TERA },
    linkBytesPerSecond: 900 * GB,
  },
  h200: {
    memoryBytes: 141 * GB,
    bytesPerSecond: 4.8 * TERA,
    flops: { bf16: 989 * TERA, fp8: 1_979 * TERA },
    linkBytesPerSecond: 450 * GB,
  },
  h100: {
    memoryBytes: 80 * GB,
    bytesPerSecond: 3.35 * TERA,
    flops: { bf16: 989 * TERA, fp8: 1_979 * TERA },
    linkBytesPerSecond: 450 * GB,
  },
  a100: {
    memoryBytes: 80 * GB,
    bytesPerSecond: 2.039 * TERA,
    flops: { bf16: 312 * TERA },
    linkBytesPerSecond: 300 * GB,
  },
  l40s: {
    memoryBytes: 48 * GB,
    bytesPerSecond: 0.864 * TERA,
    flops: { bf16: 362.05 * TERA, fp8: 733 * TERA },
    linkBytesPerSecond: 32 * GB,
  },
  rtx4090: {
    memoryBytes: 24 * GB,
    bytesPerSecond: 1.008 * TERA,
    flops: { bf16: 165.2 * TERA, fp8: 330.3 * TERA },
    linkBytesPerSecond: 32 * GB,
  },
} as const satisfies Readonly<Record<string, Gpu>>
export type GpuName = keyof typeof GPUS

const WEIGHT_BYTES: Readonly<Record<Precision, number>> = { bf16: 2, fp8: 1, w4: 0.5625, nvfp4: 0.5625 }

/** Fitted: the shares of bandwidth and arithmetic that are reached, and what each layer costs besides. */
const FITTED = { bandwidth: 0.8, prefill: 0.7, layerMs: 0.04, layerMsPerDoubling: 0.01 } as const
/** Set, not fitted: they hardly matter where measurements were at hand. */
const SET = { decode: 0.6, link: 0.3 } as const
/** The first token: a lone prompt reaches less of the arithmetic, the server itself takes time, and others delay it. */
const FIRST_TOKEN = { prefill: 0.45, serverMs: 40, perOther: 0.1 } as const

const flopsOf = ({ gpu, precision }: Deployment) => gpu.flops[precision] ?? gpu.flops.bf16

/** Milliseconds in which every one of `sequences` gets its next token; `contextTokens` is the sum of what they hold. */
export function decodeStepMs(deployment: Deployment, sequences: number, contextTokens: number): number {
  const { model, gpu, tensorParallel } = deployment
  const weights = weightBytesRead(deployment, sequences) / tensorParallel
  const cache = (contextTokens * model.kvBytesPerToken) / Math.min(tensorParallel, model.kvHeads)
  const memorySeconds = (weights + cache) / (gpu.bytesPerSecond * FITTED.bandwidth)
  const arithmetic = (2 * model.activeParameters * sequences) / tensorParallel
  const arithmeticSeconds = arithmetic / (flopsOf(deployment) * SET.decode)
  // Two all-reduces a layer of bf16 activations.
  const exchanged = 2 * model.layers * sequences * model.hidden * 2 * 2 * (1 - 1 / tensorParallel)
  const exchangeSeconds = exchanged / (gpu.linkBytesPerSecond * SET.link)
  const perLayerMs = FITTED.layerMs + FITTED.layerMsPerDoubling * Math.log2(tensorParallel)
  return 1_000 * (Math.max(memorySeconds, arithmeticSeconds) + exchangeSeconds) + model.layers * perLayerMs
}

/** Milliseconds that `tokens` of prompts add to a step. */
export const prefillMs = (deployment: Deployment, tokens: number): number =>
  arithmeticMs(deployment, tokens) / FITTED.prefill

function arithmeticMs(deployment: Deployment, tokens: number): number {
  const { model, tensorParallel } = deployment
  return (1_000 * 2 * model.activeParameters * tokens) / tensorParallel / flopsOf(deployment)
}

function weightBytesRead({ model, precision }: Deployment, sequences: number): number {
  const [used, all] = model.expertsPerToken ?? [1, 1]
  const touched = 1 - (1 - used / all) ** sequences
  const experts = model.parameters - model.activeParameters
  return (model.activeParameters + experts * touched) * WEIGHT_BYTES[precision]
}

/**
 * What a request meets on average when `batch` requests of this shape are always running: mean time to the first token and
 * between later ones. A roofline with four constants fitted to 339 measured vLLM points (8B to 70B; H100, H200, B200; bf16, fp8,
 * nvfp4; tp 1 to 8; InferenceX and NVIDIA, 2025-10 to 2026-04): median error between tokens 8 %, mean 13 %, 90th percentile 29 %.
 * The first token holds for 8 at once or fewer (median error 23 %); with more, waiting decides, which only a queue can tell.
 */
export function predictPerformance(
  load: Deployment & {
    readonly promptTokens: number
    readonly outputTokens: number
    readonly batch: number
  },
): { timeToFirstTokenMs: number; timePerOutputTokenMs: number } {
  const { promptTokens, outputTokens, batch } = load
  const contextTokens = batch * (promptTokens + outputTokens / 2)
  // While a request writes its answer, every other one's prompt is read once.
  const interruptionsMs = prefillMs(load, promptTokens) * (batch / outputTokens)
  const loneMs = arithmeticMs(load, promptTokens) / FIRST_TOKEN.prefill + FIRST_TOKEN.serverMs
  return {
    timeToFirstTokenMs: loneMs * (1 + FIRST_TOKEN.perOther * (batch - 1)),
    timePerOutputTokenMs: decodeStepMs(load, batch, contextTokens) + interruptionsMs,
  }
}

/** vLLM's default share of the GPU's memory, and what is neither weights nor KV cache: activations, NCCL, the CUDA context. */
const MEMORY = { share: 0.92, otherBytes: 6e9 } as const

/** Tokens that the KV cache holds beside the weights; 0 or less when not even they fit. */
export function kvCapacityTokens({ model, gpu, tensorParallel, precision }: Deployment): number {
  const weights = (model.parameters * WEIGHT_BYTES[precision]) / tensorParallel
  const free = gpu.memoryBytes * MEMORY.share - MEMORY.otherBytes - weights
  return Math.floor((free * Math.min(tensorParallel, model.kvHeads)) / model.kvBytesPerToken)
}
