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
  /** Fifteen a tree: what is added on reaching the node; a split's own value is the mean of those below, for saying which feature moved what. */
  readonly values: readonly number[]
}

export const SPLITS = 7
export const NODES = 15

export function countTrees({ features }: Forest): number {
  return features.length / SPLITS
}

/** `onSplit` hears of each split passed, and how far going to this side moved the prediction. */
export function predict(
  forest: Forest,
  input: Float64Array,
  onSplit?: (feature: number, change: number) => void,
): number {
  const { features, thresholds, values } = forest
  const trees = countTrees(forest)
  let sum = forest.base
  for (let tree = 0; tree < trees; tree += 1) {
    const [splits, nodes] = [tree * SPLITS, tree * NODES]
    let node = 0
    while (node < SPLITS) {
      const feature = features[splits + node] ?? -1
      const goesLeft = feature < 0 || (input[feature] ?? 0) <= (thresholds[splits + node] ?? 0)
      const child = 2 * node + (goesLeft ? 1 : 2)
      if (onSplit && feature >= 0)
        onSplit(feature, (values[nodes + child] ?? 0) - (values[nodes + node] ?? 0))
      node = child
    }
    sum += values[nodes + node] ?? 0
  }
  return sum
}
