import type { Plan } from '../cells/cell.ts'
import { ENGINE_START_MS, UNCACHED_COMPILE_MS } from '../cost/cold-start.ts'
import type { Model, TierTarget } from '../sources/sources.ts'

/** The share of memory and the tokens of one step that memory is planned with. */
const PLANNED = { utilisation: '0.92', maxBatchedTokens: '8192' } as const

/** One `vllm serve`, and whose it is where a replica is several machines. */
export type Command = { readonly role: 'only' | 'leader' | 'worker'; readonly line: string }

/** The commands of one replica. On several machines workers serve no HTTP; the variables are those that LeaderWorkerSet sets in each pod. */
export function vllmCommands(plan: Plan, model: Model, target: Pick<TierTarget, 'slo'>): readonly Command[] {
  const line = ['vllm serve', ...vllmArguments(plan, model, target)].join(' ')
  if (plan.pipelineParallel === 1) return [{ role: 'only', line }]
  const address = '--master-addr $LWS_LEADER_ADDRESS'
  return [
    { role: 'leader', line: `${line} --node-rank 0 ${address}` },
    { role: 'worker', line: `${line} --node-rank $LWS_WORKER_INDEX ${address} --headless` },
  ]
}

/** The `--max-num-seqs` of a plan: what keeps the promise, or its load where nothing does. */
export const maxSequences = ({ sloConcurrency, load }: Pick<Plan, 'sloConcurrency' | 'load'>): number =>
  sloConcurrency > 0 ? sloConcurrency : load.concurrency

/** How many requests run at once; vLLM lets the next one wait: as many as its limit, or as the KV cache holds where that is fewer. */
export const admittedAtOnce = (plan: Pick<Plan, 'sloConcurrency' | 'load' | 'kvConcurrency'>): number =>
  Math.max(1, Math.min(maxSequences(plan), plan.kvConcurrency))

/** New replicas must be there before requests wait. */
const SCALE_OUT_SHARE = 0.8

/** Requests running at which to start another replica; null where a replica runs one at a time, and only waiting tells load from overload. */
export function scaleOutAt(plan: Plan): number | null {
  const admitted = admittedAtOnce(plan)
  return admitted === 1 ? null : Math.max(1, Math.floor(SCALE_OUT_SHARE * admitted))
}

/** Arguments that all machines of a replica share. */
function vllmArguments(plan: Plan, model: Model, { slo }: Pick<TierTarget, 'slo'>): readonly string[] {
  const { tensorParallel, pipelineParallel } = plan
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
    String(maxSequences(plan)),
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
/** Ten minutes, as in KServe's template: a first start also fetches what nobody measured here. */
const LEAST_PROBE_FAILURES = 60

/** Failures that a startup probe must forgive, one every ten seconds, until weights are loaded and the engine is warm; on a first start it has no cache of compiled graphs. */
export function startupFailureThreshold(weightBytes: number, loadBytesPerSecond: number): number {
  const { process, profiling } = ENGINE_START_MS
  const startMs = (1_000 * weightBytes) / loadBytesPerSecond + process + UNCACHED_COMPILE_MS + profiling
  return Math.max(LEAST_PROBE_FAILURES, Math.ceil((PROBE_RESERVE * startMs) / PROBE_PERIOD_MS))
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
