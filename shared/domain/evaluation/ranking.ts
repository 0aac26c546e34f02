import { type Found, meets, type Target } from './judged.ts'

/**
 * nDCG with linear gains over the first `depth`, as trec_eval has it. Source: Järvelin and Kekäläinen 2002. Documents count once, at
 * their best passage. A passage that meets several targets counts for the best of those that none before it met.
 */
export function ndcg(hits: readonly Found[], targets: readonly Target[], depth: number): number {
  const met = new Set<Target>()
  const gains = unitsOf(hits, targets)
    .slice(0, depth)
    .map((hit) => {
      const fresh = targets.filter((target) => !met.has(target) && meets(hit, target))
      for (const target of fresh) met.add(target)
      return Math.max(0, ...fresh.map(({ gain }) => gain))
    })
  const best = targets
    .map(({ gain }) => gain)
    .toSorted((a, b) => b - a)
    .slice(0, depth)
  const ideal = discounted(best)
  return ideal === 0 ? 0 : discounted(gains) / ideal
}

const discounted = (gains: readonly number[]) =>
  gains.reduce((sum, gain, rank) => sum + gain / Math.log2(rank + 2), 0)

/** Share of the targets that the first `depth` documents, or passages where targets are passages, meet. */
export const recall = (hits: readonly Found[], targets: readonly Target[], depth: number): number =>
  shareMet(unitsOf(hits, targets).slice(0, depth), targets)

/** Share of the targets that the first `depth` hits meet, whichever documents they are of. */
export const pass = (hits: readonly Found[], targets: readonly Target[], depth: number): number =>
  shareMet(hits.slice(0, depth), targets)

/** Share of the first `depth` places that meet a target; a place left empty meets none. */
export function precision(hits: readonly Found[], targets: readonly Target[], depth: number): number {
  const units = unitsOf(hits, targets).slice(0, depth)
  return units.filter((hit) => targets.some((target) => meets(hit, target))).length / depth
}

function shareMet(hits: readonly Found[], targets: readonly Target[]): number {
  if (targets.length === 0) return 0
  return targets.filter((target) => hits.some((hit) => meets(hit, target))).length / targets.length
}

/** The hits themselves where a target is a passage, else each document once. */
function unitsOf(hits: readonly Found[], targets: readonly Target[]): readonly Found[] {
  if (targets.some(({ span }) => span !== null)) return hits
  const first = new Map<string, Found>()
  for (const hit of hits) if (!first.has(hit.documentId)) first.set(hit.documentId, hit)
  return [...first.values()]
}
