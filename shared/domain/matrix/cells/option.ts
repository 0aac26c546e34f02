import type { Level } from '../../tiers.ts'
import { WEIGHT_BYTES } from '../model/deployment.ts'
import type { MatrixSources } from '../sources/sources.ts'
import { type Candidate, type Capacity, capacityOf, type Limits } from './candidate.ts'
import type { PlanCost } from './cell.ts'
import { missOf, shortfallsOf } from './shortfall.ts'
import { costsFor, providersFor } from './supply.ts'

/** A candidate at a level: what it breaks of the limits at the planned load, and what it costs at its capacity. */
export type Option = {
  readonly candidate: Candidate
  readonly shortfalls: ReturnType<typeof shortfallsOf>
  /** Whether anybody at the level has the machines. */
  readonly isOffered: boolean
  /** Cheapest first. */
  readonly costs: readonly PlanCost[]
}

/**
 * The best candidate at a level. Offered before not offered; then those that keep every limit, by the central price of a thousand tokens.
 * Where none does, the one nearest to the limits: fewest objections that no load mends, then the least factor by which its worst figure
 * misses its limit, then the price. Equal prices: the fewest GPUs, then the order of models, precisions and sizes.
 * Weights in four bits answer otherwise than what was published, so they are taken only where those in eight or more do not keep up.
 */
export function bestOption(
  sources: MatrixSources,
  candidates: readonly Candidate[],
  { level, limits }: { readonly level: Level; readonly limits: Limits },
): Option | null {
  const judged = candidates.map((candidate) => ({
    candidate,
    shortfalls: shortfallsOf(candidate, limits),
    isOffered: providersFor(sources, candidate, level).length > 0,
  }))
  const offered = preferred(judged, ({ isOffered }) => isOffered)
  // Only those that can still be the best are priced.
  const priced = preferred(nearest(offered), hasWholeWeights).map((option) => {
    const capacity = capacityOf(option.candidate, limits)
    return {
      ...option,
      capacity,
      costs: costsFor(sources, option.candidate, level, capacity.outputTokensPerSecond),
    }
  })
  return (
    preferred(priced, ({ costs }) => costs.length > 0).toSorted(
      (a, b) => tokenPrice(a) - tokenPrice(b) || a.candidate.gpuCount - b.candidate.gpuCount,
    )[0] ?? null
  )
}

export const hasWholeWeights = ({ candidate }: Pick<Option, 'candidate'>): boolean =>
  WEIGHT_BYTES[candidate.deployment.precision] >= 1

/** Those that hold, or all where none does. */
export function preferred<Item>(items: readonly Item[], holds: (item: Item) => boolean): readonly Item[] {
  const held = items.filter(holds)
  return held.length > 0 ? held : items
}

function nearest<Judged extends Pick<Option, 'shortfalls'>>(judged: readonly Judged[]): readonly Judged[] {
  const misses = judged.map(({ shortfalls }) => missOf(shortfalls))
  const fewest = Math.min(...misses.map(({ objections }) => objections))
  const least = Math.min(
    ...misses.map(({ objections, factor }) => (objections === fewest ? factor : Infinity)),
  )
  return judged.filter((_, index) => {
    const miss = misses[index]
    return miss !== undefined && miss.objections === fewest && miss.factor === least
  })
}

/** Of one kind in a cell: dollars where prices are known, GPU time where they are not. */
const tokenPrice = ({
  candidate,
  capacity,
  costs,
}: Pick<Option, 'candidate' | 'costs'> & { readonly capacity: Capacity }): number =>
  costs[0]?.nanoUsdPerKTok ?? candidate.gpuCount / capacity.outputTokensPerSecond.value
