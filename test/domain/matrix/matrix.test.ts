import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { precisionsOf } from '../../../shared/domain/matrix/cells/candidate.ts'
import {
  type Cell,
  type Plan,
  REASON_CODES,
  type ReasonCode,
} from '../../../shared/domain/matrix/cells/cell.ts'
import { compareWithRequirement } from '../../../shared/domain/matrix/cells/difference.ts'
import { computeMatrix, findCell, matrixCells } from '../../../shared/domain/matrix/cells/matrix.ts'
import { RECOMMENDED_COST_RATIO } from '../../../shared/domain/matrix/cells/verdict.ts'
import { planCosts } from '../../../shared/domain/matrix/cost/cost.ts'
import { type Deployment, weightBytes } from '../../../shared/domain/matrix/model/deployment.ts'
import { layoutReasons } from '../../../shared/domain/matrix/model/layout.ts'
import { planMemory } from '../../../shared/domain/matrix/model/memory.ts'
import { predictLoad } from '../../../shared/domain/matrix/model/performance.ts'
import { MATRIX } from '../../../shared/domain/matrix/sources/sources.gen.ts'
import type { Precision } from '../../../shared/domain/matrix/sources/sources.ts'
import {
  GPU_NAMES,
  type MatrixSources,
  type Offer,
  type Provider,
  type TierTarget,
} from '../../../shared/domain/matrix/sources/sources.ts'
import { LEVELS, type Level, TIERS, type Tier } from '../../../shared/domain/tiers.ts'

const cells = matrixCells()
const isViable = ({ verdict }: Cell) => verdict === 'viable' || verdict === 'recommended'
const codes = ({ reasons }: Cell) => reasons.map(({ code }) => code)
const kinds = (cell: Cell) => codes(cell).map((code) => REASON_CODES[code])
const price = ({ costs }: Cell) => costs[0]?.nanoUsdPerKTok ?? Infinity
const month = ({ costs }: Cell) => Math.min(...costs.map(({ monthlyNanoUsd }) => monthlyNanoUsd), Infinity)
const words = ({ failureModes, guidance }: Cell) => [...failureModes, ...Object.values(guidance).flat()]

const withProviders = (change: (provider: Provider) => Provider): MatrixSources => ({
  ...MATRIX,
  providers: MATRIX.providers.map(change),
})
const withOffers = (change: (offer: Offer) => Offer): MatrixSources =>
  withProviders((provider) => ({ ...provider, offers: provider.offers.map(change) }))

/** The deployment of a cell's plan. */
function deploymentOf({ gpu, plan }: Cell): Deployment {
  const model = MATRIX.models.find(({ name }) => name === plan?.model)
  if (!plan || !model) throw new Error('no plan')
  const { precision, tensorParallel, pipelineParallel } = plan
  return { model, gpu: MATRIX.gpus[gpu], precision, tensorParallel, pipelineParallel }
}

it('has one cell for every tier, GPU and level, and finds each by its id', () => {
  const ids = TIERS.flatMap((tier) =>
    GPU_NAMES.flatMap((gpu) => LEVELS.map((level) => `${tier}.${gpu}.${level}`)),
  )
  expect(cells.map(({ id }) => id)).toEqual(ids)
  expect(ids.map((id) => findCell(id)?.id)).toEqual(ids)
  expect(findCell('xxl.h100.hyperscaler')).toBeUndefined()
})

it('is computed once, and the same each time', () => {
  expect(matrixCells()).toBe(cells)
  expect(computeMatrix({ ...MATRIX })).toEqual(cells)
})

/** Which cells break a rule. */
const breaking = (of: readonly Cell[], keeps: (cell: Cell) => boolean) =>
  of.filter((cell) => !keeps(cell)).map(({ id }) => id)

