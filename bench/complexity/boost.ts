import { type Forest, NODES, SPLITS } from '../../shared/domain/complexity/forest.ts'
import type { Binned } from './bins.ts'
import { seeded } from './random.ts'

export type BoostOptions = {
  readonly rounds: number
  readonly learningRate: number
  /** Total weight of the rows that a leaf must hold. */
  readonly minLeaf: number
  /** Weight of a pull of every leaf to zero. */
  readonly ridge: number
  /** Share of rows and of features that each tree sees. */
  readonly rowShare: number
  readonly featureShare: number
  readonly seed: number
  /** The features that may split; `rises` holds the prediction to never fall when the feature grows. */
  readonly features: readonly { readonly index: number; readonly rises: boolean }[]
}

/** What is learnt: one target and one weight per row. */
export type Lesson = { readonly targets: Float64Array; readonly weights: Float64Array }

type Span = { readonly low: number; readonly high: number }
type Split = {
  readonly feature: number
  readonly bin: number
  readonly gain: number
  readonly left: number
  readonly right: number
}
type Branch = {
  readonly node: number
  readonly rows: Int32Array
  readonly value: number
  readonly span: Span
}

/** Gradient boosting for squared loss over complete trees of depth 3, with monotone features (Friedman 2001; the bounds as in LightGBM's basic method). */
export function boost(binned: Binned, { targets, weights }: Lesson, options: BoostOptions): Forest {
  const random = seeded(options.seed)
  const base = round(weightedMean(targets, weights))
  const residuals = targets.map((target) => target - base)
  const forest = { base, features: Array<number>(), thresholds: Array<number>(), values: Array<number>() }
  for (let round = 0; round < options.rounds; round += 1) {
    const rows = Int32Array.from(range(binned.rows).filter(() => random() < options.rowShare))
    const features = options.features.filter(() => random() < options.featureShare)
    const tree = grow(binned, { targets: residuals, weights }, rows, { ...options, features })
    forest.features.push(...tree.features)
    forest.thresholds.push(
      ...tree.features.map((feature, node) =>
        feature < 0 ? 0 : (binned.edges[feature]?.[tree.bins[node] ?? 0] ?? 0),
      ),
    )
    forest.values.push(...tree.values)
    for (let row = 0; row < binned.rows; row += 1)
      residuals[row] = (residuals[row] ?? 0) - valueAt(tree, binned, row)
  }
  return forest
}

type Tree = { readonly features: number[]; readonly bins: number[]; readonly values: number[] }

function grow(binned: Binned, lesson: Lesson, rows: Int32Array, options: BoostOptions): Tree {
  const tree: Tree = {
    features: Array(SPLITS).fill(-1),
    bins: Array(SPLITS).fill(0),
    values: Array(NODES).fill(0),
  }
  const open: Branch[] = [{ node: 0, rows, value: 0, span: { low: -Infinity, high: Infinity } }]
  for (let branch = open.shift(); branch; branch = open.shift()) {
    const { node, value, span } = branch
    tree.values[node] = round(value)
    if (node >= SPLITS) continue
    const split = bestSplit(binned, lesson, branch, options)
    if (!split) {
      // Everything goes left: a chain of nodes that do not split.
      open.push({ ...branch, node: 2 * node + 1 })
      continue
    }
    tree.features[node] = split.feature
    tree.bins[node] = split.bin
    const column = binned.columns[split.feature] ?? new Uint8Array()
    const rises = options.features.some(({ index, rises }) => index === split.feature && rises)
    const middle = (split.left + split.right) / 2
    open.push(
      {
        node: 2 * node + 1,
        rows: branch.rows.filter((row) => (column[row] ?? 0) <= split.bin),
        value: split.left,
        span: rises ? { ...span, high: middle } : span,
      },
      {
        node: 2 * node + 2,
        rows: branch.rows.filter((row) => (column[row] ?? 0) > split.bin),
        value: split.right,
        span: rises ? { ...span, low: middle } : span,
      },
    )
  }
  return tree
}

function bestSplit(
  binned: Binned,
  lesson: Lesson,
  { rows, span }: Branch,
  options: BoostOptions,
): Split | null {
  let best: Split | null = null
  for (const { index, rises } of options.features) {
    const split = bestSplitOf(binned, lesson, rows, span, options, index, rises)
    if (split && split.gain > (best?.gain ?? 1e-9)) best = split
  }
  return best
}

const BINS = 64
const binSums = new Float64Array(BINS)
const binWeights = new Float64Array(BINS)

function bestSplitOf(
  binned: Binned,
  { targets, weights }: Lesson,
  rows: Int32Array,
  span: Span,
  options: BoostOptions,
  feature: number,
  rises: boolean,
): Split | null {
  const column = binned.columns[feature] ?? new Uint8Array()
  const bins = binned.edges[feature]?.length ?? 0
  binSums.fill(0)
  binWeights.fill(0)
  let [sum, weight] = [0, 0]
  for (const row of rows) {
    const bin = column[row] ?? 0
    const rowWeight = weights[row] ?? 0
    const rowSum = rowWeight * (targets[row] ?? 0)
    binSums[bin] = (binSums[bin] ?? 0) + rowSum
    binWeights[bin] = (binWeights[bin] ?? 0) + rowWeight
    sum += rowSum
    weight += rowWeight
  }
  return scan({ sum, weight }, bins, span, options, feature, rises)
}

function scan(
  all: { sum: number; weight: number },
  bins: number,
  span: Span,
  { ridge, minLeaf, learningRate }: BoostOptions,
  feature: number,
  rises: boolean,
): Split | null {
  const leaf = (sum: number, weight: number) =>
    Math.min(span.high, Math.max(span.low, (learningRate * sum) / (weight + ridge)))
  const score = (sum: number, weight: number) => sum ** 2 / (weight + ridge)
  let best: Split | null = null
  let [sum, weight] = [0, 0]
  for (let bin = 0; bin < bins; bin += 1) {
    sum += binSums[bin] ?? 0
    weight += binWeights[bin] ?? 0
    if (weight < minLeaf || all.weight - weight < minLeaf) continue
    const gain = score(sum, weight) + score(all.sum - sum, all.weight - weight) - score(all.sum, all.weight)
    if (gain <= (best?.gain ?? 0)) continue
    const [left, right] = [leaf(sum, weight), leaf(all.sum - sum, all.weight - weight)]
    if (rises && left > right) continue
    best = { feature, bin, gain, left, right }
  }
  return best
}

function valueAt({ features, bins, values }: Tree, binned: Binned, row: number): number {
  let node = 0
  while (node < SPLITS) {
    const feature = features[node] ?? -1
    const goesLeft = feature < 0 || (binned.columns[feature]?.[row] ?? 0) <= (bins[node] ?? 0)
    node = 2 * node + (goesLeft ? 1 : 2)
  }
  return values[node] ?? 0
}

/** What the weights file keeps of a number. */
const round = (value: number) => Number(value.toFixed(6))

const range = (length: number) => Array.from({ length }, (_, index) => index)

function weightedMean(values: Float64Array, weights: Float64Array): number {
  let [sum, weight] = [0, 0]
  for (let i = 0; i < values.length; i += 1) {
    sum += (values[i] ?? 0) * (weights[i] ?? 0)
    weight += weights[i] ?? 0
  }
  return weight === 0 ? 0 : sum / weight
}
