import type { Tier } from '../../tiers.ts'
import { type Deployment, hasFp4, hasFp8, weightBytes } from '../model/deployment.ts'
import { layoutReasons } from '../model/layout.ts'
import { planMemory } from '../model/memory.ts'
import { FEW_AT_ONCE, type Prediction, predictLoad, timesWithin } from '../model/performance.ts'
import type { Times } from '../model/times.ts'
import type { Gpu, GpuName, MatrixSources, Model, Precision, TierTarget } from '../sources/sources.ts'
import { type Plan, REASON_CODES } from './cell.ts'

/** What a plan must keep: a tier's promise, or the stricter or looser limits of one who asks. */
export type Limits = TierTarget['slo']

/** A way to run a model of the tier that its GPUs have room for, with the figures at the tier's planned load. No level's prices are in it. */
export type Candidate = {
  readonly deployment: Deployment
  readonly gpuCount: number
  /** Of the whole model. */
  readonly weightBytes: number
  readonly memory: ReturnType<typeof planMemory>
  readonly maxContextTokens: number
  readonly kvConcurrency: number
  readonly load: TierTarget['load']
  /** Central times at the planned load. */
  readonly planned: Times
  /** The same with intervals. */
  readonly atPlannedLoad: Prediction
}

/** Beyond this many at once one replica is not planned: predictions are not held against measurements there, and of mixtures of experts first tokens are hardly known beyond few. */
const mostTogether = ({ model }: Deployment): number => (model.experts ? FEW_AT_ONCE : 128)

const TENSOR_PARALLEL = [1, 2, 4, 8] as const
/** Machines that a model is spread over when one does not hold it. */
const PIPELINE_PARALLEL = [2, 4] as const

/** FP8 has arithmetic of its own from Ada on, four bits from Blackwell on; weights in FP8 alone (A100) are planned as w4 instead. */
export function precisionsOf(model: Model, gpu: Gpu): readonly Precision[] {
  const precisions: Precision[] = model.nativePrecision === 'bf16' ? ['bf16'] : []
  if (hasFp8(gpu)) precisions.push('fp8')
  precisions.push('w4')
  if (hasFp4(gpu)) precisions.push('nvfp4')
  return precisions
}

/** Every way to run a model of the tier on this GPU; kept, since the four levels and every selection ask for the same. */
export function candidatesFor(sources: MatrixSources, tier: Tier, gpu: GpuName): readonly Candidate[] {
  const known = kept.get(sources) ?? new Map<string, readonly Candidate[]>()
  kept.set(sources, known)
  const key = `${tier}.${gpu}`
  const candidates = known.get(key) ?? computeCandidates(sources, tier, gpu)
  known.set(key, candidates)
  return candidates
}

const kept = new WeakMap<MatrixSources, Map<string, readonly Candidate[]>>()

function computeCandidates(sources: MatrixSources, tier: Tier, gpuName: GpuName): readonly Candidate[] {
  const target = sources.tiers[tier]
  const gpu = sources.gpus[gpuName]
  return modelsOf(sources, target).flatMap((model) =>
    precisionsOf(model, gpu).flatMap((precision) => layoutsOf({ model, gpu, precision }, target)),
  )
}

/** The models that the tier is planned with, in its order. */
export const modelsOf = ({ models }: Pick<MatrixSources, 'models'>, target: TierTarget): readonly Model[] =>
  target.models.flatMap((name) => models.filter((model) => model.name === name))

type Unplaced = Omit<Deployment, 'tensorParallel' | 'pipelineParallel'>

/** Several machines only where one has no room, and then whole ones. */
function layoutsOf(unplaced: Unplaced, target: TierTarget): readonly Candidate[] {
  const inOneNode = tensorParallelOf(unplaced).flatMap((tensorParallel) =>
    fitting({ ...unplaced, tensorParallel, pipelineParallel: 1 }, target),
  )
  if (inOneNode.length > 0) return inOneNode
  const tensorParallel = Math.max(0, ...tensorParallelOf(unplaced))
  if (tensorParallel < Math.min(Math.max(...TENSOR_PARALLEL), unplaced.gpu.gpusPerNode)) return []
  return PIPELINE_PARALLEL.flatMap((pipelineParallel) =>
    fitting({ ...unplaced, tensorParallel, pipelineParallel }, target),
  )
}

const tensorParallelOf = (unplaced: Unplaced): readonly number[] =>
  TENSOR_PARALLEL.filter(
    (tensorParallel) =>
      tensorParallel <= unplaced.gpu.gpusPerNode &&
      layoutReasons({ ...unplaced, tensorParallel, pipelineParallel: 1 }).every(
        ({ code }) => REASON_CODES[code] !== 'blocking',
      ),
  )

