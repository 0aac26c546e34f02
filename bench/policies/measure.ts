import type { Run, Served } from '../../shared/domain/simulation/run.ts'
import type { Tier } from '../../shared/domain/tiers.ts'
import { percentile } from '../lib/stats.ts'

/** What callers were promised. */
export const OBJECTIVES: Readonly<Record<Tier, { readonly firstTokenMs: number; readonly tokenMs: number }>> =
  {
    s: { firstTokenMs: 2_000, tokenMs: 50 },
    m: { firstTokenMs: 2_000, tokenMs: 50 },
    l: { firstTokenMs: 2_000, tokenMs: 50 },
    xl: { firstTokenMs: 4_000, tokenMs: 80 },
  }

export type Measured = {
  /** Share of requests that met their objective; refused ones did not. */
  readonly attainment: number
  /** Of answers in the wanted tier or larger: a smaller model is no answer to a hard question. */
  readonly quality: number
  readonly usdPerKTok: number
  readonly p99FirstTokenMs: number
  readonly refusedShare: number
  /** For each thousand requests. */
  readonly wasted: number
  readonly refusals: number
}

/** Figures of the requests that arrived after the warm-up. */
export function measure({ served, timeNanoUsd }: Run, warmUpMs: number): Measured {
  const counted = served.filter(({ arrival }) => arrival.atMs >= warmUpMs)
  const answered = counted.filter(({ endpoint }) => endpoint !== null)
  const tokens = served.reduce((sum, { arrival, endpoint }) => sum + (endpoint ? arrival.outputTokens : 0), 0)
  const nanoUsd = served.reduce((sum, one) => sum + one.costNanoUsd, timeNanoUsd)
  const share = (some: readonly Served[]) => some.length / Math.max(1, counted.length)
  const mean = (of: (one: Served) => number) =>
    answered.reduce((sum, one) => sum + of(one), 0) / Math.max(1, answered.length)
  const firstTokens = counted.map((one) => one.timeToFirstTokenMs).toSorted((a, b) => a - b)
  const perThousand = (of: (one: Served) => number) =>
    (1_000 * counted.reduce((sum, one) => sum + of(one), 0)) / Math.max(1, counted.length)
  return {
    attainment: share(counted.filter(isMet)),
    quality: mean(({ endpoint }) => endpoint?.quality ?? 0),
    usdPerKTok: nanoUsd / 1e9 / (tokens / 1_000),
    p99FirstTokenMs: percentile(firstTokens, 0.99),
    refusedShare: share(counted.filter(({ endpoint }) => endpoint === null)),
    wasted: perThousand((one) => one.wasted),
    refusals: perThousand((one) => one.refusals),
  }
}

function isMet({ arrival, timeToFirstTokenMs, timePerTokenMs }: Served): boolean {
  const { firstTokenMs, tokenMs } = OBJECTIVES[arrival.tier]
  return timeToFirstTokenMs <= firstTokenMs && timePerTokenMs <= tokenMs
}
