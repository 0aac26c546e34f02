import { describe, expect, it } from 'vitest'
import { modelNamed } from '../../../shared/domain/matrix/sources/lookup.ts'
import { MATRIX } from '../../../shared/domain/matrix/sources/sources.gen.ts'
import { PLAN_POLICIES } from '../../../shared/domain/routing/policy.ts'
import { rankEndpoints } from '../../../shared/domain/routing/rank.ts'
import { timeline } from '../../../shared/domain/simulation/events.ts'
import { simulatedOrigin, type Work } from '../../../shared/domain/simulation/origin.ts'
import { seededRandom } from '../../../shared/domain/simulation/random.ts'
import { type Scenario, simulate } from '../../../shared/domain/simulation/run.ts'
import { arrivals, type Caller } from '../../../shared/domain/simulation/trace.ts'
import { endpoint } from '../routing/fleet.ts'

const deployment = {
  model: modelNamed('meta-llama/Llama-3.1-8B-Instruct'),
  gpu: MATRIX.gpus.h100,
  tensorParallel: 1,
  pipelineParallel: 1,
  precision: 'fp8',
} as const
const callers: readonly Caller[] = [
  { weight: 1, residency: 'us', place: { continent: 'NA', country: 'US', latitude: 40.7, longitude: -74 } },
]
const RATES = { s: 1e-9, m: 20, l: 1e-9, xl: 1e-9 }

const scenario = (rest: Partial<Scenario> = {}): Scenario => ({
  origins: ['here', 'there', 'anywhere'].map((id) => ({
    endpoint: endpoint(id, { provider: 'aws', region: id, residency: ['us'], contextTokens: 131_072 }),
    deployment,
  })),
  callers,
  arrivals: arrivals(RATES, callers, { seed: 7, durationMs: 20_000 }),
  durationMs: 20_000,
  isolatesAt: [4],
  pushEveryMs: 250,
  readEveryMs: 1_000,
  lost: null,
  chooser: () => ({
    choose: (request, fleet) =>
      rankEndpoints(request, fleet, PLAN_POLICIES.pro).ranked.map((one) => one.endpoint.id),
  }),
  ...rest,
})

describe('a run', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(simulate(scenario())).toEqual(simulate(scenario()))
    const other = arrivals(RATES, callers, { seed: 8, durationMs: 20_000 })
    expect(simulate(scenario({ arrivals: other }))).not.toEqual(simulate(scenario()))
  })

  it('ends with every request served or refused, exactly once', () => {
    const { arrivals: all } = scenario()
    for (const lost of [null, { provider: 'aws', region: 'here', atMs: 8_000 }]) {
      const { served } = simulate(scenario({ lost }))
      expect(served).toHaveLength(all.length)
      expect(new Set(served.map(({ arrival }) => arrival)).size).toBe(all.length)
    }
  })

  it('refuses everyone when nobody may serve', () => {
    const { served } = simulate(scenario({ chooser: () => ({ choose: () => [] }) }))
    expect(served).toHaveLength(scenario().arrivals.length)
    expect(served.every(({ endpoint: by }) => by === null)).toBe(true)
  })

  it('sends nothing to a site that is gone, once its breakers are open, but single probes', () => {
    const { served } = simulate(scenario({ lost: { provider: 'aws', region: 'here', atMs: 5_000 } }))
    const late = served.filter(({ arrival }) => arrival.atMs > 9_000)
    expect(late.every((one) => one.endpoint?.id !== 'here')).toBe(true)
    expect(late.reduce((sum, one) => sum + one.wasted, 0)).toBeLessThanOrEqual(3)
  })
})

describe('virtual time', () => {
  it('lets things happen in order, the earlier planned first', () => {
    const time = timeline()
    const seen: string[] = []
    time.at(20, () => seen.push('late'))
    time.at(10, () => {
      seen.push('early')
      time.at(20, () => seen.push('later'))
    })
    time.at(31, () => seen.push('never'))
    time.run(30)
    expect(seen).toEqual(['early', 'late', 'later'])
    expect(time.nowMs()).toBe(30)
  })
})

describe('random numbers', () => {
  it('have the means that they say', () => {
    const random = seededRandom(1)
    const mean = (draw: () => number) => Array.from({ length: 40_000 }, draw).reduce((a, b) => a + b) / 40_000
    expect(mean(random.uniform)).toBeCloseTo(0.5, 1)
    expect(mean(random.exponential)).toBeCloseTo(1, 1)
    expect(mean(() => random.logNormal(10, 0.5)) / 10).toBeCloseTo(1, 1)
    expect(mean(() => random.weighted([1, 0, 3]))).toBeCloseTo(1.5, 1)
  })
})

describe('a batching origin', () => {
  const run = (many: number, prefixKey: (index: number) => string) => {
    const time = timeline()
    const origin = simulatedOrigin(
      endpoint('e'),
      deployment,
      { promptTokens: 2_000, outputTokens: 100 },
      time,
    )
    const firsts: number[] = []
    const ends: number[] = []
    const works = Array.from(
      { length: many },
      (_, index): Work => ({
        promptTokens: 2_000,
        outputTokens: 100,
        prefixKey: prefixKey(index),
        onStarted: () => undefined,
        onFirstToken: () => firsts.push(time.nowMs()),
        onFinished: () => ends.push(time.nowMs()),
        onBroken: () => undefined,
      }),
    )
    const started = works.filter((work) => origin.start(work)).length
    time.run(60_000)
    return { started, firsts, ends }
  }
  const own = (index: number) => `prompt-${index}`

  it('has as many slots as it says', () => {
    expect(run(20, own).started).toBe(16)
  })

  it('reads prompts one after the other, and writes more slowly in company', () => {
    const alone = run(1, own)
    const crowd = run(12, own)
    const writing = ({ firsts, ends }: typeof alone) => (ends.at(-1) ?? 0) - (firsts.at(-1) ?? 0)
    expect((crowd.firsts[11] ?? 0) - (crowd.firsts[0] ?? 0)).toBeGreaterThan(
      5 * ((alone.firsts[0] ?? 0) - 40),
    )
    expect(writing(crowd)).toBeGreaterThan(writing(alone))
  })

  it('reads a beginning that it knows sooner', () => {
    expect(run(12, () => 'shared').firsts[11]).toBeLessThan(run(12, own).firsts[11] ?? 0)
  })
})
