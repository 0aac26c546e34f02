import { calibrationError, type TierReliability } from './reliability.ts'
import type { Column } from './routing.ts'
import type { Comparison } from './tier-choice.ts'

/** What docs/classifier.md promises; a name is `router, set`. */
const LEAST_APGR: Readonly<Record<string, number>> = {
  'ours, folds: mmlu': 0.66,
  'ours, folds: gsm8k': 0.62,
  'ours, without the set: mmlu': 0.6,
  'ours, without the set: gsm8k': 0.6,
}
const MOST_CALIBRATION_ERROR = 0.05

type Figures = {
  readonly columns: readonly Column[]
  readonly models: readonly Comparison[]
  readonly tiers: readonly TierReliability[]
}

/** Every promise that is not kept, as a sentence. */
export function missedBars({ columns, models, tiers }: Figures): string[] {
  return [
    ...columns.flatMap((own) => missedRouting(own, columns)),
    ...models
      .filter(({ quality, ours }) => ours < quality)
      .map(
        ({ name, quality, ours }) =>
          `${name} alone answers ${quality.toFixed(4)}, the tiers ${ours.toFixed(4)}`,
      ),
    ...missedBest(models),
    ...tiers
      .filter(({ bins }) => calibrationError(bins) > MOST_CALIBRATION_ERROR)
      .map(({ tier }) => `the calibration of tier ${tier} is off by more than ${MOST_CALIBRATION_ERROR}`),
  ]
}

function missedRouting({ router, set, apgr, cpt50, cpt80 }: Column, columns: readonly Column[]): string[] {
  const name = `${router}: ${set}`
  const least = LEAST_APGR[name]
  const length = columns.find((other) => other.set === set && other.router === 'prompt length')
  if (least === undefined || !length) return []
  const missed = apgr < least ? [`${name} has an APGR of ${apgr.toFixed(3)}, not ${least}`] : []
  const isAbove = apgr > length.apgr && cpt50 < length.cpt50 && cpt80 < length.cpt80
  return isAbove ? missed : [...missed, `${name} is not above prompt length in every column`]
}

/** Choosing has to beat the best that not choosing can do, at no more cost. */
function missedBest(models: readonly Comparison[]): string[] {
  const best = models.toSorted((a, b) => b.quality - a.quality)[0]
  return best && best.ours <= best.quality ? [`the tiers never answer better than ${best.name} alone`] : []
}
