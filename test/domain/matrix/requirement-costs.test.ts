import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { costPage } from '../../../infra/matrix/cost-page.ts'
import { candidatesFor, predict } from '../../../shared/domain/matrix/cells/candidate.ts'
import {
  compareRequirementCosts,
  type RequirementCostComparison,
} from '../../../shared/domain/matrix/cost/requirement-costs.ts'
import { MATRIX } from '../../../shared/domain/matrix/sources/sources.gen.ts'
import type { MatrixSources, RequirementCost } from '../../../shared/domain/matrix/sources/sources.ts'
import { usd } from './cost-fixture.ts'

/** The table at the end of section 12, and the speed that each row implies. */
const DOCUMENT = [
  ['s', 'l40s', 1, 0.99, 0.0008, 713, 344],
  ['s', 'l40s', 1, 1.14, 0.001, 821, 317],
  ['s', 'rtx4090', 1, 0.44, 0.0004, 317, 306],
  ['m', 'a100', 1, 1.89, 0.0025, 1_361, 210],
  ['m', 'a100', 1, 2.5, 0.0033, 1_800, 210],
  ['m', 'l40s', 1, 0.99, 0.002, 713, 138],
  ['l', 'h100', 2, 4.46, 0.015, 3_211, 83],
  ['l', 'h100', 2, 8.5, 0.0285, 6_120, 83],
  ['l', 'a100', 4, 2.6, 0.0087, 1_872, 83],
  ['xl', 'h100', 8, 17.84, 0.089, 12_845, 56],
  ['xl', 'h100', 8, 34, 0.17, 24_480, 56],
  ['xl', 'h100', 8, 6.8, 0.034, 4_896, 56],
] as const

const rows = compareRequirementCosts(MATRIX)

/** The comparison of one row, in sources that differ. */
function compareOne(changes: Partial<RequirementCost>, sources: Partial<MatrixSources> = {}) {
  const [first] = MATRIX.requirementCosts
  if (first === undefined) throw new Error('no rows')
  const [row] = compareRequirementCosts({
    ...MATRIX,
    ...sources,
    requirementCosts: [{ ...first, ...changes }],
  })
  if (row === undefined) throw new Error('no comparison')
  return row
}

describe("the requirements document's costs", () => {
  it('are the twelve rows of its table', () => {
    expect(
      MATRIX.requirementCosts.map(({ provider: _, tier, gpu, gpuCount, ...figures }) => [
        tier,
        gpu,
        gpuCount,
        figures.nanoUsdPerHour,
        figures.nanoUsdPerKTok,
        figures.monthlyUsd,
      ]),
    ).toEqual(
      DOCUMENT.map(([tier, gpu, gpuCount, hour, kTok, month]) => [
        tier,
        gpu,
        gpuCount,
        usd(hour),
        usd(kTok),
        month,
      ]),
    )
  })

  it('imply a speed: the price of an hour over the price of a token', () => {
    const implied = rows.map(({ impliedTokensPerSecond }) => Math.round(impliedTokensPerSecond))
    expect(implied).toEqual(DOCUMENT.map(([, , , , , , speed]) => speed))
  })

  it('have months of 720 of their own hours', () => {
    expect(rows.map(({ isMonthConsistent }) => isMonthConsistent)).toEqual(rows.map(() => true))
    expect(compareOne({ monthlyUsd: 723 }).isMonthConsistent).toBe(false)
  })

  it('are compared with the same number of the same GPUs at the same provider', () => {
    for (const { required, ours } of rows) {
      expect(ours?.gpuCount).toBe(required.gpuCount)
      expect(ours?.cost?.provider).toBe(required.provider)
    }
  })

  it('differ from ours by price, speed and utilisation, and by nothing else', () => {
    for (const { required, ours, factors } of rows) {
      if (!ours?.cost || !factors) throw new Error(`${required.provider} has no cost`)
      const ratio = ours.cost.nanoUsdPerKTok / required.nanoUsdPerKTok
      expect(factors.price * factors.speed * factors.utilisation).toBeCloseTo(ratio, 3)
    }
  })

  it('say how many answers at once are as fast as implied, and not one fewer', () => {
    const speedWith = ({ required, ours }: RequirementCostComparison, concurrency: number) => {
      const candidate = candidatesFor(MATRIX, required.tier, required.gpu).find(
        ({ deployment, gpuCount }) =>
          gpuCount === required.gpuCount &&
          deployment.model.name === ours?.model &&
          deployment.precision === ours.precision,
      )
      if (candidate === undefined) throw new Error('no candidate')
      return predict(candidate, concurrency).outputTokensPerSecond.value
    }
    const reached = rows.filter(({ ours }) => ours && ours.impliedConcurrency !== null)
    expect(reached).not.toEqual([])
    for (const row of reached) {
      const concurrency = row.ours?.impliedConcurrency ?? 0
      const fewer = concurrency > 1 ? speedWith(row, concurrency - 1) : 0
      expect(speedWith(row, concurrency)).toBeGreaterThanOrEqual(row.impliedTokensPerSecond)
      expect(fewer).toBeLessThan(row.impliedTokensPerSecond)
    }
    expect(compareOne({ nanoUsdPerKTok: 1 }).ours?.impliedConcurrency).toBeNull()
  })

  it('stand alone where the model does not fit, or nobody has a price', () => {
    expect(compareOne({ tier: 'xl', gpu: 'l40s', gpuCount: 1 })).toMatchObject({ ours: null, factors: null })
    const unpriced = compareOne({ provider: 'runpod' }, { prices: [] })
    expect(unpriced).toMatchObject({ ours: { cost: null }, factors: null })
  })
})

describe('docs/matrix-cost.md', () => {
  it('is what the sources say today', () => {
    const page = join(import.meta.dirname, '../../../docs/matrix-cost.md')
    expect(readFileSync(page, 'utf8') === costPage(), 'run npm run gen').toBe(true)
  })

  it('has every row of the document in every comparison', () => {
    const tables = costPage().split('\n## ').slice(1, 5)
    for (const text of tables)
      expect(text.split('\n').filter((line) => line.startsWith('| ')).length).toBe(2 + DOCUMENT.length)
  })

  it('names every price that is much older than the newest', () => {
    const [price] = MATRIX.prices
    const prices = price
      ? [
          { ...price, readOn: '2026-11-25' },
          { ...price, provider: 'forgotten', readOn: '2026-06-01' },
        ]
      : []
    expect(costPage({ ...MATRIX, prices })).toContain(`newest price of the book: forgotten ${price?.gpu}.`)
  })

  it('says so where a row cannot be compared', () => {
    const page = costPage({ ...MATRIX, providers: [], prices: [] })
    expect(page).not.toMatch(/NaN|undefined|Infinity|null/)
    expect(page).toContain('–')
  })
})
