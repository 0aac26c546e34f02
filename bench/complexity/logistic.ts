export type Point = { readonly input: readonly number[]; readonly label: number }

/** Logistic regression by Newton's method; labels may be any share in 0..1. The first input is meant to be 1. */
export function logistic(points: readonly Point[], width: number): number[] {
  let weights = Array<number>(width).fill(0)
  for (let step = 0; step < 20; step += 1) {
    const change = newtonStep(points, weights)
    weights = weights.map((weight, i) => weight + (change[i] ?? 0))
  }
  return weights
}

function newtonStep(points: readonly Point[], weights: readonly number[]): number[] {
  const gradient = new Float64Array(weights.length)
  const curvature = weights.map(() => new Float64Array(weights.length))
  for (const { label, input } of points) {
    const chance = 1 / (1 + Math.exp(-dot(weights, input)))
    addScaled(gradient, label - chance, input)
    for (const [i, row] of curvature.entries()) addScaled(row, chance * (1 - chance) * (input[i] ?? 0), input)
  }
  return solve(curvature, gradient)
}

export const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)

function addScaled(target: Float64Array, scale: number, values: ArrayLike<number>) {
  for (const [i, value] of target.entries()) target[i] = value + scale * (values[i] ?? 0)
}

/** Gauss-Jordan without pivoting: enough for a small positive definite matrix. */
function solve(matrix: readonly Float64Array[], right: Float64Array): number[] {
  const rows = matrix.map((row, i) => Float64Array.of(...row, right[i] ?? 0))
  for (const [i, pivot] of rows.entries()) {
    const scale = 1 / (pivot[i] ?? 1)
    addScaled(pivot, scale - 1, pivot.slice())
    for (const row of rows) if (row !== pivot) addScaled(row, -(row[i] ?? 0), pivot)
  }
  return rows.map((row) => row.at(-1) ?? 0)
}
