import type { Level } from '../../tiers.ts'
import { planCosts } from '../cost/cost.ts'
import type { Gpu, MatrixSources, Offer, Provider } from '../sources/sources.ts'
import type { Candidate } from './candidate.ts'
import type { Estimate, PlanCost, Reason } from './cell.ts'

/** Levels as people call them. */
export const LEVEL_TITLES: Readonly<Record<Level, string>> = {
  hyperscaler: 'hyperscaler',
  gpu_native: 'GPU cloud',
  serverless: 'serverless vendor',
  on_premises: 'site of our own',
}

type Placed = Pick<Candidate, 'deployment' | 'gpuCount'>

/** The provider's offers that the candidate can run on: one machine with all of a tensor-parallel group, and a fast network where it needs several. */
export const offersFor = ({ offers }: Provider, { deployment }: Placed): readonly Offer[] =>
  offers.filter(
    ({ gpu, gpuCounts, isMultiNode }) =>
      gpu === deployment.gpu.name &&
      Math.max(0, ...gpuCounts) >= deployment.tensorParallel &&
      (deployment.pipelineParallel === 1 || isMultiNode),
  )

/** Whether the machines stand there today. */
export const isInstalledAt = (provider: Provider, candidate: Placed): boolean =>
  offersFor(provider, candidate).some(({ isInstalled }) => isInstalled)

/** Who at this level can run it, whether or not a price is known. */
export const providersFor = (
  { providers }: Pick<MatrixSources, 'providers'>,
  candidate: Placed,
  level: Level,
): readonly Provider[] =>
  providers.filter((provider) => provider.level === level && offersFor(provider, candidate).length > 0)

/** Cheapest first; only of those who have the machines for it. Where tokens cost the same, the one that rents fewer machines, then the one where they stand today. */
export function costsFor(
  sources: MatrixSources,
  candidate: Candidate,
  level: Level,
  outputTokensPerSecond: Estimate,
): readonly PlanCost[] {
  const { deployment, gpuCount, weightBytes } = candidate
  const able = new Map(
    providersFor(sources, candidate, level).map((provider) => [
      provider.name,
      isInstalledAt(provider, candidate),
    ]),
  )
  if (able.size === 0) return []
  const question = { gpu: deployment.gpu, gpuCount, weightBytes, outputTokensPerSecond, level }
  return planCosts(sources, question)
    .filter(({ provider }) => able.has(provider))
    .toSorted(
      (a, b) =>
        a.nanoUsdPerKTok - b.nanoUsdPerKTok ||
        a.monthlyNanoUsd - b.monthlyNanoUsd ||
        Number(able.get(b.provider) ?? false) - Number(able.get(a.provider) ?? false),
    )
}

/** Why nobody at this level can run it; with nothing that could run, whether anybody has the GPU at all. */
export function supplyReasons(
  sources: MatrixSources,
  gpu: Gpu,
  level: Level,
  candidate: Placed | null,
): readonly Reason[] {
  const offers = sources.providers
    .filter((provider) => provider.level === level)
    .flatMap((provider) => provider.offers.filter((offer) => offer.gpu === gpu.name))
  const who = LEVEL_TITLES[level]
  if (offers.length === 0)
    return [{ code: 'gpu_not_offered', message: `No ${who} known here has the ${gpu.title}.` }]
  if (candidate === null || providersFor(sources, candidate, level).length > 0) return []
  const { tensorParallel, pipelineParallel } = candidate.deployment
  const most = Math.max(0, ...offers.flatMap(({ gpuCounts }) => gpuCounts))
  if (most < tensorParallel) {
    const message = `${tensorParallel} ${gpu.title} needed in one machine, at most ${most} at a ${who}.`
    return [{ code: 'too_few_gpus', message }]
  }
  const message = `${candidate.gpuCount} ${gpu.title} in ${pipelineParallel} machines needed, and no ${who} joins such machines by a fast network.`
  return [{ code: 'no_fast_network', message }]
}
