import type { Limits } from '../cells/candidate.ts'
import type { Plan } from '../cells/cell.ts'

/** How much each part of the score decides: what it costs, most; then room below the limits; then how well the figures are known. */
export const SCORE_WEIGHTS = { cost: 0.6, headroom: 0.25, certainty: 0.15 } as const

type Scored = {
  readonly plan: Pick<Plan, 'timeToFirstTokenP99Ms' | 'timePerOutputTokenMs' | 'outputTokensPerSecond'>
  readonly costNanoUsd: number
}

/**
 * Efficiency, 0..1: the weighted geometric mean of three shares, so that no part can be bought off by another one altogether.
 * Cost: the least cost among those that qualify, over this one's. Headroom: limit / (limit + figure) of the tighter time, 1/2 at the
 * limit. Certainty: lower end of the throughput's interval over the upper one.
 */
export function efficiencyScore({ plan, costNanoUsd }: Scored, limits: Limits, leastNanoUsd: number): number {
  const { timeToFirstTokenP99Ms: first, timePerOutputTokenMs: further, outputTokensPerSecond: rate } = plan
  const cost = costNanoUsd > 0 ? Math.min(1, leastNanoUsd / costNanoUsd) : 1
  const headroom = Math.min(
    headroomOf(first.value, limits.timeToFirstTokenP99Ms),
    headroomOf(further.value, limits.timePerOutputTokenMs),
  )
  const certainty = rate.high > 0 ? rate.low / rate.high : 0
  return (
    cost ** SCORE_WEIGHTS.cost * headroom ** SCORE_WEIGHTS.headroom * certainty ** SCORE_WEIGHTS.certainty
  )
}

const headroomOf = (figureMs: number, limitMs: number): number => limitMs / (limitMs + figureMs)
