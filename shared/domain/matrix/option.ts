import type { Level } from '../tiers.ts'
import type { PlanCost } from './cell.ts'
import type { Candidate, Limits } from './plan.ts'
import { missOf, shortfallsOf } from './shortfall.ts'
import type { MatrixSources } from './sources.ts'
import { costsFor, providersFor } from './supply.ts'

/** A candidate at a level: what it breaks of the limits, and what it costs at the planned load. */
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
  const priced = nearest(offered).map((option) => ({
    ...option,
    costs: costsFor(sources, option.candidate, level, option.candidate.atPlannedLoad.outputTokensPerSecond),
  }))
  return (
    preferred(priced, ({ costs }) => costs.length > 0).toSorted(
      (a, b) => tokenPrice(a) - tokenPrice(b) || a.candidate.gpuCount - b.candidate.gpuCount,
    )[0] ?? null
  )
}

/** Those that hold, or all where none does. */
function preferred<Item>(items: readonly Item[], holds: (item: Item) => boolean): readonly Item[] {
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
const tokenPrice = ({ candidate, costs }: Pick<Option, 'candidate' | 'costs'>): number =>
  costs[0]?.nanoUsdPerKTok ?? candidate.gpuCount / candidate.atPlannedLoad.outputTokensPerSecond.value