describe('every cell', () => {
  it('says why it is not better, unless it is recommended', () => {
    const isSaid = ({ verdict, reasons }: Cell) => verdict === 'recommended' || reasons.length > 0
    expect(breaking(cells, isSaid)).toEqual([])
  })

  it('has failure modes, and guidance of each kind, that no cell of another tier and GPU has word for word', () => {
    const lists = ({ failureModes, guidance }: Cell) => [failureModes, ...Object.values(guidance)]
    expect(breaking(cells, (cell) => lists(cell).every(({ length }) => length > 0))).toEqual([])
    const whole = Map.groupBy(cells, (cell) => words(cell).join('\n'))
    for (const same of whole.values())
      expect(new Set(same.map(({ tier, gpu }) => `${tier}.${gpu}`)).size).toBe(1)
  })

  it('fits in its memory with at least one sequence of the promised length', () => {
    const hasRoom = (cell: Cell) =>
      planMemory(deploymentOf(cell)).kvCapacityTokens >= MATRIX.tiers[cell.tier].slo.contextTokens
    const planned = cells.filter(({ plan }) => plan)
    expect(breaking(planned, hasRoom)).toEqual([])
  })

  it('has reasons of the kind that its verdict calls for', () => {
    const has = (cell: Cell, kind: string) => kinds(cell).some((one) => one === kind)
    const of = (verdict: Cell['verdict']) => cells.filter((cell) => cell.verdict === verdict)
    expect(breaking(cells, (cell) => has(cell, 'blocking') === (cell.verdict === 'no'))).toEqual([])
    expect(breaking(of('fits'), (cell) => has(cell, 'slo'))).toEqual([])
    expect(breaking(cells.filter(isViable), (cell) => !has(cell, 'slo'))).toEqual([])
    expect(breaking(of('no'), ({ costs }) => costs.length === 0)).toEqual([])
  })
})

/** Whether the figures keep what the tier promises. */
function isKept(tier: Tier, figures: Pick<Plan, 'timeToFirstTokenP99Ms' | 'timePerOutputTokenMs'>): boolean {
  const { slo } = MATRIX.tiers[tier]
  return (
    figures.timeToFirstTokenP99Ms.value <= slo.timeToFirstTokenP99Ms &&
    figures.timePerOutputTokenMs.value <= slo.timePerOutputTokenMs
  )
}

describe('a viable cell', () => {
  const viable = cells.filter(isViable)

  it('keeps every promise at the planned load, and has a price', () => {
    expect(viable.length).toBeGreaterThan(0)
    expect(
      breaking(viable, ({ tier, plan, costs }) => {
        const { slo, load } = MATRIX.tiers[tier]
        if (!plan || costs.length === 0 || !isKept(tier, plan)) return false
        const isPlanned =
          plan.load.concurrency === load.concurrency && plan.sloConcurrency >= load.concurrency
        return isPlanned && plan.outputTokensPerSecond.value >= slo.outputTokensPerSecond
      }),
    ).toEqual([])
  })

  it('is recommended where it stands today, in one machine, and costs little more than the cheapest such one, by tokens or by the month', () => {
    for (const same of Map.groupBy(viable, ({ tier, level }) => `${tier}.${level}`).values()) {
      const atHand = same.filter(
        (cell) => !codes(cell).some((code) => code === 'not_installed' || code === 'several_nodes'),
      )
      const ratio = (cell: Cell, costOf: (of: Cell) => number) =>
        costOf(cell) / Math.min(...atHand.map(costOf))
      const expected = atHand.filter((cell) => {
        const [less = 0, more = 0] = [ratio(cell, price), ratio(cell, month)].toSorted((a, b) => a - b)
        return less <= RECOMMENDED_COST_RATIO && more <= 5
      })
      expect(same.filter(({ verdict }) => verdict === 'recommended')).toEqual(expected)
    }
  })

  it('runs the cheapest plan, at what it can take, of all in one machine that keep the promise; in four bits only where nothing else does', () => {
    const single = viable.filter(({ level, plan }) => level === 'gpu_native' && plan?.pipelineParallel === 1)
    expect(single.length).toBeGreaterThan(5)
    expect(breaking(single, (cell) => price(cell) === cheapestByHand(cell))).toEqual([])
  })
})

/** Every plan in one machine, without any of the shortcuts. */
function cheapestByHand({ tier, gpu: gpuName, level }: Cell): number {
  const gpu = MATRIX.gpus[gpuName]
  const models = MATRIX.models.filter(({ name }) => MATRIX.tiers[tier].models.includes(name))
  const pricesIn = (isMeant: (precision: Precision) => boolean) =>
    models.flatMap((model) =>
      precisionsOf(model, gpu)
        .filter(isMeant)
        .flatMap((precision) =>
          (gpu.link === 'pcie' ? [1, 2] : [1, 2, 4, 8]).map((tensorParallel) =>
            priceByHand({ model, gpu, precision, tensorParallel, pipelineParallel: 1 }, tier, level),
          ),
        ),
    )
  const isFourBit = (precision: Precision) => precision === 'w4' || precision === 'nvfp4'
  const whole = Math.min(...pricesIn((precision) => !isFourBit(precision)))
  return Number.isFinite(whole) ? whole : Math.min(...pricesIn(isFourBit))
}

function mostByHand(
  tier: Tier,
  planned: number,
  room: number,
  at: (concurrency: number) => Parameters<typeof isKept>[1],
): number {
  let most = planned
  while (most < room && isKept(tier, at(most + 1))) most += 1
  return most
}

