import { NODES, SPLITS } from '../../shared/domain/complexity/forest.ts'
import { type Binned, MAX_BINS } from './bins.ts'
import type { Lesson } from './boost.ts'

export type GrowOptions = {
  readonly learningRate: number
  /** Total weight of the rows that a leaf must hold. */
  readonly minLeaf: number
  /** Weight of a pull of every leaf to zero. */
  readonly ridge: number
  /** The features that may split; `rises` holds the prediction to never fall when the feature grows. */
  readonly features: readonly { readonly index: number; readonly rises: boolean }[]
}

/** A complete tree over bins: `features` and `bins` of its splits, `values` of all nodes, as in Forest. */
type Tree = { readonly features: number[]; readonly bins: number[]; readonly values: number[] }

/** Between what the values below a node must stay, so that a split further up keeps its direction. */
type Span = { readonly low: number; readonly high: number }
type Branch = {
  readonly node: number
  readonly rows: Int32Array
  /** One per feature that may split; none where nothing splits any more. */
  readonly histograms: readonly Sums[]
  readonly value: number
  readonly span: Span
}
type Split = { feature: number; rises: boolean; bin: number; score: number; left: number; right: number }

const NOTHING = new Uint8Array()

/** Best split first from the root down. Monotone features as in LightGBM's basic method: each side stays on its side of the middle. */
export function grow(binned: Binned, lesson: Lesson, rows: Int32Array, options: GrowOptions): Tree {
  const tree: Tree = {
    features: Array(SPLITS).fill(-1),
    bins: Array(SPLITS).fill(0),
    values: Array(NODES).fill(0),
  }
  const span = { low: -Infinity, high: Infinity }
  const histograms = countAll(binned, lesson, rows, options)
  const open: Branch[] = [{ node: 0, rows, histograms, value: 0, span }]
  for (let branch = open.shift(); branch; branch = open.shift()) {
    const { node } = branch
    // Six decimals are what the weights file keeps; later trees then correct what is really shipped.
    tree.values[node] = Number(branch.value.toFixed(6))
    if (node >= SPLITS) continue
    const split = bestSplit(branch, options)
    if (split) {
      tree.features[node] = split.feature
      tree.bins[node] = split.bin
      open.push(...sides(binned, lesson, branch, split, options))
    } else {
      open.push({ ...branch, node: 2 * node + 1 })
    }
  }
  return tree
}

function sides(
  binned: Binned,
  lesson: Lesson,
  { node, rows, histograms, span }: Branch,
  split: Split,
  options: GrowOptions,
): [Branch, Branch] {
  const column = binned.columns[split.feature] ?? NOTHING
  const goesLeft = (row: number) => (column[row] ?? 0) <= split.bin
  const [left, right] = [rows.filter(goesLeft), rows.filter((row) => !goesLeft(row))]
  const isLeaf = 2 * node + 1 >= SPLITS
  // Only the smaller side is counted; the larger is what remains.
  const [smaller] = [left, right].toSorted((a, b) => a.length - b.length)
  const counted = isLeaf || !smaller ? [] : countAll(binned, lesson, smaller, options)
  const rest = counted.map((own, i) => minus(histograms[i] ?? own, own))
  const middle = (split.left + split.right) / 2
  return [
    {
      node: 2 * node + 1,
      rows: left,
      histograms: smaller === left ? counted : rest,
      value: split.left,
      span: split.rises ? { ...span, high: middle } : span,
    },
    {
      node: 2 * node + 2,
      rows: right,
      histograms: smaller === left ? rest : counted,
      value: split.right,
      span: split.rises ? { ...span, low: middle } : span,
    },
  ]
}

function bestSplit({ histograms, span }: Branch, options: GrowOptions): Split | null {
  let best: Split | null = null
  for (const [i, { index: feature, rises }] of options.features.entries()) {
    const histogram = histograms[i]
    const cut = histogram && bestCut(histogram, span, rises, options)
    if (cut && cut.score > (best?.score ?? 0)) best = { feature, rises, ...cut }
  }
  return best
}

/** Weighted targets and weights: of a branch's rows in their order, or of bins. */
type Sums = { readonly sums: Float64Array; readonly weights: Float64Array }

function countAll(binned: Binned, lesson: Lesson, rows: Int32Array, { features }: GrowOptions): Sums[] {
  const own = gather(lesson, rows)
  return features.map(({ index }) => count(binned.columns[index] ?? NOTHING, rows, own))
}

const minus = (all: Sums, part: Sums): Sums => ({
  sums: all.sums.map((sum, bin) => sum - (part.sums[bin] ?? 0)),
  weights: all.weights.map((weight, bin) => weight - (part.weights[bin] ?? 0)),
})

function gather({ targets, weights }: Lesson, rows: Int32Array): Sums {
  const own = { sums: new Float64Array(rows.length), weights: new Float64Array(rows.length) }
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i] ?? 0
    const weight = weights[row] ?? 0
    own.weights[i] = weight
    own.sums[i] = weight * (targets[row] ?? 0)
  }
  return own
}

/** Nearly all of the training's time is spent here. */
function count(column: Uint8Array, rows: Int32Array, own: Sums): Sums {
  const bins = { sums: new Float64Array(MAX_BINS), weights: new Float64Array(MAX_BINS) }
  for (let i = 0; i < rows.length; i += 1) {
    const bin = column[rows[i] ?? 0] ?? 0
    bins.sums[bin] = (bins.sums[bin] ?? 0) + (own.sums[i] ?? 0)
    bins.weights[bin] = (bins.weights[bin] ?? 0) + (own.weights[i] ?? 0)
  }
  return bins
}

type Cut = { bin: number; score: number; left: number; right: number }

/** The place to cut between two bins that takes most squared error away. */
function bestCut({ sums, weights }: Sums, span: Span, rises: boolean, options: GrowOptions): Cut | null {
  const { ridge, minLeaf, learningRate } = options
  const value = (sum: number, weight: number) =>
    Math.min(span.high, Math.max(span.low, (learningRate * sum) / (weight + ridge)))
  const explained = (sum: number, weight: number) => sum ** 2 / (weight + ridge)
  const allSum = sums.reduce((a, b) => a + b, 0)
  const allWeight = weights.reduce((a, b) => a + b, 0)
  let best: Cut | null = null
  let [sum, weight, least] = [0, 0, 0]
  for (let bin = 0; bin < MAX_BINS; bin += 1) {
    sum += sums[bin] ?? 0
    weight += weights[bin] ?? 0
    const [restSum, restWeight] = [allSum - sum, allWeight - weight]
    if (Math.min(weight, restWeight) < minLeaf) continue
    const score = explained(sum, weight) + explained(restSum, restWeight) - explained(allSum, allWeight)
    if (score <= least) continue
    const [left, right] = [value(sum, weight), value(restSum, restWeight)]
    if (rises && left > right) continue
    best = { bin, score, left, right }
    least = score
  }
  return best
}

export function valueAt({ features, bins, values }: Tree, binned: Binned, row: number): number {
  let node = 0
  while (node < SPLITS) {
    const feature = features[node] ?? -1
    const goesLeft = feature < 0 || (binned.columns[feature]?.[row] ?? 0) <= (bins[node] ?? 0)
    node = 2 * node + (goesLeft ? 1 : 2)
  }
  return values[node] ?? 0
}
