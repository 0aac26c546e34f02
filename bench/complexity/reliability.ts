// Whether "70 %" means seven of ten, measured on questions that neither the forests nor the calibration saw.

import { sufficient } from '../../shared/domain/complexity/classify.ts'
import { TIERS, type Tier } from '../../shared/domain/tiers.ts'
import { calibrateTiers } from './calibrate.ts'
import type { Scored } from './fit.ts'
import { mean } from './mean.ts'

type Bin = { readonly said: number; readonly seen: number; readonly questions: number }

export type TierReliability = { readonly tier: Tier; readonly bins: readonly Bin[] }

export function reliabilities(scored: readonly Scored[]): TierReliability[] {
  return TIERS.map((tier) => ({ tier, bins: reliability(scored, tier) }))
}

const BINS = 10

/** Questions in ten groups of one size by what was said of the tier: mean chance said, mean score seen. */
function reliability(scored: readonly Scored[], tier: Tier): Bin[] {
  const folds = [...new Set(scored.map(({ fold }) => fold))]
  const points = folds.flatMap((fold) => {
    const tiers = calibrateTiers(scored.filter((one) => one.fold !== fold))
    return scored.flatMap(({ fold: own, row, skill, gain }) => {
      const seen = row.tiers[tier]
      return own === fold && seen !== undefined ? [{ said: sufficient(tiers, skill, gain)[tier], seen }] : []
    })
  })
  const ascending = points.toSorted((a, b) => a.said - b.said)
  return Array.from({ length: BINS }, (_, bin) => {
    const own = ascending.slice((bin * points.length) / BINS, ((bin + 1) * points.length) / BINS)
    return {
      said: mean(own.map(({ said }) => said)),
      seen: mean(own.map(({ seen }) => seen)),
      questions: own.length,
    }
  })
}

/** Expected calibration error: the mean distance between said and seen. */
export function calibrationError(bins: readonly Bin[]): number {
  const total = bins.reduce((sum, { questions }) => sum + questions, 0)
  return bins.reduce((sum, { said, seen, questions }) => sum + (Math.abs(said - seen) * questions) / total, 0)
}
