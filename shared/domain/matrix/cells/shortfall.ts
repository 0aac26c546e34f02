import { tokensPerSecond } from '../model/times.ts'
import { digits } from '../words/figures.ts'
import type { Candidate, Limits } from './candidate.ts'
import type { Reason, ReasonCode } from './cell.ts'

/** Tensor parallelism exchanges activations twice a layer: over PCIe, without NVLink, two GPUs can bear that, and more wait for each other. */
export const MAX_TENSOR_PARALLEL_OVER_PCIE = 2

/** A promise that is not kept: by which factor, or null where it is no matter of degree. */
export type Shortfall = {
  readonly code: ReasonCode
  readonly factor: number | null
  /** In words, on demand: most candidates are only compared. */
  readonly message: () => string
}

type Check = (candidate: Candidate, limits: Limits) => Shortfall | null

const contextTooShort: Check = ({ maxContextTokens, deployment }, { contextTokens }) =>
  maxContextTokens >= contextTokens
    ? null
    : {
        code: 'context_too_short',
        factor: contextTokens / maxContextTokens,
        message: () =>
          `${deployment.model.name} reads ${digits(maxContextTokens)} tokens at most here, ${digits(contextTokens)} are needed.`,
      }

const kvExhausted: Check = ({ kvConcurrency, load }) =>
  kvConcurrency >= load.concurrency
    ? null
    : {
        code: 'kv_exhausted',
        factor: load.concurrency / Math.max(0.5, kvConcurrency),
        message: () =>
          `The KV cache holds ${digits(kvConcurrency)} of the planned ${digits(load.concurrency)} sequences of ${digits(load.promptTokens + load.outputTokens)} tokens; the others wait.`,
      }

const firstTokenTooLate: Check = ({ planned, load }, { timeToFirstTokenP99Ms: promised }) => {
  const { timeToFirstTokenP99Ms: value } = planned
  if (value <= promised) return null
  const message = () =>
    `First token after ${digits(value)} ms at p99, promised ${digits(promised)} ms, for ${digits(load.promptTokens)} prompt tokens and ${digits(load.concurrency)} at once.`
  return { code: 'first_token_too_late', factor: value / promised, message }
}

const tokensTooSlow: Check = ({ planned, load }, { timePerOutputTokenMs: promised }) => {
  const { timePerOutputTokenMs: value } = planned
  if (value <= promised) return null
  const message = () =>
    `${digits(value)} ms for each further token, promised ${digits(promised)} ms, with ${digits(load.concurrency)} at once.`
  return { code: 'tokens_too_slow', factor: value / promised, message }
}

const throughputTooLow: Check = ({ planned, load }, { outputTokensPerSecond: promised }) => {
  const value = tokensPerSecond(planned, load)
  if (value >= promised) return null
  const message = () =>
    `${digits(value)} output tokens a second with ${digits(load.concurrency)} at once, promised ${digits(promised)}.`
  return { code: 'throughput_too_low', factor: promised / value, message }
}

const tensorParallelOverPcie: Check = ({ deployment: { gpu, tensorParallel, pipelineParallel } }) => {
  if (gpu.link === 'nvlink' || tensorParallel <= MAX_TENSOR_PARALLEL_OVER_PCIE) return null
  const machines = pipelineParallel > 1 ? ` in each of ${pipelineParallel} machines` : ''
  const message = () =>
    `Tensor parallel over ${tensorParallel} GPUs${machines} at ${digits(gpu.linkBytesPerSecond / 1e9)} GB/s of PCIe; without NVLink at most ${MAX_TENSOR_PARALLEL_OVER_PCIE} keep up.`
  return { code: 'tensor_parallel_over_pcie', factor: null, message }
}

const CHECKS: readonly Check[] = [
  contextTooShort,
  kvExhausted,
  firstTokenTooLate,
  tokensTooSlow,
  throughputTooLow,
  tensorParallelOverPcie,
]

/** Which limits the candidate breaks at the planned load, by the central figures. */
export const shortfallsOf = (candidate: Candidate, limits: Limits): readonly Shortfall[] =>
  CHECKS.flatMap((check) => check(candidate, limits) ?? [])

/**
 * How far a candidate is from the limits. First what no load can mend (`objections`), then the factor of the limit that it misses most:
 * a promise is as broken as its most broken part. Both are lowest, 0 and 1, where everything is kept.
 */
export function missOf(shortfalls: readonly Shortfall[]): { objections: number; factor: number } {
  const factors = shortfalls.flatMap(({ factor }) => factor ?? [])
  return { objections: shortfalls.length - factors.length, factor: Math.max(1, ...factors) }
}

export const asReason = ({ code, message }: Shortfall): Reason => ({ code, message: message() })
