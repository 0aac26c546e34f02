import { type Deployment, kvBytesPerToken, kvShards, WEIGHT_BYTES } from './deployment.ts'

type Arithmetic = 'bf16' | 'fp8' | 'nvfp4'

/** Constants of the roofline, fitted by `npm run fit:matrix`. Shares are of what the GPU's data sheet promises. */
export type Constants = {
  /** Share of the memory's bandwidth that reading weights and cache reaches. */
  readonly bandwidth: number
  /** Share of the arithmetic that reading a prompt reaches, by what it computes in. */
  readonly prefill: Readonly<Record<Arithmetic, number>>
  /** The same where other answers are being written: more, since a wave of requests that begin together interrupts few. */
  readonly betweenTokens: Readonly<Record<Arithmetic, number>>
  /** Share of the links' bandwidth that an all-reduce reaches. */
  readonly link: number
  /** Of every layer in a step, in milliseconds: always, more with each doubling of the tensor parallelism, and for each sequence. */
  readonly layerMs: number
  readonly layerMsPerDoubling: number
  readonly layerMsPerSequence: number
  /** Of a first token, in milliseconds: what the server takes for itself. */
  readonly serverMs: number
  /** Share of each other sequence's prompt that a first token waits for. */
  readonly firstWait: number
  /** How many times longer a step of a mixture of experts takes, and what its first token takes besides, in milliseconds. */
  readonly expertsStep: number
  readonly expertsFirstMs: number
}

/** Share of the arithmetic that a step without prompts reaches. Set, not fitted: bandwidth decides long before. */
const DECODE_ARITHMETIC = 0.6

/** What a precision computes in on this GPU. */
export function arithmeticOf({ gpu, precision }: Pick<Deployment, 'gpu' | 'precision'>): Arithmetic {
  if (precision === 'w4' || precision === 'bf16') return 'bf16'
  return gpu.flops[precision] === undefined ? 'bf16' : precision
}

const flopsOf = (deployment: Deployment): number =>
  deployment.gpu.flops[arithmeticOf(deployment)] ?? deployment.gpu.flops.bf16

/**
 * Milliseconds in which every one of `sequences` gets its next token; `contextTokens` is the sum of what they hold.
 * Pipeline stages work one after the other for a token, each on its share of the layers.
 */
export function decodeStepMs(
  deployment: Deployment,
  sequences: number,
  contextTokens: number,
  constants: Constants,
): number {
  const { model, gpu, tensorParallel, pipelineParallel } = deployment
  const weights = weightBytesRead(deployment, sequences) / tensorParallel
  const cache = (contextTokens * kvBytesPerToken(model)) / kvShards(model, tensorParallel)
  const memorySeconds = (weights + cache) / (gpu.bytesPerSecond * constants.bandwidth)
  const arithmeticSeconds =
    (2 * model.activeParameters * sequences) / tensorParallel / (flopsOf(deployment) * DECODE_ARITHMETIC)
  const perLayerMs =
    constants.layerMs +
    constants.layerMsPerDoubling * Math.log2(tensorParallel) +
    constants.layerMsPerSequence * sequences
  const ms =
    1_000 * (Math.max(memorySeconds, arithmeticSeconds) + exchangeSeconds(deployment, sequences, constants))
  const stagesMs = 1_000 * stageSeconds(deployment, sequences) * (pipelineParallel - 1)
  return (ms + model.layers * perLayerMs + stagesMs) * (model.experts ? constants.expertsStep : 1)
}

/** Two all-reduces a layer of bf16 activations, each sent around a ring. */
function exchangeSeconds(
  { model, gpu, tensorParallel }: Deployment,
  tokens: number,
  { link }: Constants,
): number {
  const bytes = 2 * model.layers * tokens * model.hidden * 2 * 2 * (1 - 1 / tensorParallel)
  return bytes / (gpu.linkBytesPerSecond * link)
}

/** Activations that go on to the next stage, over the network between nodes. */
const stageSeconds = ({ model, gpu }: Deployment, tokens: number): number =>
  NETWORK_SECONDS + (tokens * model.hidden * 2) / gpu.interNodeBytesPerSecond

/** A message between nodes takes this long however short it is (AIConfigurator's p2p_latency). */
const NETWORK_SECONDS = 10e-6

/** Milliseconds that reading `tokens` of prompts takes, each of which is `length` long. */
export const prefillMs = (
  deployment: Deployment,
  tokens: number,
  length: number,
  constants: Constants,
): number =>
  promptArithmeticMs(deployment, tokens, length) / constants.prefill[arithmeticOf(deployment)] +
  1_000 * exchangeSeconds(deployment, tokens, constants)

/** Milliseconds that others' prompts add to each token of an answer, when one is read for every answer written. */
export const interruptionMs = (
  deployment: Deployment,
  tokensPerStep: number,
  length: number,
  constants: Constants,
): number =>
  (promptArithmeticMs(deployment, tokensPerStep, length) / constants.betweenTokens[arithmeticOf(deployment)] +
    1_000 * exchangeSeconds(deployment, tokensPerStep, constants)) *
  (deployment.model.experts ? constants.expertsStep : 1)

/** At the data sheet's speed: every parameter once for each token, and attention over half of the prompt on average. */
function promptArithmeticMs(deployment: Deployment, tokens: number, length: number): number {
  const { model, tensorParallel } = deployment
  const attention = 2 * model.layers * attentionWidth(deployment) * length
  return (1_000 * tokens * (2 * model.activeParameters + attention)) / tensorParallel / flopsOf(deployment)
}

function attentionWidth({ model: { attention } }: Deployment): number {
  if (attention.kind === 'grouped') return attention.queryHeads * attention.headDimension
  // A prompt is read with the latent vectors unpacked: 128 + 64 wide for the scores, 128 for the values, in DeepSeek-V2 and V3.
  return attention.queryHeads * UNPACKED_LATENT_WIDTH
}

const UNPACKED_LATENT_WIDTH = 160

/** A batch reads only those experts that one of its tokens chose. */
function weightBytesRead({ model, precision }: Deployment, sequences: number): number {
  const bytes = WEIGHT_BYTES[precision]
  if (model.experts === null) return model.parameters * bytes
  const { perToken, routed } = model.experts
  const touched = 1 - (1 - perToken / routed) ** sequences
  return (model.activeParameters + (model.parameters - model.activeParameters) * touched) * bytes
}

/** What a first token takes besides its prompt, in milliseconds. */
export const serverMs = ({ model }: Pick<Deployment, 'model'>, constants: Constants): number =>
  constants.serverMs + (model.experts ? constants.expertsFirstMs : 0)
