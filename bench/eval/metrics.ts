/** nDCG with binary gains over the first `depth` of a ranking. Source: Järvelin and Kekäläinen 2002. */
export function ndcg(ranking: readonly string[], relevant: ReadonlySet<string>, depth: number): number {
  const found = ranking.slice(0, depth).flatMap((id, rank) => (relevant.has(id) ? [rank] : []))
  const best = Array.from({ length: Math.min(depth, relevant.size) }, (_, rank) => rank)
  return best.length === 0 ? 0 : gain(found) / gain(best)
}

const gain = (ranks: readonly number[]) => ranks.reduce((sum, rank) => sum + 1 / Math.log2(rank + 2), 0)
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

const RESAMPLES = 2_000
const SEED = 0x2f6e2b1

/** Mean of per-question scores with its 95 % bootstrap interval; the same scores give the same interval. */
export function meanWithInterval(scores: readonly number[]): { mean: number; low: number; high: number } {
  const random = mulberry32(SEED)
  const means = Array.from({ length: RESAMPLES }, () =>
    mean(scores.map(() => scores[Math.floor(random() * scores.length)] ?? 0)),
  ).toSorted((a, b) => a - b)
  const at = (share: number) => means[Math.floor(share * (RESAMPLES - 1))] ?? Number.NaN
  return { mean: mean(scores), low: at(0.025), high: at(0.975) }
}

/** A small seeded generator, so that two runs can be compared. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
