import { auroc } from '../../shared/domain/evaluation/statistics.ts'
import { seeded } from '../complexity/random.ts'

/** A score with what it should tell; items of one `group` stand or fall together when resampled. */
export type Rated = { readonly score: number; readonly isPositive: boolean; readonly group: string }

export type Quality = {
  readonly auroc: number
  readonly balancedAccuracy: number
  readonly f1: number
  readonly accuracy: number
}

/** How well scores tell positives; those at the threshold count as told positive. */
export function qualityOf(rated: readonly Rated[], threshold: number): Quality {
  const count = (isPositive: boolean, isTold: boolean) =>
    rated.filter((one) => one.isPositive === isPositive && one.score >= threshold === isTold).length
  const [truePositive, falsePositive] = [count(true, true), count(false, true)]
  const [falseNegative, trueNegative] = [count(true, false), count(false, false)]
  const recall = truePositive / (truePositive + falseNegative)
  const specificity = trueNegative / (trueNegative + falsePositive)
  return {
    auroc: auroc(rated),
    balancedAccuracy: (recall + specificity) / 2,
    f1: (2 * truePositive) / (2 * truePositive + falsePositive + falseNegative),
    accuracy: (truePositive + trueNegative) / rated.length,
  }
}

const RESAMPLES = 500
const SEED = 0x6e0d5a

/** 95 % bootstrap intervals of each figure, drawing whole groups. */
export function intervalsOf(
  rated: readonly Rated[],
  threshold: number,
): Record<keyof Quality, { low: number; high: number }> {
  const random = seeded(SEED)
  const groups = [...Map.groupBy(rated, ({ group }) => group).values()]
  const drawn = Array.from({ length: RESAMPLES }, () =>
    qualityOf(
      groups.flatMap(() => groups[Math.floor(random() * groups.length)] ?? []),
      threshold,
    ),
  )
  const interval = (figure: keyof Quality) => {
    const ascending = drawn.map((quality) => quality[figure]).toSorted((a, b) => a - b)
    const at = (share: number) => ascending[Math.floor(share * (RESAMPLES - 1))] ?? Number.NaN
    return { low: at(0.025), high: at(0.975) }
  }
  return {
    auroc: interval('auroc'),
    balancedAccuracy: interval('balancedAccuracy'),
    f1: interval('f1'),
    accuracy: interval('accuracy'),
  }
}

const STEPS = 200
/** Thresholds this close to the best are as good; the middle of them is steadier than the best. */
const PLATEAU = 0.002

/** The threshold with the best mean balanced accuracy over the sets. */
export function bestThreshold(sets: readonly (readonly Rated[])[]): number {
  const tried = Array.from({ length: STEPS - 1 }, (_, i) => {
    const threshold = (i + 1) / STEPS
    const sum = sets.reduce((total, rated) => total + balancedAccuracy(rated, threshold), 0)
    return { threshold, mean: sum / sets.length }
  })
  const best = Math.max(...tried.map(({ mean }) => mean))
  const good = tried.filter(({ mean }) => mean >= best - PLATEAU).map(({ threshold }) => threshold)
  return good[Math.floor(good.length / 2)] ?? 0.5
}

function balancedAccuracy(rated: readonly Rated[], threshold: number): number {
  const share = (items: readonly Rated[]) =>
    items.filter(({ score }) => score >= threshold).length / items.length
  const positives = rated.filter(({ isPositive }) => isPositive)
  const negatives = rated.filter(({ isPositive }) => !isPositive)
  return (share(positives) + 1 - share(negatives)) / 2
}
