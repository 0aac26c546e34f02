import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { candidatesFor } from '../../../shared/domain/matrix/cells/candidate.ts'
import type { Cell, PlanRequirements, Ranked, Selection } from '../../../shared/domain/matrix/cells/cell.ts'
import { TASKS } from '../../../shared/domain/matrix/cells/cell.ts'
import { computeMatrix, matrixCells } from '../../../shared/domain/matrix/cells/matrix.ts'
import { shortfallsOf } from '../../../shared/domain/matrix/cells/shortfall.ts'
import { costsFor } from '../../../shared/domain/matrix/cells/supply.ts'
import { planMemory } from '../../../shared/domain/matrix/model/memory.ts'
import { predictLoad } from '../../../shared/domain/matrix/model/performance.ts'
import { efficiencyScore } from '../../../shared/domain/matrix/selection/score.ts'
import { select } from '../../../shared/domain/matrix/selection/select.ts'
import { MATRIX } from '../../../shared/domain/matrix/sources/sources.gen.ts'
import {
  GPU_NAMES,
  type MatrixSources,
  type Provider,
  REGIMES,
} from '../../../shared/domain/matrix/sources/sources.ts'
import { LEVELS, TIERS } from '../../../shared/domain/tiers.ts'

const cells = matrixCells()
const cellOf = (id: string) => cells.find((cell) => cell.id === id)
const isViable = ({ verdict }: Cell) => verdict === 'viable' || verdict === 'recommended'
const names = ({ ranked }: Selection) => ranked.map(({ configuration }) => configuration).toSorted()
const lost = ({ rejected }: Selection) => rejected.map(({ configuration }) => configuration)

const residencies = [
  ...new Set(MATRIX.providers.flatMap(({ regions }) => regions.flatMap((one) => one.residency))),
]

/** Whatever one may ask of a tier besides times. */
const anyFilters = fc.record(
  {
    maxUsdPerKTok: fc.double({ min: 0.0001, max: 0.5, noNaN: true }),
    compliance: fc.subarray([...REGIMES], { maxLength: 3 }),
    residency: fc.subarray(residencies, { maxLength: 2 }),
    levels: fc.subarray([...LEVELS]),
    gpus: fc.subarray([...GPU_NAMES]),
    contextTokens: fc.integer({ min: 1_000, max: 200_000 }),
    users: fc.integer({ min: 1, max: 2_000 }),
  },
  { requiredKeys: [] },
)
const anyTier = fc.constantFrom(...TIERS)
const anyTimes = fc.record(
  {
    maxTimeToFirstTokenMs: fc.double({ min: 50, max: 30_000, noNaN: true }),
    maxTimePerOutputTokenMs: fc.double({ min: 1, max: 200, noNaN: true }),
  },
  { requiredKeys: [] },
)
const anyRequirements = fc
  .tuple(anyTier, anyFilters, anyTimes)
  .map(([tier, filters, limits]): PlanRequirements => ({ tier, ...filters, ...limits }))

/** Cheaper runs: a selection computes plans anew. */
const runs = { numRuns: 60 }

it('loses no cell of the tier: each is ranked or rejected with a reason', () => {
  fc.assert(
    fc.property(anyRequirements, (requirements) => {
      const selection = select(cells, requirements)
      const ofTier = cells.filter(({ tier }) => tier === requirements.tier).map(({ id }) => id)
      expect([...names(selection), ...lost(selection)].toSorted()).toEqual(ofTier.toSorted())
      expect(selection.rejected.filter(({ reasons }) => reasons.length === 0)).toEqual([])
    }),
    runs,
  )
})

