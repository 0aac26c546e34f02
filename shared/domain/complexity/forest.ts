/**
 * Boosted trees, each a complete binary tree of depth 3: node `i` has the children `2i + 1` and `2i + 2`, nodes 0 to 6 split, 7 to 14 are leaves.
 * The arrays hold the trees one after another.
 */
export type Forest = {
  /** The prediction before any tree. */
  readonly base: number
  /** Seven a tree: which feature the node looks at; -1 where it does not split and everything goes left. */
  readonly features: readonly number[]
  /** Seven a tree: a value at most this goes left. */
  readonly thresholds: readonly number[]
  /** Fifteen a tree: a leaf's is what the tree adds; a split's is what it would add if it did not split. */
  readonly values: readonly number[]
}

export const SPLITS = 7
export const NODES = 15

/** Hears of each split passed, and how far going to this side moved the prediction. */
type OnSplit = (feature: number, change: number) => void

export function predict(forest: Forest, input: Float64Array, onSplit?: OnSplit): number {
  const trees = forest.features.length / SPLITS
  let sum = forest.base
  for (let tree = 0; tree < trees; tree += 1) sum += descend(forest, tree, input, onSplit)
  return sum
}

function descend(
  { features, thresholds, values }: Forest,
  tree: number,
  input: Float64Array,
  onSplit?: OnSplit,
): number {
  let node = 0
  let value = 0
  while (node < SPLITS) {
    const split = tree * SPLITS + node
    const feature = at(features, split)
    node = 2 * node + (feature < 0 || at(input, feature) <= at(thresholds, split) ? 1 : 2)
    const reached = at(values, tree * NODES + node)
    if (feature >= 0) onSplit?.(feature, reached - value)
    value = reached
  }
  return value
}

const at = (values: ArrayLike<number>, index: number) => values[index] ?? 0
