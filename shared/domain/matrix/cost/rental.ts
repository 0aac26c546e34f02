import type { Offer } from '../sources/sources.ts'

/**
 * GPUs that one must rent at least for a replica on `gpuCount` of them: the smallest machine that has so many, or full machines in one
 * network; null where the offer has neither.
 */
export function smallestRental(
  { gpuCounts, isMultiNode }: Pick<Offer, 'gpuCounts' | 'isMultiNode'>,
  gpuCount: number,
  minGpus = 1,
): number | null {
  const wanted = Math.max(gpuCount, minGpus)
  const machines = gpuCounts.filter((count) => count >= wanted)
  if (machines.length > 0) return Math.min(...machines)
  const largest = Math.max(0, ...gpuCounts)
  return isMultiNode && largest > 0 ? Math.ceil(wanted / largest) * largest : null
}