/** What a ranked configuration promises and does not keep, recomputed from the sources. */
function broken(ranked: Ranked, asked: PlanRequirements): readonly string[] {
  const cell = cellOf(ranked.configuration)
  const provider = MATRIX.providers.find(({ name }) => name === ranked.provider)
  if (!cell || !provider) return ['unknown']
  const { levels = [cell.level], gpus = [cell.gpu], compliance = [], maxUsdPerKTok = Infinity } = asked
  const attested = new Set<string>(provider.attestations.map(({ regime }) => regime))
  const kept = {
    ...figuresKept(ranked, cell, asked),
    price: ranked.cost.nanoUsdPerKTok <= maxUsdPerKTok * 1e9 + 1,
    level: provider.level === cell.level && levels.includes(cell.level),
    gpu: gpus.includes(cell.gpu),
    compliance: compliance.every((regime) => attested.has(regime)),
    residency: isResident(ranked, provider, asked),
  }
  return Object.entries(kept).flatMap(([what, holds]) => (holds ? [] : [what]))
}

function figuresKept({ plan, replicas }: Ranked, { tier, gpu }: Cell, asked: PlanRequirements) {
  const model = MATRIX.models.find(({ name }) => name === plan.model)
  if (!model) throw new Error('no model')
  const { slo, load } = MATRIX.tiers[tier]
  const { precision, tensorParallel, pipelineParallel } = plan
  const deployment = { model, gpu: MATRIX.gpus[gpu], precision, tensorParallel, pipelineParallel }
  const { kvCapacityTokens } = planMemory(deployment)
  const {
    maxTimeToFirstTokenMs: first,
    maxTimePerOutputTokenMs: further,
    contextTokens = 0,
    users = 1,
  } = asked
  const isKept = (concurrency: number) => {
    const figures = predictLoad(deployment, { ...load, concurrency, kvCapacityTokens })
    return (
      figures.timeToFirstTokenP99Ms.value <= (first ?? slo.timeToFirstTokenP99Ms) &&
      figures.timePerOutputTokenMs.value <= (further ?? slo.timePerOutputTokenMs)
    )
  }
  const usersEach = Math.ceil(users / replicas)
  return {
    times: isKept(load.concurrency) && plan.load.concurrency === load.concurrency,
    users: isKept(usersEach) && usersEach <= plan.kvConcurrency,
    throughput: plan.outputTokensPerSecond.value >= slo.outputTokensPerSecond,
    context: Math.min(plan.maxContextTokens, kvCapacityTokens, model.contextTokens) >= contextTokens,
  }
}

function isResident({ regions }: Ranked, provider: Provider, { residency = [] }: PlanRequirements): boolean {
  const places = provider.regions.filter(({ name }) => regions.includes(name))
  const areAll = places.every((place) => residency.every((one) => place.residency.includes(one)))
  return residency.length === 0 || (places.length > 0 && areAll)
}

it('ranks only what does everything that is required, at one provider', () => {
  fc.assert(
    fc.property(anyRequirements, (requirements) => {
      for (const ranked of select(cells, requirements).ranked)
        expect([ranked.configuration, ...broken(ranked, requirements)]).toEqual([ranked.configuration])
    }),
    runs,
  )
})

const added = (before: readonly string[], after: readonly string[]) =>
  after.filter((name) => !before.includes(name))

it('never admits another configuration for one more requirement', () => {
  fc.assert(
    fc.property(anyTier, anyFilters, anyFilters, anyTimes, (tier, some, more, limits) => {
      const before = names(select(cells, { tier, ...some, ...limits }))
      const after = names(select(cells, { tier, ...more, ...some, ...limits }))
      expect(added(before, after)).toEqual([])
    }),
    runs,
  )
})

it("never admits another configuration for a time limit stricter than the tier's, or than the one before", () => {
  const share = fc.double({ min: 0.05, max: 1, noNaN: true })
  fc.assert(
    fc.property(anyTier, anyFilters, share, share, (tier, filters, first, second) => {
      const { timeToFirstTokenP99Ms, timePerOutputTokenMs } = MATRIX.tiers[tier].slo
      const steps = [
        { tier, ...filters },
        { tier, ...filters, maxTimeToFirstTokenMs: timeToFirstTokenP99Ms * first },
        {
          tier,
          ...filters,
          maxTimeToFirstTokenMs: timeToFirstTokenP99Ms * first * second,
          maxTimePerOutputTokenMs: timePerOutputTokenMs * second,
        },
      ].map((requirements) => names(select(cells, requirements)))
      for (const [index, step] of steps.entries()) expect(added(steps[index - 1] ?? step, step)).toEqual([])
    }),
    runs,
  )
})

