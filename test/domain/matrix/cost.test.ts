import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PlanCost } from '../../../shared/domain/matrix/cells/cell.ts'
import { matrixCells } from '../../../shared/domain/matrix/cells/matrix.ts'
import { coldStartMs, ENGINE_START_MS } from '../../../shared/domain/matrix/cost/cold-start.ts'
import {
  type CostQuestion,
  DEFAULT_BURST_SECONDS,
  DEFAULT_UTILISATION,
  planCosts,
} from '../../../shared/domain/matrix/cost/cost.ts'
import {
  breakEvenUtilisation,
  HOURS_PER_MONTH,
  ownedNanoUsdPerGpuHour,
} from '../../../shared/domain/matrix/cost/ownership.ts'
import { isStale } from '../../../shared/domain/matrix/cost/price-age.ts'
import { smallestRental } from '../../../shared/domain/matrix/cost/rental.ts'
import {
  serverlessNanoUsdPerKTok,
  standingNanoUsdPerKTok,
} from '../../../shared/domain/matrix/cost/token-cost.ts'
import { MATRIX } from '../../../shared/domain/matrix/sources/sources.gen.ts'
import { FIXTURE, H100, question, usd } from './cost-fixture.ts'

const ENGINE_MS = ENGINE_START_MS.process + ENGINE_START_MS.compiledGraphs + ENGINE_START_MS.profiling

const costsOf = (changes: Partial<CostQuestion> = {}) => planCosts(FIXTURE, question(changes))
const names = (changes: Partial<CostQuestion> = {}) => costsOf(changes).map(({ provider }) => provider)
function costOf(provider: string, changes: Partial<CostQuestion> = {}) {
  const cost = costsOf(changes).find((cost) => cost.provider === provider)
  if (cost === undefined) throw new Error(`${provider} has no cost`)
  return cost
}

describe('the cost of a plan', () => {
  it('is the GPUs for an hour, divided by the tokens that they write in it', () => {
    // 2 × $3.60 for 1,000 × 0.5 × 3,600 tokens.
    expect(costOf('parts').nanoUsdPerKTok).toBe(usd(0.004))
  })

  it('ranges from low price and high speed to high price and low speed', () => {
    const { lowNanoUsdPerKTok, highNanoUsdPerKTok } = costOf('parts')
    expect(lowNanoUsdPerKTok).toBe(Math.round(usd((2 * 3.2) / (1.25 * 0.5 * 3_600))))
    expect(highNanoUsdPerKTok).toBe(Math.round(usd((2 * 4) / (0.8 * 0.5 * 3_600))))
  })

  it('lists the providers of the level that have a price, cheapest first', () => {
    expect(names()).toEqual(['whole', 'parts'])
    expect(names({ level: 'hyperscaler' })).toEqual([])
  })

  it('charges a part of a machine by its part, but a month by the whole rental', () => {
    const { nanoUsdPerKTok, monthlyNanoUsd } = costOf('whole')
    expect(nanoUsdPerKTok).toBe(Math.round(usd((2 * 2) / (0.5 * 3_600))))
    expect(monthlyNanoUsd).toBe(usd(2 * 8 * HOURS_PER_MONTH))
    expect(costOf('parts').monthlyNanoUsd).toBe(usd(3.6 * 2 * HOURS_PER_MONTH))
  })

  it('takes the price for eight where eight are rented anyway', () => {
    expect(costOf('parts', { gpuCount: 8 }).highNanoUsdPerGpuHour).toBe(usd(3))
    expect(costOf('parts', { gpuCount: 2 }).highNanoUsdPerGpuHour).toBe(usd(4))
  })

  it('joins machines only where no single one is large enough', () => {
    const [whole] = FIXTURE.providers
    const single = whole?.offers.map((offer) => ({ ...offer, gpuCounts: [1] })) ?? []
    const providers = whole ? [{ ...whole, offers: [...single, ...whole.offers] }] : []
    const [cost] = planCosts({ ...FIXTURE, providers }, question({ gpuCount: 4 }))
    expect(cost?.monthlyNanoUsd).toBe(usd(2 * 8 * HOURS_PER_MONTH))
  })

  it('says whose price it is where a provider has none of its own', () => {
    const prices = FIXTURE.prices.map((price) => ({ ...price, standsInFor: 'other' }))
    expect(planCosts({ ...FIXTURE, prices }, question())[0]?.source).toBe('fixture (price of other)')
  })

  it('spans machines only where a provider joins them', () => {
    expect(names({ gpuCount: 12 })).toEqual(['whole'])
    expect(costOf('whole', { gpuCount: 12 }).monthlyNanoUsd).toBe(usd(2 * 16 * HOURS_PER_MONTH))
  })

  it('never takes a spot or community price', () => {
    expect(costOf('whole').basis).toBe('on_demand')
    expect(costOf('parts').lowNanoUsdPerGpuHour).toBe(usd(3.2))
  })

  it('assumes a standing machine is used for three fifths of the time', () => {
    expect(costOf('parts', { utilisation: undefined }).utilisation).toBe(DEFAULT_UTILISATION)
    expect(costOf('parts', { utilisation: undefined })).toEqual(costOf('parts', { utilisation: 0.6 }))
  })

  it('has none without a speed', () => {
    expect(names({ outputTokensPerSecond: { value: 0, low: 0, high: 0, basis: 'modelled' } })).toEqual([])
  })

  it('prices owned machines from what they cost to buy, as old as the older source', () => {
    const owned = ownedNanoUsdPerGpuHour(H100, FIXTURE.ownership)
    expect(costOf('rack', { level: 'on_premises' })).toMatchObject({
      basis: 'owned',
      readOn: '2026-10-01',
      lowNanoUsdPerGpuHour: owned?.low,
      highNanoUsdPerGpuHour: owned?.high,
    })
    expect(names({ level: 'on_premises', gpu: { ...H100, purchaseNanoUsd: null } })).toEqual([])
  })
})