/** With room for one sequence of the promised length at least, or of the longest that the model reads. */
function fitting(deployment: Deployment, { slo, load }: TierTarget): readonly Candidate[] {
  const { model, precision, tensorParallel, pipelineParallel } = deployment
  const memory = planMemory(deployment)
  const capacity = memory.kvCapacityTokens
  if (capacity < Math.min(slo.contextTokens, model.contextTokens)) return []
  const candidate = {
    deployment,
    gpuCount: tensorParallel * pipelineParallel,
    weightBytes: weightBytes(model, precision),
    memory,
    maxContextTokens: Math.min(model.contextTokens, Math.floor(capacity)),
    kvConcurrency: Math.floor(capacity / (load.promptTokens + load.outputTokens)),
    load,
  }
  let figures: Prediction | null = null
  return [
    {
      ...candidate,
      planned: timesWithin(deployment, load, capacity),
      // Intervals are made for those that are looked at, not for hundreds that are only compared.
      get atPlannedLoad() {
        figures ??= predict(candidate, load.concurrency)
        return figures
      },
    },
  ]
}

/** The figures with so many at once. */
export const predict = (
  { deployment, memory, load }: Omit<Candidate, 'atPlannedLoad' | 'planned'>,
  concurrency: number,
): Prediction => predictLoad(deployment, { ...load, concurrency, kvCapacityTokens: memory.kvCapacityTokens })

/** The most at once that keep both times within the limits, by the central figures; 0 where one alone does not. Times only grow with company. */
function concurrencyWithin(candidate: Candidate, limits: Limits): number {
  const { deployment, load, memory } = candidate
  const keeps = (concurrency: number) => {
    const times = timesWithin(deployment, { ...load, concurrency }, memory.kvCapacityTokens)
    return (
      times.timeToFirstTokenP99Ms <= limits.timeToFirstTokenP99Ms &&
      times.timePerOutputTokenMs <= limits.timePerOutputTokenMs
    )
  }
  let kept = 0
  let tooMany = Math.min(mostTogether(deployment), candidate.kvConcurrency) + 1
  while (tooMany - kept > 1) {
    const middle = Math.floor((kept + tooMany) / 2)
    if (keeps(middle)) kept = middle
    else tooMany = middle
  }
  return kept
}

/** How much one replica takes: `sloConcurrency` is 0 where not even one request keeps the limits. */
export type Capacity = Plan['atCapacity'] & Pick<Plan, 'sloConcurrency'>

/** As much as keeps the limits; the planned load, or what fits of it, where not even one request does. */
export function capacityOf(candidate: Candidate, limits: Limits): Capacity {
  const known = capacities.get(candidate)?.get(limits)
  if (known) return known
  const sloConcurrency = concurrencyWithin(candidate, limits)
  const concurrency = sloConcurrency > 0 ? sloConcurrency : fewerThanPlanned(candidate)
  const { outputTokensPerSecond } = predict(candidate, concurrency)
  const capacity = { concurrency, outputTokensPerSecond, sloConcurrency }
  const ofCandidate = capacities.get(candidate) ?? new WeakMap<Limits, Capacity>()
  capacities.set(candidate, ofCandidate.set(limits, capacity))
  return capacity
}

/** Kept, since four levels ask for the same. */
const capacities = new WeakMap<Candidate, WeakMap<Limits, Capacity>>()

const fewerThanPlanned = ({ load, kvConcurrency }: Candidate): number =>
  Math.min(load.concurrency, Math.max(1, kvConcurrency))

/** The candidate as a plan: figures for the planned load, or for as many fewer as fit and keep the limits. */
export function planOf(candidate: Candidate, limits: Limits): Plan {
  const { deployment, gpuCount, maxContextTokens, kvConcurrency, load } = candidate
  const atCapacity = capacityOf(candidate, limits)
  const { sloConcurrency } = atCapacity
  const concurrency =
    sloConcurrency > 0 ? Math.min(load.concurrency, sloConcurrency) : fewerThanPlanned(candidate)
  const figures = concurrency === load.concurrency ? candidate.atPlannedLoad : predict(candidate, concurrency)
  const { budgetBytes, weightBytes: bytes, activationBytes, overheadBytes, kvBytes } = candidate.memory
  return {
    model: deployment.model.name,
    precision: deployment.precision,
    tensorParallel: deployment.tensorParallel,
    pipelineParallel: deployment.pipelineParallel,
    gpuCount,
    maxContextTokens,
    kvConcurrency,
    sloConcurrency,
    load: { promptTokens: load.promptTokens, outputTokens: load.outputTokens, concurrency },
    timeToFirstTokenMs: figures.timeToFirstTokenMs,
    timeToFirstTokenP99Ms: figures.timeToFirstTokenP99Ms,
    timePerOutputTokenMs: figures.timePerOutputTokenMs,
    outputTokensPerSecond: figures.outputTokensPerSecond,
    atCapacity: {
      concurrency: atCapacity.concurrency,
      outputTokensPerSecond: atCapacity.outputTokensPerSecond,
    },
    memory: { budgetBytes, weightBytes: bytes, activationBytes, overheadBytes, kvBytes },
  }
}