describe('compliance and residency', () => {
  /** Whether some provider that can run any plan of the cell at a known price holds everything, found the long way. */
  const byHand = (tier: Cell['tier'], { compliance = [], residency = [] }: PlanRequirements) =>
    cells
      .filter((cell) => cell.tier === tier && isViable(cell))
      .filter(({ gpu, level }) => {
        const able = new Set(
          candidatesFor(MATRIX, tier, gpu)
            .filter((candidate) => shortfallsOf(candidate, MATRIX.tiers[tier].slo).length === 0)
            .flatMap((candidate) =>
              costsFor(MATRIX, candidate, level, candidate.atPlannedLoad.outputTokensPerSecond),
            )
            .map(({ provider }) => provider),
        )
        return MATRIX.providers.some(({ name, attestations, regions, offers }) => {
          if (!able.has(name)) return false
          const places = new Set(
            offers.filter((offer) => offer.gpu === gpu).flatMap((offer) => offer.regions),
          )
          return (
            compliance.every((regime) => attestations.some((one) => one.regime === regime)) &&
            (residency.length === 0 ||
              regions.some(
                (region) =>
                  places.has(region.name) && residency.every((one) => region.residency.includes(one)),
              ))
          )
        })
      })
      .map(({ id }) => id)

  it('must all be held by one provider, and all residencies by one of its regions', () => {
    fc.assert(
      fc.property(
        fc.subarray([...REGIMES]),
        fc.subarray(residencies, { maxLength: 2 }),
        (compliance, residency) => {
          const requirements: PlanRequirements = { tier: 'm', compliance, residency }
          expect(names(select(cells, requirements))).toEqual(byHand('m', requirements).toSorted())
        },
      ),
      runs,
    )
  })

  it('are not met by two providers together', () => {
    const first = MATRIX.providers.find(({ level }) => level === 'gpu_native')
    if (!first) throw new Error('no provider')
    const attest = (name: string, regime: 'hipaa' | 'c5') => ({
      ...first,
      name,
      title: name,
      attestations: [{ regime, source: 'x', readOn: '2026-11-01' }],
    })
    const split: MatrixSources = {
      ...MATRIX,
      providers: [attest('one', 'hipaa'), attest('two', 'c5')],
      prices: MATRIX.prices.flatMap((price) =>
        price.provider === first.name ? ['one', 'two'].map((provider) => ({ ...price, provider })) : [],
      ),
    }
    const both = (compliance: string[]) =>
      select(cells, { tier: 'l', levels: ['gpu_native'], compliance }, split)
    expect(both(['hipaa']).ranked.map(({ provider }) => provider)).toContain('one')
    expect(both(['c5']).ranked.map(({ provider }) => provider)).toContain('two')
    const { ranked, rejected } = both(['hipaa', 'c5'])
    expect(ranked).toEqual([])
    const reasons = rejected.find(({ configuration }) => configuration === 'l.b200.gpu_native')?.reasons
    expect(reasons).toEqual(expect.arrayContaining(['one does not attest c5.', 'two does not attest hipaa.']))
  })
})

describe('the tier', () => {
  it('is that of the task, or of the first model named, and without all of them the smallest', () => {
    for (const [index, task] of TASKS.entries()) expect(select(cells, { task }).tier).toBe(TIERS[index])
    expect(select(cells, {}).tier).toBe('s')
    expect(select(cells, { models: ['meta-llama/Llama-3.1-70B-Instruct'] }).tier).toBe('l')
    expect(select(cells, { tier: 'l', task: 'complex' }).ranked).not.toEqual([])
  })

  it('rejects everything, and says why, where tier and task contradict each other', () => {
    const { tier, ranked, rejected } = select(cells, { tier: 'xl', task: 'simple' })
    expect([tier, ranked, rejected.length]).toEqual(['xl', [], 24])
    expect(new Set(rejected.flatMap(({ reasons }) => reasons))).toEqual(
      new Set(['Tier xl and task simple contradict each other: simple is tier s.']),
    )
  })
})