describe('a machine that scales to nothing', () => {
  const serverless = { level: 'serverless' } as const

  it('pays for its cold start and its wait after the last answer', () => {
    const startMs = 4_000 + 70_000 + ENGINE_MS
    const billedSeconds = DEFAULT_BURST_SECONDS + startMs / 1_000 + 5
    const perKTok = (2 * 5 * billedSeconds) / 3_600 / DEFAULT_BURST_SECONDS
    expect(costOf('flex', serverless)).toMatchObject({
      basis: 'serverless',
      coldStartMs: startMs,
      nanoUsdPerKTok: Math.round(usd(perKTok)),
      utilisation: DEFAULT_BURST_SECONDS / billedSeconds,
    })
  })

  it('costs the same however seldom it is needed', () => {
    expect(costOf('flex', { ...serverless, utilisation: 0.01 })).toEqual(costOf('flex', serverless))
  })

  it('is dearer the shorter its bursts, and as a standing machine in full use when they never end', () => {
    const rate = { nanoUsdPerGpuHour: usd(5), gpuCount: 2, tokensPerSecond: 900 }
    const perKTok = (burstSeconds: number) =>
      serverlessNanoUsdPerKTok({ ...rate, burstSeconds, coldStartMs: 60_000, idleSeconds: 5 })
    const standing = standingNanoUsdPerKTok({ ...rate, utilisation: 1 })
    // As long as the start and the wait together: half of the bill.
    expect(perKTok(65)).toBe(standingNanoUsdPerKTok({ ...rate, utilisation: 0.5 }))
    expect(perKTok(30)).toBeGreaterThan(perKTok(300))
    expect(perKTok(1e9)).toBe(standing)
  })

  it('adds the cold start to the price of no other machine', () => {
    const slow = {
      ...FIXTURE,
      providers: FIXTURE.providers.map((provider) => ({ ...provider, provisionMs: 9e6 })),
    }
    const [before, after] = [FIXTURE, slow].map((sources) => planCosts(sources, question())[0])
    expect(after?.nanoUsdPerKTok).toBe(before?.nanoUsdPerKTok)
    expect(after?.coldStartMs).toBeGreaterThan(before?.coldStartMs ?? 0)
  })
})

describe('a cold start', () => {
  it('is a machine, its weights and the engine, one after the other', () => {
    expect(coldStartMs({ provisionMs: 30_000, loadBytesPerSecond: 2e9 }, 141e9)).toBe(
      30_000 + 70_500 + ENGINE_MS,
    )
  })
})

