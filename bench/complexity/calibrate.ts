import type { ComplexityModel } from '../../shared/domain/complexity/classify.ts'
import { TIERS, type Tier } from '../../shared/domain/tiers.ts'
import type { Scored } from './fit.ts'
import { logistic } from './logistic.ts'

/** Platt scaling with two inputs, on the questions whose set has a model of the tier. */
function calibrate(scored: readonly Scored[], tier: Tier) {
  const points = scored.flatMap(({ row, skill, gain }) => {
    const label = row.tiers[tier]
    return label === undefined ? [] : [{ label, input: [1, skill, gain] }]
  })
  const weights = logistic(points, 3).map((weight) => Number(weight.toFixed(4)))
  const [intercept = 0, skill = 0, gain = 0] = weights
  return { intercept, skill, gain }
}

export function calibrateTiers(scored: readonly Scored[]): ComplexityModel['tiers'] {
  const [s, m, l, xl] = TIERS.map((tier) => calibrate(scored, tier))
  if (!s || !m || !l || !xl) throw new Error('a tier has no calibration')
  return { s, m, l, xl }
}

const STEPS = 64

/** Gains at equal steps of the share of questions below, the sets counting alike. */
export function quantilesOf(scored: readonly Scored[]): number[] {
  const sizes = new Map<string, number>()
  for (const { row } of scored) sizes.set(row.set, (sizes.get(row.set) ?? 0) + 1)
  const quantiles: number[] = []
  let below = 0
  for (const { row, gain } of scored.toSorted((a, b) => a.gain - b.gain)) {
    if (below >= quantiles.length / STEPS) quantiles.push(gain)
    below += 1 / (sizes.get(row.set) ?? 1) / sizes.size
  }
  const most = Math.max(...scored.map(({ gain }) => gain))
  return [...quantiles.slice(0, STEPS), most].map((gain) => Number(gain.toFixed(6)))
}