it('ranks without further requirements exactly the viable cells, each with a plan and a provider no dearer than its own, tokens and month together', () => {
  for (const tier of TIERS) {
    const { ranked } = select(cells, { tier })
    const expected = cells.filter((cell) => cell.tier === tier && isViable(cell))
    expect(ranked.map(({ configuration }) => configuration).toSorted()).toEqual(
      expected.map(({ id }) => id).toSorted(),
    )
    const together = (nanoUsdPerKTok: number, monthlyNanoUsd: number) =>
      Math.sqrt(nanoUsdPerKTok * monthlyNanoUsd)
    for (const { configuration, cost, monthlyNanoUsd } of ranked)
      for (const own of cellOf(configuration)?.costs ?? [])
        expect(together(cost.nanoUsdPerKTok, monthlyNanoUsd)).toBeLessThanOrEqual(
          together(own.nanoUsdPerKTok, own.monthlyNanoUsd),
        )
  }
})

const isInstalled = ({ configuration, provider }: Ranked) =>
  MATRIX.providers.some(
    ({ name, offers }) =>
      name === provider &&
      offers.some(({ gpu, isInstalled: stands }) => stands && configuration.split('.')[1] === gpu),
  )

it('ranks what stands today before what must be bought, both by score from 1 down to 0, the same whatever the order of the cells', () => {
  fc.assert(
    fc.property(anyRequirements, (requirements) => {
      const selection = select(cells, requirements)
      const groups = selection.ranked.map((one) => [isInstalled(one) ? 1 : 0, one.score] as const)
      expect(groups).toEqual(groups.toSorted(([a, x], [b, y]) => b - a || y - x))
      for (const { score } of selection.ranked) expect(score > 0 && score <= 1).toBe(true)
      for (const one of selection.ranked) expect(one.isInstalled).toBe(isInstalled(one))
      expect(select(cells.toReversed(), requirements).ranked).toEqual(selection.ranked)
    }),
    { numRuns: 20 },
  )
})

it('runs only the models that are named, and says of others why none does', () => {
  const llama = 'meta-llama/Llama-3.1-70B-Instruct'
  const { ranked, rejected } = select(cells, { tier: 'l', models: [llama] })
  expect(ranked.length).toBeGreaterThan(0)
  expect(new Set(ranked.map(({ plan }) => plan.model))).toEqual(new Set([llama]))
  expect(ranked.length + rejected.length).toBe(24)
  const other = select(cells, { tier: 's', models: [llama] })
  expect(other.ranked).toEqual([])
  for (const { reasons } of other.rejected)
    expect(reasons).toContain(`No model of the tier is any of: ${llama}.`)
})

it('takes the site where the machines stand, where two sites cost the same', () => {
  const { ranked } = select(cells, { tier: 'l', levels: ['on_premises'], gpus: ['h100'] })
  expect(['nyc', 'sf']).toContain(ranked[0]?.provider)
  expect(['nyc', 'sf']).toContain(cellOf('l.h100.on_premises')?.costs[0]?.provider)
})

it('admits with a looser limit what runs too slowly for the promise', () => {
  const strict = names(select(cells, { tier: 'l' }))
  const loose = names(select(cells, { tier: 'l', maxTimeToFirstTokenMs: 30_000 }))
  expect(strict).not.toContain('l.a100.gpu_native')
  expect(loose).toContain('l.a100.gpu_native')
})

it('takes more GPUs than the cell plans where only they keep a stricter limit', () => {
  const gpus = (requirements: PlanRequirements) =>
    select(cells, { tier: 'l', gpus: ['h200'], levels: ['gpu_native'], ...requirements }).ranked[0]?.plan
      .gpuCount
  const usual = gpus({})
  expect(gpus({ maxTimeToFirstTokenMs: 700 })).toBeGreaterThan(usual ?? Infinity)
})