describe('the smallest rental', () => {
  it('is the smallest machine with enough GPUs', () => {
    expect(smallestRental({ gpuCounts: [8], isMultiNode: false }, 2)).toBe(8)
    expect(smallestRental({ gpuCounts: [8, 1, 4, 2], isMultiNode: false }, 3)).toBe(4)
  })

  it('is at least what the price is sold for', () => {
    expect(smallestRental({ gpuCounts: [1, 2, 4, 8], isMultiNode: false }, 1, 8)).toBe(8)
  })

  it('is full machines where one is too small, and none without a network between them', () => {
    expect(smallestRental({ gpuCounts: [4, 8], isMultiNode: true }, 20)).toBe(24)
    expect(smallestRental({ gpuCounts: [4, 8], isMultiNode: false }, 20)).toBeNull()
    expect(smallestRental({ gpuCounts: [], isMultiNode: true }, 1)).toBeNull()
  })
})

describe('an owned GPU', () => {
  it('costs its write-off, its power and its upkeep', () => {
    // $30,000 and 40 % for the server, over four years and 5 % a year: $1.4384; 1 kW × 1.3 × $0.10: $0.13.
    const owned = ownedNanoUsdPerGpuHour(H100, FIXTURE.ownership)
    const capital = (30_000 * 1.4 * 0.3) / 8_760
    expect(owned).toEqual({ low: usd(0.75 * capital + 0.13), high: usd(1.25 * capital + 0.13) })
  })

  it('has no price where nobody published what it costs to buy', () => {
    expect(ownedNanoUsdPerGpuHour({ ...H100, purchaseNanoUsd: null }, FIXTURE.ownership)).toBeNull()
  })

  it('pays against a rental from the share of hours at which both cost the same', () => {
    expect(breakEvenUtilisation(usd(1.5), usd(4))).toBe(0.375)
    expect(breakEvenUtilisation(usd(3), usd(2))).toBeGreaterThan(1)
  })
})

it('sets the price of one owned GPU against that of one rented GPU', () => {
  const hour = (cost: PlanCost) => (cost.lowNanoUsdPerGpuHour + cost.highNanoUsdPerGpuHour) / 2
  const compared = matrixCells().flatMap(({ id, tier, gpu, level, costs, guidance }) => {
    const line = guidance.cost.find((sentence) => / owning (pays|never)/.test(sentence))
    const isOwned = level === 'on_premises'
    const others = matrixCells().filter((cell) => cell.tier === tier && cell.gpu === gpu && cell.id !== id)
    const theirs = others
      .filter((cell) => (cell.level === 'on_premises') !== isOwned)
      .flatMap((cell) => cell.costs.map(hour))
    const mine = costs[0]
    if (!line || !mine) return []
    const other = Math.min(...theirs)
    const share = isOwned ? hour(mine) / other : other / hour(mine)
    return [{ line, share }]
  })
  expect(compared.length).toBeGreaterThan(20)
  for (const { line, share } of compared) {
    expect(line).toContain('for each GPU and hour')
    expect(line.includes('never pays')).toBe(share > 1)
    const said = Number(/([\d.]+) % of all hours/.exec(line)?.[1] ?? 100 * share)
    expect(said / (100 * share)).toBeCloseTo(1, 1)
  }
})

describe('a price', () => {
  it.each([
    ['2026-11-01', '2026-11-23', false],
    ['2026-07-26', '2026-11-23', false],
    ['2026-07-25', '2026-11-23', true],
    ['2026-12-01', '2026-11-23', false],
    ['last summer', '2026-11-23', true],
  ])('read on %s is stale on %s: %s', (readOn, today, stale) => {
    expect(isStale(readOn, today)).toBe(stale)
  })

  it('goes stale sooner where that is asked for', () => {
    expect(isStale('2026-11-01', '2026-11-23', 21)).toBe(true)
  })
})