function priceByHand(deployment: Deployment, tier: Tier, level: Level): number {
  const { slo, load } = MATRIX.tiers[tier]
  const { model, gpu, precision, tensorParallel } = deployment
  const isBlocked = layoutReasons(deployment).some(({ code }) => REASON_CODES[code] === 'blocking')
  const { kvCapacityTokens } = planMemory(deployment)
  const needed = Math.max(slo.contextTokens, load.concurrency * (load.promptTokens + load.outputTokens))
  if (isBlocked || kvCapacityTokens < needed || model.contextTokens < slo.contextTokens) return Infinity
  const figures = predictLoad(deployment, { ...load, kvCapacityTokens })
  if (!isKept(tier, figures) || figures.outputTokensPerSecond.value < slo.outputTokensPerSecond)
    return Infinity
  const room = Math.floor(kvCapacityTokens / (load.promptTokens + load.outputTokens))
  const at = (concurrency: number) => predictLoad(deployment, { ...load, concurrency, kvCapacityTokens })
  const concurrency = mostByHand(tier, load.concurrency, Math.min(model.experts ? 8 : 128, room), at)
  const { outputTokensPerSecond } = at(concurrency)
  const bytes = weightBytes(model, precision)
  const question = { gpu, gpuCount: tensorParallel, weightBytes: bytes, outputTokensPerSecond, level }
  return planCosts(MATRIX, question)[0]?.nanoUsdPerKTok ?? Infinity
}

it('plans the most at once that keep both times: one more breaks one of them, or has no room', () => {
  const planned = cells.flatMap((cell) => (cell.plan ? [{ cell, plan: cell.plan }] : []))
  const wrong = planned.filter(({ cell, plan }) => {
    const deployment = deploymentOf(cell)
    const { kvCapacityTokens } = planMemory(deployment)
    const keeps = (concurrency: number) =>
      isKept(
        cell.tier,
        predictLoad(deployment, { ...MATRIX.tiers[cell.tier].load, concurrency, kvCapacityTokens }),
      )
    const most = plan.sloConcurrency
    const isAtEnd = most >= Math.min(deployment.model.experts ? 8 : 128, plan.kvConcurrency)
    return (most > 0 && !keeps(most)) || (!isAtEnd && keeps(most + 1))
  })
  expect(wrong).toEqual([])
})

describe('what is offered', () => {
  const all = (sources: MatrixSources) => computeMatrix(sources)

  it('decides whether anything runs, while the plan stays where hardware has room', () => {
    for (const cell of all(withProviders((provider) => ({ ...provider, offers: [] })))) {
      expect(cell.verdict).toBe('no')
      expect(codes(cell)).toContain('gpu_not_offered')
      expect(cell.costs).toEqual([])
    }
    const tiers = all(withProviders((provider) => ({ ...provider, offers: [] }))).filter(({ plan }) => plan)
    expect(new Set(tiers.map(({ tier }) => tier))).toEqual(new Set(TIERS))
  })

  it('makes a cell fit and no more where no price is known', () => {
    const cloud = all({ ...MATRIX, prices: [] }).filter(({ level }) => level !== 'on_premises')
    expect(cloud.filter(isViable)).toEqual([])
    const had = cells.filter((cell) => cell.level !== 'on_premises' && cell.verdict !== 'no')
    for (const { id } of had)
      expect(cloud.find((cell) => cell.id === id)?.reasons.map(({ code }) => code)).toContain('price_unknown')
  })

  it('keeps a model that needs eight GPUs off machines that have one', () => {
    const single = all(withOffers((offer) => ({ ...offer, gpuCounts: [1] })))
    const xl = single.filter(
      ({ tier, gpu, level }) => tier === 'xl' && gpu === 'h100' && level === 'gpu_native',
    )
    expect(xl.map(codes)).toEqual([expect.arrayContaining(['too_few_gpus'])])
    expect(xl.map(({ verdict }) => verdict)).toEqual(['no'])
  })

  it('takes a plan that can be had rather than one that keeps the promise and cannot', () => {
    expect(findCell('m.a100.gpu_native')).toMatchObject({ verdict: 'viable', plan: { gpuCount: 8 } })
    const single = all(withOffers((offer) => ({ ...offer, gpuCounts: [1] })))
    const cell = single.find(({ id }) => id === 'm.a100.gpu_native')
    expect(cell).toMatchObject({ verdict: 'fits', plan: { gpuCount: 1 } })
  })

  it('never plans several machines where no network joins them', () => {
    const apart = all(withOffers((offer) => ({ ...offer, isMultiNode: false })))
    expect(apart.filter((cell) => (cell.plan?.pipelineParallel ?? 1) > 1 && cell.verdict !== 'no')).toEqual(
      [],
    )
  })

  it('recommends nothing that stands nowhere today', () => {
    const nowhere = all(withOffers((offer) => ({ ...offer, isInstalled: false })))
    expect(nowhere.filter(({ verdict }) => verdict === 'recommended')).toEqual([])
    expect(nowhere.filter(isViable).map(({ id }) => id)).toEqual(cells.filter(isViable).map(({ id }) => id))
  })
})

