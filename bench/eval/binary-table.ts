import { table } from '../lib/table.ts'
import { intervalsOf, type Quality, qualityOf, type Rated } from './binary.ts'

export type Row = {
  readonly set: string
  readonly method: string
  readonly rated: readonly Rated[]
  readonly threshold: number
}

const FIGURES = ['auroc', 'balancedAccuracy', 'f1', 'accuracy'] as const

/** Rows with each figure and its 95 % interval. */
export function qualityTable(rows: readonly Row[]): string {
  return table(
    ['set', 'method', 'AUROC', 'balanced accuracy', 'F1', 'accuracy'],
    rows.map(({ set, method, rated, threshold }) => {
      const quality = qualityOf(rated, threshold)
      const intervals = intervalsOf(rated, threshold)
      return [set, method, ...FIGURES.map((figure) => withInterval(quality, intervals, figure))]
    }),
  )
}

function withInterval(
  quality: Quality,
  intervals: ReturnType<typeof intervalsOf>,
  figure: keyof Quality,
): string {
  const { low, high } = intervals[figure]
  return `${short(quality[figure])} [${short(low)}, ${short(high)}]`
}

const short = (value: number) => value.toFixed(3).replace(/^0/, '')

/** The baseline that gives every item the more frequent label. */
export function majority(rated: readonly Rated[]): Rated[] {
  const positives = rated.filter(({ isPositive }) => isPositive).length
  const score = 2 * positives >= rated.length ? 1 : 0
  return rated.map((one) => ({ ...one, score }))
}