describe('the costs of the matrix', () => {
  const speed = { value: 100, low: 80, high: 125, basis: 'modelled' } as const
  const replicas = MATRIX.providers.flatMap((provider) =>
    provider.offers.flatMap(({ gpu, gpuCounts }) =>
      gpuCounts.map((gpuCount) => ({ provider, gpu, gpuCount })),
    ),
  )
  const costOfReplica = ({ provider, gpu, gpuCount }: (typeof replicas)[number]) =>
    planCosts(MATRIX, {
      gpu: MATRIX.gpus[gpu],
      gpuCount,
      weightBytes: 16e9,
      outputTokensPerSecond: speed,
      level: provider.level,
    }).find((cost) => cost.provider === provider.name)
  const isPriced = ({ provider, gpu }: (typeof replicas)[number]) =>
    provider.billing.unit === 'owned'
      ? MATRIX.gpus[gpu].purchaseNanoUsd !== null
      : MATRIX.prices.some(
          (price) =>
            price.provider === provider.name &&
            price.gpu === gpu &&
            (price.basis === 'on_demand' || (price.basis === 'serverless' && provider.billing.scalesToZero)),
        )

  it('are there for every machine that somebody offers and whose price is known', () => {
    expect(replicas.filter(isPriced)).not.toEqual([])
    for (const replica of replicas) expect(costOfReplica(replica) !== undefined).toBe(isPriced(replica))
  })

  it('name a source and a date, and rest on no price that can be withdrawn', () => {
    for (const cost of replicas.flatMap((replica) => costOfReplica(replica) ?? [])) {
      expect(cost.source).not.toBe('')
      expect(isStale(cost.readOn, cost.readOn)).toBe(false)
      expect(['on_demand', 'serverless', 'owned']).toContain(cost.basis)
    }
  })
})

describe('every cost', () => {
  const price = fc.integer({ min: 1, max: usd(100) })
  const speed = fc.double({ min: 1, max: 1e6, noNaN: true })
  const share = fc.double({ min: 0.01, max: 1, noNaN: true })
  const sources = fc.record({ low: price, spread: fc.integer({ min: 0, max: usd(10) }) }).map((price) => ({
    ...FIXTURE,
    prices: FIXTURE.prices.map((listed) => ({
      ...listed,
      lowNanoUsdPerGpuHour: price.low,
      highNanoUsdPerGpuHour: price.low + price.spread,
    })),
  }))
  const estimate = fc.tuple(speed, share, share).map(([value, below, above]) => ({
    value,
    low: value * below,
    high: value / above,
    basis: 'modelled' as const,
  }))
  const level = fc.constantFrom('gpu_native', 'serverless', 'on_premises')
  const questions = fc
    .record({ level, outputTokensPerSecond: estimate, utilisation: share, gpuCount: fc.nat(7) })
    .map(({ gpuCount, ...rest }) => question({ ...rest, gpuCount: gpuCount + 1 }))

  it('is a whole number above nothing, inside its range, and sorted', () => {
    fc.assert(
      fc.property(sources, questions, (sources, question) => {
        const costs = planCosts(sources, question)
        expect(costs.length).toBeGreaterThan(0)
        for (const {
          lowNanoUsdPerKTok: low,
          nanoUsdPerKTok,
          highNanoUsdPerKTok: high,
          monthlyNanoUsd,
        } of costs) {
          expect([low, nanoUsdPerKTok, high, monthlyNanoUsd].every(Number.isSafeInteger)).toBe(true)
          expect(low).toBeGreaterThan(0)
          expect(nanoUsdPerKTok).toBeGreaterThanOrEqual(low)
          expect(high).toBeGreaterThanOrEqual(nanoUsdPerKTok)
        }
        const order = costs.map(({ nanoUsdPerKTok }) => nanoUsdPerKTok)
        expect(order).toEqual(order.toSorted((a, b) => a - b))
      }),
    )
  })

  it('falls with speed and never with more GPUs', () => {
    const faster = ({ outputTokensPerSecond: { value, low, high, basis } }: CostQuestion) => ({
      outputTokensPerSecond: { value: value * 2, low: low * 2, high: high * 2, basis },
    })
    fc.assert(
      fc.property(questions, (question) => {
        const cheapest = (changes: Partial<CostQuestion>) =>
          planCosts(FIXTURE, { ...question, ...changes })[0]?.nanoUsdPerKTok ?? Number.NaN
        expect(cheapest(faster(question))).toBeLessThanOrEqual(cheapest({}))
        expect(cheapest({ gpuCount: 8 })).toBeGreaterThanOrEqual(cheapest({}))
      }),
    )
  })
})