/** Every tier promising other figures. */
const withPromise = (change: (slo: TierTarget['slo']) => Partial<TierTarget['slo']>): MatrixSources => {
  const { s: small, m, l, xl } = MATRIX.tiers
  const changed = (target: TierTarget) => ({ ...target, slo: { ...target.slo, ...change(target.slo) } })
  return { ...MATRIX, tiers: { s: changed(small), m: changed(m), l: changed(l), xl: changed(xl) } }
}
const relaxed = (factor: number) =>
  withPromise((slo) => ({
    timeToFirstTokenP99Ms: slo.timeToFirstTokenP99Ms * factor,
    timePerOutputTokenMs: slo.timePerOutputTokenMs * factor,
    outputTokensPerSecond: slo.outputTokensPerSecond / factor,
  }))

it('loses no viable cell when a tier promises less', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 20, noNaN: true }), (factor) => {
      const less = computeMatrix(relaxed(factor))
      expect(
        cells.filter((cell, index) => isViable(cell) && !less.slice(index, index + 1).some(isViable)),
      ).toEqual([])
    }),
    { numRuns: 5 },
  )
})

it('never calls viable what has more than two GPUs of a tensor-parallel group on PCIe, whatever is promised', () => {
  const onPcie = computeMatrix(relaxed(1_000)).filter(({ gpu }) => MATRIX.gpus[gpu].link === 'pcie')
  const wide = onPcie.filter(({ plan }) => (plan?.tensorParallel ?? 1) > 2)
  expect(wide.length).toBeGreaterThan(0)
  expect(wide.filter(isViable)).toEqual([])
  expect(breaking(wide, (cell) => codes(cell).includes('tensor_parallel_over_pcie'))).toEqual([])
})

it('calls nothing viable that writes fewer tokens than promised', () => {
  const quick = computeMatrix(withPromise(() => ({ outputTokensPerSecond: 1e6 })))
  expect(quick.filter(isViable)).toEqual([])
  expect(breaking(quick, (cell) => codes(cell).includes('throughput_too_low'))).toEqual([])
})

it('calls nothing viable whose KV cache holds fewer sequences than are planned at once', () => {
  const { s: small, ...others } = relaxed(1e6).tiers
  const crowded = { ...small, load: { ...small.load, concurrency: 100_000 } }
  const full = computeMatrix({ ...MATRIX, tiers: { ...others, s: crowded } }).filter(
    ({ tier }) => tier === 's',
  )
  expect(full.filter(isViable)).toEqual([])
  expect(breaking(full, (cell) => codes(cell).includes('kv_exhausted'))).toEqual([])
})

it('says how large the smallest weights are where nothing has room, and what to take instead', () => {
  const tiny = { ...MATRIX.gpus.rtx4090, memoryBytes: 6e9 }
  const cell = computeMatrix({ ...MATRIX, gpus: { ...MATRIX.gpus, rtx4090: tiny } }).find(
    ({ id }) => id === 'l.rtx4090.serverless',
  )
  expect(cell).toMatchObject({ verdict: 'no', plan: null, costs: [] })
  expect(cell?.reasons).toMatchObject([{ code: 'weights_do_not_fit' }])
  expect(cell?.reasons[0]?.message).toContain('take 39.7 GB')
  expect(cell?.guidance.deployment.join()).toContain('Take l.')
})

