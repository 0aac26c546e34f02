export type BatchLimits = { readonly maxTexts: number; readonly maxPaddedTokens: number }

/** Positions of the texts in batches of like length, shortest first, so that little is padding; a text longer than the limit goes alone. */
export function batchesByLength(lengths: readonly number[], limits: BatchLimits): number[][] {
  const order = [...lengths.entries()].toSorted(([, a], [, b]) => a - b)
  const batches: number[][] = []
  let batch: number[] = []
  for (const [position, length] of order) {
    // Texts come shortest first, so this one is the longest of its batch.
    const isFull = batch.length >= limits.maxTexts || (batch.length + 1) * length > limits.maxPaddedTokens
    if (batch.length > 0 && isFull) {
      batches.push(batch)
      batch = []
    }
    batch.push(position)
  }
  if (batch.length > 0) batches.push(batch)
  return batches
}
