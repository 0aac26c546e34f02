import { NANO_PER_USD } from '../../money.ts'
import { type Candidate, candidatesFor, predict } from '../cells/candidate.ts'
import type { Estimate, PlanCost } from '../cells/cell.ts'
import type { MatrixSources, Precision, RequirementCost, TierTarget } from '../sources/sources.ts'
import { middleNanoUsd, planCosts } from './cost.ts'

/** The requirements document's month: 30 days. */
export const REQUIREMENT_HOURS_PER_MONTH = 720

/** The same GPUs as in a row of the requirements document, as this matrix sees them. */
export type OurReplica = {
  readonly model: string
  readonly precision: Precision
  readonly gpuCount: number
  readonly load: TierTarget['load']
  /** At the tier's planned load, whether or not that keeps its promise: the row says nothing of times. */
  readonly outputTokensPerSecond: Estimate
  /** Answers at once that write as fast as the document's price implies; null where no number of them does. */
  readonly impliedConcurrency: number | null
  /** At the row's provider; null where it does not offer these GPUs or its price is not known. */
  readonly cost: PlanCost | null
  /** GPUs that must be rented there for one replica; 0 without a cost. */
  readonly rentedGpus: number
}

/** What our dollars for a token are multiplied by, against the document's. Their product is the ratio of the two. */
export type CostFactors = {
  readonly price: number
  /** Below 1 where the replica is faster than the document's price implies. */
  readonly speed: number
  readonly utilisation: number
}

/** A row of the requirements document's table of costs beside what is computed here. */
export type RequirementCostComparison = {
  readonly required: RequirementCost
  readonly nanoUsdPerGpuHour: number
  /** At the price of an hour, the speed at which 1,000 tokens cost what the row says, never idle. */
  readonly impliedTokensPerSecond: number
  /** Whether the row's month is its own hour 720 times, in whole dollars. */
  readonly isMonthConsistent: boolean
  /** Null where the model does not fit on that many of these GPUs. */
  readonly ours: OurReplica | null
  /** Null where we have no cost. */
  readonly factors: CostFactors | null
}

/** Every row of the requirements document's table of costs, in its order. */
export const compareRequirementCosts = (sources: MatrixSources): readonly RequirementCostComparison[] =>
  sources.requirementCosts.map((required) => compare(sources, required))

function compare(sources: MatrixSources, required: RequirementCost): RequirementCostComparison {
  const { nanoUsdPerHour, nanoUsdPerKTok, gpuCount } = required
  const impliedTokensPerSecond = (1_000 * nanoUsdPerHour) / nanoUsdPerKTok / 3_600
  const monthUsd = Math.round((nanoUsdPerHour * REQUIREMENT_HOURS_PER_MONTH) / NANO_PER_USD)
  const ours = replicaOf(sources, required, impliedTokensPerSecond)
  return {
    required,
    nanoUsdPerGpuHour: nanoUsdPerHour / gpuCount,
    impliedTokensPerSecond,
    isMonthConsistent: monthUsd === required.monthlyUsd,
    ours,
    factors: ours?.cost ? factorsOf(required, impliedTokensPerSecond, ours, ours.cost) : null,
  }
}

function replicaOf(
  sources: MatrixSources,
  required: RequirementCost,
  impliedTokensPerSecond: number,
): OurReplica | null {
  const candidate = fastest(sources, required)
  if (candidate === null) return null
  const { model, precision } = candidate.deployment
  const { outputTokensPerSecond } = candidate.atPlannedLoad
  const cost = costAt(sources, required, candidate)
  return {
    model: model.name,
    precision,
    gpuCount: candidate.gpuCount,
    load: candidate.load,
    outputTokensPerSecond,
    impliedConcurrency: concurrencyAt(candidate, impliedTokensPerSecond),
    cost,
    rentedGpus: cost?.rentedGpus ?? 0,
  }
}

const speed = ({ atPlannedLoad }: Candidate): number => atPlannedLoad.outputTokensPerSecond.value

/** The tier's first model that fits on exactly these GPUs, in the precision and layout that writes fastest. */
function fastest(sources: MatrixSources, { tier, gpu, gpuCount }: RequirementCost): Candidate | null {
  const fitting = candidatesFor(sources, tier, gpu).filter((candidate) => candidate.gpuCount === gpuCount)
  return (
    fitting
      .filter(({ deployment }) => deployment.model === fitting[0]?.deployment.model)
      .toSorted((a, b) => speed(b) - speed(a))[0] ?? null
  )
}

/** Searched in order: with a full KV cache, or prompts that hold others up, more at once are no longer faster. */
function concurrencyAt(candidate: Candidate, tokensPerSecond: number): number | null {
  for (let concurrency = 1; concurrency <= candidate.kvConcurrency; concurrency++)
    if (predict(candidate, concurrency).outputTokensPerSecond.value >= tokensPerSecond) return concurrency
  return null
}

const middleOf = ({ lowNanoUsdPerGpuHour, highNanoUsdPerGpuHour }: PlanCost): number =>
  middleNanoUsd(lowNanoUsdPerGpuHour, highNanoUsdPerGpuHour)

function costAt(
  sources: MatrixSources,
  { gpu, gpuCount, provider: name }: RequirementCost,
  { weightBytes, atPlannedLoad: { outputTokensPerSecond } }: Candidate,
): PlanCost | null {
  const level = sources.providers.find((provider) => provider.name === name)?.level
  if (level === undefined) return null
  const question = { gpu: sources.gpus[gpu], gpuCount, weightBytes, outputTokensPerSecond, level }
  return planCosts(sources, question).find(({ provider }) => provider === name) ?? null
}

function factorsOf(
  { nanoUsdPerHour, gpuCount }: RequirementCost,
  impliedTokensPerSecond: number,
  { outputTokensPerSecond }: OurReplica,
  cost: PlanCost,
): CostFactors {
  return {
    price: (middleOf(cost) * gpuCount) / nanoUsdPerHour,
    speed: impliedTokensPerSecond / outputTokensPerSecond.value,
    utilisation: 1 / cost.utilisation,
  }
}
