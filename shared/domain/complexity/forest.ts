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

/** Hears of each node passed: its feature, -1 where it does not split, and how far going to this side moved the prediction. */
type OnSplit = (feature: number, change: number) => void

export function predict(forest: Forest, input: Float64Array, onSplit?: OnSplit): number {
  const trees = forest.features.length / SPLITS
  let sum = forest.base
  for (let tree = 0; tree < trees; tree += 1) sum += descend(forest, tree, input, onSplit)
  return sum
}

function descend(forest: Forest, tree: number, input: Float64Array, onSplit?: OnSplit): number {
  let node = 0
  let value = 0
  while (node < SPLITS) {
    const split = tree * SPLITS + node
    node = 2 * node + (goesLeft(forest, split, input) ? 1 : 2)
    const reached = forest.values[tree * NODES + node] ?? 0
    onSplit?.(forest.features[split] ?? -1, reached - value)
    value = reached
  }
  return value
}

function goesLeft({ features, thresholds }: Forest, split: number, input: Float64Array): boolean {
  const feature = features[split] ?? -1
  return feature < 0 || (input[feature] ?? 0) <= (thresholds[split] ?? 0)
}
