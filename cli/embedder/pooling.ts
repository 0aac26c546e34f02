import { unit } from '../../shared/domain/vector.ts'
import type { Pooling } from './model-files.ts'

/** One vector per text out of the hidden states of a padded batch (texts × longest × dimensions); padding is left out. */
export function pool(
  states: Float32Array,
  lengths: readonly number[],
  dimensions: number,
  pooling: Pooling,
): Float32Array[] {
  const longest = Math.max(...lengths)
  return lengths.map((length, text) => {
    const sum = new Float32Array(dimensions)
    const tokens = pooling === 'cls' ? 1 : length
    for (let token = 0; token < tokens; token += 1) {
      const offset = (text * longest + token) * dimensions
      for (let i = 0; i < dimensions; i += 1) sum[i] = (sum[i] ?? 0) + (states[offset + i] ?? 0)
    }
    // At length one a mean and a sum are the same.
    return unit(sum)
  })
}
