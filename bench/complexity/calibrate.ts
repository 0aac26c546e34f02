import type { ComplexityModel } from '../../shared/domain/complexity/classify.ts'
import { TIERS, type Tier } from '../../shared/domain/tiers.ts'
import type { Scored } from './fit.ts'

type Calibration = ComplexityModel['tiers'][Tier]

/** Platt scaling with two inputs, by Newton's method. Labels are scores in 0..1. */
export function calibrate(scored: readonly Scored[], tier: Tier): Calibration {
  const points = scored.flatMap(({ row, skill, gain }) => {
    const label = row.tiers[tier]
    return label === undefined ? [] : [{ label, input: [1, skill, gain] }]
  })
  let weights = [0, 0, 0]
  for (let step = 0; step < 20; step += 1) {
    const gradient = [0, 0, 0]
    // A little on the diagonal keeps the steps finite where a column is constant.
    const hessian: number[][] = [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? 1e-3 : 0)))
    for (const { label, input } of points) {
      const chance = 1 / (1 + Math.exp(-dot(weights, input)))
      for (const [i, a] of input.entries()) {
        gradient[i] = (gradient[i] ?? 0) + (label - chance) * a
        const row = hessian[i] ?? []
        for (const [j, b] of input.entries()) row[j] = (row[j] ?? 0) + chance * (1 - chance) * a * b
      }
    }
    const change = solve(hessian, gradient)
    weights = weights.map((weight, i) => weight + (change[i] ?? 0))
  }
  const [intercept = 0, skill = 0, gain = 0] = weights.map((weight) => Number(weight.toFixed(4)))
  return { intercept, skill, gain }
}

export function calibrateTiers(scored: readonly Scored[]): ComplexityModel['tiers'] {
  const [s, m, l, xl] = TIERS.map((tier) => calibrate(scored, tier))
  if (!s || !m || !l || !xl) throw new Error('a tier has no calibration')
  return { s, m, l, xl }
}

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)

/** Gauss-Jordan for a small positive definite system. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0])
  for (const [i, pivotRow] of rows.entries()) {
    const pivot = pivotRow[i] ?? 1
    for (let j = 0; j < pivotRow.length; j += 1) pivotRow[j] = (pivotRow[j] ?? 0) / pivot
    for (const [k, row] of rows.entries()) {
      const factor = row[i] ?? 0
      if (k !== i)
        for (let j = 0; j < row.length; j += 1) row[j] = (row[j] ?? 0) - factor * (pivotRow[j] ?? 0)
    }
  }
  return rows.map((row) => row.at(-1) ?? 0)
}

const QUANTILES = 65

/** Gains at equal steps of the share of questions below, the three sets counting alike. */
export function quantilesOf(scored: readonly Scored[]): number[] {
  const ascending = scored.toSorted((a, b) => a.gain - b.gain)
  const sizes = new Map<string, number>()
  for (const { row } of scored) sizes.set(row.set, (sizes.get(row.set) ?? 0) + 1)
  const quantiles: number[] = []
  let share = 0
  for (const { row, gain } of ascending) {
    share += 1 / (sizes.get(row.set) ?? 1) / sizes.size
    while (quantiles.length < QUANTILES - 1 && share > quantiles.length / (QUANTILES - 1))
      quantiles.push(Number(gain.toFixed(6)))
  }
  return [...quantiles, Number((ascending.at(-1)?.gain ?? 0).toFixed(6))]
}
