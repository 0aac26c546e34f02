import { CALIBRATION } from './calibration.gen.ts'
import type { Estimate, EstimateBasis } from './cell.ts'
import type { Deployment } from './deployment.ts'
import { planMemory } from './memory.ts'
import { type Constants, decodeStepMs, interruptionMs, prefillMs } from './roofline.ts'
import { type Load, meanTimes, type Times } from './times.ts'

/** Ends of an 80 % interval, as shares of the prediction. */
export type Spread = { readonly low: number; readonly high: number }
type Spreads = Readonly<Record<EstimateBasis, Spread>>

/** What `npm run fit:matrix` writes: constants, and how far measurements that were kept out of the fit fell from them. */
export type Calibration = {
  readonly constants: Constants
  /** `model gpu precision` of what was measured. */
  readonly measured: readonly string[]
  readonly measuredGpus: readonly string[]
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
  const basis = basisOf(deployment)
  const first = load.concurrency > FEW_AT_ONCE ? 'firstAmongMany' : 'firstAmongFew'
  const spread = (quantity: Quantity) => spreadOf(deployment, quantity, basis)
  const timeToFirstTokenMs = estimate(times.timeToFirstTokenMs, spread(first), basis)
  const timePerOutputTokenMs = estimate(times.timePerOutputTokenMs, spread('token'), basis)
  const rate = (end: 'value' | 'low' | 'high') =>
    (1_000 * times.active) /
    (timePerOutputTokenMs[end] +
      (timeToFirstTokenMs[end] - times.queueMs * ratio(timeToFirstTokenMs, end)) / load.outputTokens)
  return {
    timeToFirstTokenMs,
    timeToFirstTokenP99Ms: estimate(times.timeToFirstTokenP99Ms, spread(first), basis),
    timePerOutputTokenMs,
    outputTokensPerSecond: { value: rate('value'), low: rate('high'), high: rate('low'), basis },
  }
}

const ratio = (of: Estimate, end: 'value' | 'low' | 'high') => of[end] / of.value

const estimate = (value: number, { low, high }: Spread, basis: EstimateBasis): Estimate => ({
  value,
  low: value * low,
  high: value * high,
  basis,
})

export const spreadOf = ({ model }: Deployment, quantity: Quantity, basis: EstimateBasis): Spread =>
  CALIBRATION.spreads[model.experts ? 'experts' : 'dense'][quantity][basis]

/** How near the measurements are: the same model, GPU and precision; the GPU with another model or precision; no such GPU. */
export function basisOf({ model, gpu, precision, pipelineParallel }: Deployment): EstimateBasis {
  if (pipelineParallel > 1 || !CALIBRATION.measuredGpus.includes(gpu.name)) return 'modelled'
  return CALIBRATION.measured.includes(`${model.name} ${gpu.name} ${precision}`) ? 'measured' : 'interpolated'
}

/** Mean times without intervals, for simulations; `kvCapacityTokens` is the planner's. */
export const predictTimes = (deployment: Deployment, load: Load): Times =>
  meanTimes(deployment, load, planMemory(deployment).kvCapacityTokens, CALIBRATION.constants)

/** Milliseconds in which every one of `sequences`, which hold `contextTokens` together, gets its next token. */
export const stepMs = (deployment: Deployment, sequences: number, contextTokens: number): number =>
  decodeStepMs(deployment, sequences, contextTokens, CALIBRATION.constants)

/** Milliseconds that reading `tokens` of a prompt of `length` takes from everybody else: less than it takes itself, since steps share their reading of weights. */
export const interruptingMs = (deployment: Deployment, tokens: number, length: number = tokens): number =>
  interruptionMs(deployment, tokens, length, CALIBRATION.constants)

/** Milliseconds that reading `tokens` of a prompt of `length` takes until its first token. */
export const readingMs = (deployment: Deployment, tokens: number, length: number = tokens): number =>
  prefillMs(deployment, tokens, length, CALIBRATION.constants)
