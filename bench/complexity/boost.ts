import type { Forest } from '../../shared/domain/complexity/forest.ts'
import type { Binned } from './bins.ts'
import { type GrowOptions, grow, valueAt } from './grow.ts'
import { seeded } from './random.ts'

export type BoostOptions = GrowOptions & {
  readonly rounds: number
  /** Share of rows and of features that each tree sees. */
  readonly rowShare: number
  readonly featureShare: number
  readonly seed: number
}

/** What is learnt: one target and one weight per row. */
export type Lesson = { readonly targets: Float64Array; readonly weights: Float64Array }

/** Stochastic gradient boosting for squared loss. Source: Friedman 2001 and 2002. */
export function boost(binned: Binned, { targets, weights }: Lesson, options: BoostOptions): Forest {
  const random = seeded(options.seed)
  const base = Number(weightedMean(targets, weights).toFixed(6))
  const residuals = targets.map((target) => target - base)
  const forest = { base, features: Array<number>(), thresholds: Array<number>(), values: Array<number>() }
  for (let round = 0; round < options.rounds; round += 1) {
    const rows = Int32Array.from([...residuals.keys()].filter(() => random() < options.rowShare))
    const features = options.features.filter(() => random() < options.featureShare)
    const tree = grow(binned, { targets: residuals, weights }, rows, { ...options, features })
    forest.features.push(...tree.features)
    forest.thresholds.push(
      ...tree.features.map((feature, node) => binned.edges[feature]?.[tree.bins[node] ?? 0] ?? 0),
    )
    forest.values.push(...tree.values)
    for (let row = 0; row < binned.rows; row += 1)
      residuals[row] = (residuals[row] ?? 0) - valueAt(tree, binned, row)
  }
  return forest
}

function weightedMean(values: Float64Array, weights: Float64Array): number {
  let [sum, total] = [0, 0]
  for (const [i, weight] of weights.entries()) {
    sum += weight * (values[i] ?? 0)
    total += weight
  }
  return sum / total
}