it('adds replicas until all users are served, and pays for each machine they need', () => {
  const of = (users: number) =>
    select(cells, { tier: 'm', gpus: ['l40s'], levels: ['gpu_native'], users }).ranked[0]
  const one = of(1)
  if (!one) throw new Error('nothing ranked')
  expect(one.replicas).toBe(1)
  for (const users of [10, 100, 1_000]) {
    const ranked = of(users)
    if (!ranked) throw new Error('nothing ranked')
    expect(ranked.replicas).toBe(Math.ceil(users / ranked.plan.sloConcurrency))
    expect(ranked.gpuCount).toBe(ranked.replicas * ranked.plan.gpuCount)
    expect(ranked.monthlyNanoUsd % ranked.cost.monthlyNanoUsd).toBe(0)
  }
})

it('says of a rejected cell everything that is against it', () => {
  const { rejected } = select(cells, {
    tier: 's',
    levels: ['on_premises'],
    compliance: ['fedramp', 'c5'],
    maxUsdPerKTok: 1e-7,
  })
  const reasons = rejected
    .find(({ configuration }) => configuration === 's.l40s.serverless')
    ?.reasons.join('\n')
  expect(reasons).toContain('Level serverless is none of: on_premises.')
  expect(reasons).toContain('does not attest')
  expect(reasons).toContain('for 1,000 tokens at least')
})

it('has replicas share what must be rented whole, and pays for whole rentals', () => {
  const { ranked } = select(cells, { tier: 'm', users: 3_000 })
  const wrong = ranked.filter(({ replicas, monthlyNanoUsd, cost }) => {
    const rentals = monthlyNanoUsd / cost.monthlyNanoUsd
    return !Number.isInteger(rentals) || rentals > replicas
  })
  expect(wrong).toEqual([])
  const shared = ranked.filter(
    ({ replicas, monthlyNanoUsd, cost }) => monthlyNanoUsd < replicas * cost.monthlyNanoUsd,
  )
  expect(shared.length).toBeGreaterThan(0)
})

it('puts equals in the order of their names', () => {
  const twin: MatrixSources = {
    ...MATRIX,
    gpus: { ...MATRIX.gpus, h200: { ...MATRIX.gpus.h100, name: 'h200' } },
    providers: MATRIX.providers.map((provider) => {
      const offers = provider.offers.filter(({ gpu }) => gpu === 'h100')
      return {
        ...provider,
        offers: [...offers, ...offers.map((offer) => ({ ...offer, gpu: 'h200' as const }))],
      }
    }),
    prices: MATRIX.prices
      .filter(({ gpu }) => gpu === 'h100')
      .flatMap((price) => [price, { ...price, gpu: 'h200' as const }]),
  }
  const asked: PlanRequirements = { tier: 'm', levels: ['gpu_native'], gpus: ['h100', 'h200'] }
  const { ranked } = select(computeMatrix(twin), asked, twin)
  expect(ranked.map(({ configuration }) => configuration)).toEqual(['m.h100.gpu_native', 'm.h200.gpu_native'])
})

describe('the score', () => {
  const estimate = (value: number, spread = 1.2) => ({
    value,
    low: value / spread,
    high: value * spread,
    basis: 'modelled' as const,
  })
  const limits = MATRIX.tiers.m.slo
  const scoreOf = ({ costNanoUsd = 2e6, firstMs = 150, furtherMs = 20, spread = 1.2 }) => {
    const plan = {
      timeToFirstTokenP99Ms: estimate(firstMs),
      timePerOutputTokenMs: estimate(furtherMs),
      outputTokensPerSecond: estimate(300, spread),
    }
    return efficiencyScore({ plan, costNanoUsd }, limits, 1e6)
  }
  const usual = scoreOf({})

  it('falls with cost, with either time and with a wider interval', () => {
    for (const worse of [{ costNanoUsd: 3e6 }, { firstMs: 290 }, { furtherMs: 45 }, { spread: 2 }])
      expect(scoreOf(worse)).toBeLessThan(usual)
  })

  it('is weighted so that twice the cost is not bought off by half the times', () => {
    expect(scoreOf({ costNanoUsd: 4e6, firstMs: 75, furtherMs: 10 })).toBeLessThan(usual)
  })
})
