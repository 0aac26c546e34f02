import type { Plan } from './cell.ts'
import { ENGINE_START_MS } from './cold-start.ts'
import type { Model, TierTarget } from './sources.ts'

/** The share of memory and the tokens of one step that memory is planned with. */
const PLANNED = { utilisation: '0.92', maxBatchedTokens: '8192' } as const

/** Arguments of `vllm serve` for one replica; on several machines each adds its `--node-rank`, and all but the first `--headless`. */
export function vllmArguments(plan: Plan, model: Model, { slo }: Pick<TierTarget, 'slo'>): readonly string[] {
  const { tensorParallel, pipelineParallel } = plan
  const sequences = plan.sloConcurrency > 0 ? plan.sloConcurrency : plan.load.concurrency
  const stages =
    pipelineParallel === 1
      ? []
      : ['--pipeline-parallel-size', String(pipelineParallel), '--nnodes', String(pipelineParallel)]
  const experts = model.experts !== null && tensorParallel > 1 ? ['--enable-expert-parallel'] : []
  return [
    ...servedFrom(plan, model),
    '--tensor-parallel-size',
    String(tensorParallel),
    ...stages,
    ...experts,
    '--max-model-len',
    String(Math.min(slo.contextTokens, plan.maxContextTokens)),
    '--max-num-seqs',
    String(sequences),
    '--max-num-batched-tokens',
    PLANNED.maxBatchedTokens,
    '--gpu-memory-utilization',
    PLANNED.utilisation,
    '--kv-cache-dtype',
    'auto',
    '--enable-prefix-caching',
  ]
}

/** A checkpoint in fewer bits says so in its own config.json, and vLLM needs no flag; callers keep the model's name. */
const servedFrom = ({ model: name, precision }: Plan, model: Model): readonly string[] =>
  precision === model.nativePrecision ? [name] : ['$CHECKPOINT', '--served-model-name', name]

/** Where no provider says how fast weights load: a disk of a gigabyte a second. */
export const USUAL_LOAD_BYTES_PER_SECOND = 1e9

const PROBE_PERIOD_MS = 10_000
/** Half as long again: disks and networks have slow days. */
const PROBE_RESERVE = 1.5

/** Failures that a startup probe must forgive, one every ten seconds, until weights are loaded and the engine is warm. */
export function startupFailureThreshold(weightBytes: number, loadBytesPerSecond: number): number {
  const { process, compiledGraphs, profiling } = ENGINE_START_MS
  const startMs = (1_000 * weightBytes) / loadBytesPerSecond + process + compiledGraphs + profiling
  return Math.ceil((PROBE_RESERVE * startMs) / PROBE_PERIOD_MS)
}

/** Bucket edges in seconds of vLLM's histograms (`vllm/v1/metrics/loggers.py`, 0.30). Between two edges Prometheus only guesses. */
export const FIRST_TOKEN_EDGES = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
  2_560,
] as const
export const TOKEN_EDGES = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
] as const

/**
 * The edge in seconds to alert at: the last one not beyond the promise, so that the alert comes before it is broken. Where what is
 * expected is already there, the first beyond both, since an alert that is always on tells nothing.
 */
export function alertEdge(edges: readonly number[], expectedMs: number, promisedMs: number): number {
  const before = edges.findLast((edge) => edge * 1_000 <= promisedMs)
  if (before !== undefined && expectedMs < before * 1_000) return before
  const worst = Math.max(expectedMs, promisedMs)
  return edges.find((edge) => edge * 1_000 > worst) ?? edges.at(-1) ?? 0
}
