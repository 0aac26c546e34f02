/** Random numbers that a seed repeats. */
export type Random = {
  /** Uniform, 0 ≤ u < 1. */
  uniform(): number
  /** With mean 1. */
  exponential(): number
  /** Log-normal with this mean; `spread` is the standard deviation of the logarithm. */
  logNormal(mean: number, spread: number): number
  /** An index, as often as its weight says. */
  weighted(weights: readonly number[]): number
}

/** Mulberry32: 32 bits of state are plenty for a simulation of a few minutes. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const exponential = () => -Math.log(1 - uniform())
  const normal = () => Math.sqrt(2 * exponential()) * Math.cos(2 * Math.PI * uniform())
  return {
    uniform,
    exponential,
    logNormal: (mean, spread) => mean * Math.exp(spread * normal() - spread ** 2 / 2),
    weighted(weights) {
      let left = uniform() * weights.reduce((sum, weight) => sum + weight, 0)
      const index = weights.findIndex((weight) => {
        left -= weight
        return left < 0
      })
      return index === -1 ? weights.length - 1 : index
    },
  }
}
