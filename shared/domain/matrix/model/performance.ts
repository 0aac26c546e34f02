import type { Estimate, EstimateBasis } from '../cells/cell.ts'
import type { Model } from '../sources/sources.ts'
import { CALIBRATION } from './calibration.gen.ts'
import type { Deployment } from './deployment.ts'
import { planMemory } from './memory.ts'
import { type Constants, decodeStepMs, interruptionMs, prefillMs, serverMs } from './roofline.ts'
import { type Load, meanTimes, type Times, tokensPerSecond } from './times.ts'

/** Ends of an 80 % interval, as shares of the prediction. */
export type Spread = { readonly low: number; readonly high: number }
type Spreads = Readonly<Record<EstimateBasis, Spread>>

/** What `npm run fit:matrix` writes: constants, and how far measurements that were kept out of the fit fell from them. */
export type Calibration = {
  readonly constants: Constants
  /** `model gpu precision` of what was measured on vLLM, which is what is planned. */
  readonly measured: readonly string[]
  readonly measuredGpus: readonly string[]
  /** Sizes of the dense models, and the longest prompt. */
  readonly reach: {
    readonly leastParameters: number
    readonly mostParameters: number
    readonly promptTokens: number
  }
  readonly spreads: Readonly<Record<'dense' | 'experts', Readonly<Record<Quantity, Spreads>>>>
}

/** A first token among few is a prompt's time; among many it is a wait, which is known less well. */
export const QUANTITIES = ['token', 'firstAmongFew', 'firstAmongMany'] as const
export type Quantity = (typeof QUANTITIES)[number]
export const FEW_AT_ONCE = 8

export type Prediction = {
  readonly timeToFirstTokenMs: Estimate
  /** Computed from the mean and a queue: measurements give means only. */
  readonly timeToFirstTokenP99Ms: Estimate
  readonly timePerOutputTokenMs: Estimate
  /** Of all sequences together. */
  readonly outputTokensPerSecond: Estimate
}

/** What one replica does under a load that is always there, with 80 % intervals. Without `kvCapacityTokens` the planner's is used. */
export function predictLoad(
  deployment: Deployment,
  load: Load & { readonly kvCapacityTokens?: number | undefined },
): Prediction {
  const kvCapacityTokens = load.kvCapacityTokens ?? planMemory(deployment).kvCapacityTokens
  const times = meanTimes(deployment, load, kvCapacityTokens, CALIBRATION.constants)
  const basis = basisOf(deployment, load)
  const first = load.concurrency > FEW_AT_ONCE ? 'firstAmongMany' : 'firstAmongFew'
  const spread = (quantity: Quantity) => spreadOf(deployment, quantity, basis)
  const timeToFirstTokenMs = estimate(times.timeToFirstTokenMs, spread(first), basis)
  const timePerOutputTokenMs = estimate(times.timePerOutputTokenMs, spread('token'), basis)
  const rate = (end: 'value' | 'low' | 'high') => {
    const queueMs = times.queueMs * (timeToFirstTokenMs[end] / timeToFirstTokenMs.value)
    const ends = {
      timePerOutputTokenMs: timePerOutputTokenMs[end],
      timeToFirstTokenMs: timeToFirstTokenMs[end],
    }
    return tokensPerSecond({ active: times.active, queueMs, ...ends }, load)
  }
  return {
    timeToFirstTokenMs,
    timeToFirstTokenP99Ms: estimate(
      times.timeToFirstTokenP99Ms,
      spreadOf(deployment, first, 'modelled'),
      'modelled',
    ),
    timePerOutputTokenMs,
    outputTokensPerSecond: { value: rate('value'), low: rate('high'), high: rate('low'), basis },
  }
}

const estimate = (value: number, { low, high }: Spread, basis: EstimateBasis): Estimate => ({
  value,
  low: value * low,
  high: value * high,
  basis,
})

const spreadOf = ({ model }: Deployment, quantity: Quantity, basis: EstimateBasis): Spread =>
  CALIBRATION.spreads[model.experts ? 'experts' : 'dense'][quantity][basis]

/**
 * How near the measurements are. Measured: the same model, GPU and precision on vLLM, with a prompt no longer than any. Interpolated: the
 * GPU with another model of a size near those that were measured, or a mixture of experts. Modelled: anything else.
 */
export function basisOf(
  { model, gpu, precision, pipelineParallel }: Deployment,
  { promptTokens }: Pick<Load, 'promptTokens'>,
): EstimateBasis {
  const { measuredGpus, reach } = CALIBRATION
  if (pipelineParallel > 1 || !measuredGpus.includes(gpu.name) || !isNearMeasured(model)) return 'modelled'
  const isMeasured = MEASURED.has(`${model.name} ${gpu.name} ${precision}`)
  return isMeasured && promptTokens <= reach.promptTokens ? 'measured' : 'interpolated'
}

const MEASURED: ReadonlySet<string> = new Set(CALIBRATION.measured)

/** Twice or half the size is near. */
function isNearMeasured({ parameters, experts }: Model): boolean {
  const { leastParameters, mostParameters } = CALIBRATION.reach
  return experts !== null || (parameters >= leastParameters / 2 && parameters <= mostParameters * 2)
}

/** Mean times without intervals, for simulations; `kvCapacityTokens` is the planner's. */
export const predictTimes = (deployment: Deployment, load: Load): Times =>
  meanTimes(deployment, load, planMemory(deployment).kvCapacityTokens, CALIBRATION.constants)

/** The same beside a known room in the KV cache. */
export const timesWithin = (deployment: Deployment, load: Load, kvCapacityTokens: number): Times =>
  meanTimes(deployment, load, kvCapacityTokens, CALIBRATION.constants)

/** Milliseconds in which every one of `sequences`, which hold `contextTokens` together, gets its next token. */
export const stepMs = (deployment: Deployment, sequences: number, contextTokens: number): number =>
  decodeStepMs(deployment, sequences, contextTokens, CALIBRATION.constants)

/** Milliseconds that reading `tokens` of a prompt of `length` takes from everybody else: less than it takes itself, since steps share their reading of weights. */
export const interruptingMs = (deployment: Deployment, tokens: number, length: number = tokens): number =>
  interruptionMs(deployment, tokens, length, CALIBRATION.constants)

/** Milliseconds that reading `tokens` of a prompt of `length` takes until its first token. */
export const readingMs = (deployment: Deployment, tokens: number, length: number = tokens): number =>
  prefillMs(deployment, tokens, length, CALIBRATION.constants)

/** What a first token takes besides its prompt. */
export const overheadMs = (deployment: Deployment): number => serverMs(deployment, CALIBRATION.constants)