describe("the requirements document's verdict", () => {
  const judged = { reasons: [], plan: null, costs: [], target: MATRIX.tiers.s, costRatio: null }

  it('is repeated in each cell, with a sentence exactly where the computed one differs', () => {
    for (const { tier, gpu, level, requirement } of cells) {
      expect(requirement.verdict).toBe(MATRIX.requirementVerdicts[level][tier][gpu])
      expect(requirement.difference === null).toBe(requirement.agrees)
    }
  })

  it('agrees as recommended, viable, fits and no', () => {
    const agrees = (
      verdict: Cell['verdict'],
      said: 'recommended' | 'viable' | 'marginal' | 'not_recommended',
    ) => compareWithRequirement({ ...judged, verdict }, said).agrees
    expect(agrees('recommended', 'recommended') && agrees('viable', 'viable')).toBe(true)
    expect(agrees('fits', 'marginal') && agrees('no', 'not_recommended')).toBe(true)
    expect(agrees('fits', 'not_recommended') || agrees('recommended', 'viable')).toBe(false)
  })

  it('agrees as marginal with what is viable at more than three times the least cost', () => {
    const dear = (costRatio: number) =>
      compareWithRequirement({ ...judged, verdict: 'viable', costRatio }, 'marginal').agrees
    expect([dear(3), dear(3.1)]).toEqual([false, true])
  })

  it('is contradicted with the reasons where the cell is worse than it says', () => {
    const worse = cells.filter(
      ({ verdict, requirement }) =>
        !requirement.agrees && verdict === 'fits' && requirement.verdict === 'recommended',
    )
    for (const { reasons, requirement } of worse)
      for (const { message } of reasons) expect(requirement.difference).toContain(message)
  })
})

const running = cells.filter(({ verdict }) => verdict !== 'no')

describe('guidance', () => {
  it('says that more than the limit break the promise only where one more does', () => {
    const isRight = (cell: Cell) => {
      if (!cell.plan) return false
      const { sloConcurrency } = cell.plan
      const { load } = MATRIX.tiers[cell.tier]
      const deployment = deploymentOf(cell)
      const { kvCapacityTokens } = planMemory(deployment)
      const next = predictLoad(deployment, { ...load, concurrency: sloConcurrency + 1, kvCapacityTokens })
      const isSaid = cell.failureModes.some((mode) => mode.endsWith('would break the promise.'))
      const isLimit = sloConcurrency > 0 && sloConcurrency < cell.plan.kvConcurrency
      return isSaid === (isLimit && !isKept(cell.tier, next))
    }
    expect(breaking(running, isRight)).toEqual([])
  })

  it('tells nobody how to run what nobody offers', () => {
    const absent = cells.filter(({ verdict, plan }) => verdict === 'no' && plan)
    expect(absent).not.toEqual([])
    for (const { failureModes, guidance } of absent) {
      expect(guidance.deployment).toEqual([expect.stringMatching(/^Do not deploy /)])
      expect([...guidance.scheduling, ...guidance.observability].join()).not.toMatch(/vllm|LeaderWorkerSet/)
      expect(guidance.cost.join()).not.toContain('Nothing to pay')
      expect(failureModes).toEqual([expect.stringContaining('stays pending without an error')])
    }
  })

  it('counts one as one', () => {
    const plurals = cells.flatMap((cell) =>
      words(cell).filter((line) => /\b1 (replicas|requests)\b/.test(line)),
    )
    expect(plurals).toEqual([])
  })
})

const FLAGS_FILE = join(process.env['FAIRLEAD_DATA'] ?? '', 'vllm-flags/vllm_serve_flags.json')

it.skipIf(!existsSync(FLAGS_FILE))('names only arguments that vLLM has', () => {
  const lists = Object.values(JSON.parse(readFileSync(FLAGS_FILE, 'utf8')) as Record<string, unknown>)
  const known = new Set(lists.flat())
  const flags = cells.flatMap(({ guidance }) =>
    guidance.deployment.flatMap((line) => line.match(/--[a-z][a-z-]+/g) ?? []),
  )
  expect(new Set(flags).size).toBeGreaterThan(5)
  expect([...new Set(flags)].filter((flag) => !known.has(flag))).toEqual([])
})

it('names only metrics that vLLM and Kueue export', () => {
  const known = new Set([
    'vllm:time_to_first_token_seconds',
    'vllm:request_time_per_output_token_seconds',
    'vllm:kv_cache_usage_perc',
    'vllm:num_requests_running',
    'vllm:num_requests_waiting',
    'vllm:num_requests_waiting_by_reason',
    'vllm:num_preemptions_total',
    'vllm:generation_tokens_total',
    'kueue_pending_workloads',
  ])
  const named = cells.flatMap((cell) =>
    words(cell).flatMap((line) => line.match(/\b(?:vllm:|kueue_)\w+/g) ?? []),
  )
  expect(named.length).toBeGreaterThan(96)
  expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([])
})

it('says each figure that a broken promise is about', () => {
  const code: ReasonCode = 'first_token_too_late'
  const late = cells.find((cell) => codes(cell).includes(code) && cell.tier === 'l')
  const message = late?.reasons.find((reason) => reason.code === code)?.message
  expect(message).toMatch(
    /^First token after [\d,]+ ms at p99, promised 1,000 ms, for 10,496 prompt tokens and 4 at once\.$/,
  )
})
