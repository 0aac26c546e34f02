import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EndpointRecord } from '../../../shared/domain/endpoint.ts'
import { fromUsd } from '../../../shared/domain/money.ts'
import { PLAN_POLICIES } from '../../../shared/domain/routing/policy.ts'
import { rankEndpoints } from '../../../shared/domain/routing/rank.ts'
import type { RoutingRequest } from '../../../shared/domain/routing/request.ts'
import { endpoint, fleet, request, snapshot } from './fleet.ts'

const rank = (wanted: Partial<RoutingRequest>, bad: Partial<EndpointRecord>) =>
  rankEndpoints(request(wanted), fleet([endpoint('e', bad)]), PLAN_POLICIES.pro)

describe('hard constraints fail closed', () => {
  it.each([
    ['drained', { drained: true }, {}],
    ['model', { model: 'a' }, { model: 'b' }],
    ['tier', { tier: 'l' }, { isTierFixed: true }],
    ['compliance', { compliance: ['soc2'] }, { requirements: { compliance: ['soc2', 'hipaa'] } }],
    ['residency', { residency: [] }, { requirements: { residency: ['eu'] } }],
    ['level', { level: 'serverless' }, { requirements: { levels: ['on_premises'] } }],
    ['level', { level: null }, { requirements: { levels: ['on_premises'] } }],
    ['clearance', { clearance: ['internal'] }, { labels: ['internal', 'secret'] }],
    ['context', { contextTokens: 699 }, {}],
    ['context', {}, { estimatedPromptTokens: Number.NaN }],
    ['cost', {}, { requirements: { maxCostUsd: 0.000_099 } }],
    ['cost', { inputNanoUsdPerKTok: Number.NaN }, { requirements: { maxCostUsd: 1 } }],
    ['latency', {}, { requirements: { maxLatencyMs: 800 } }],
  ] as const)('%s', (reason, bad, wanted) => {
    const ranking = rank(wanted, bad)
    expect(ranking).toEqual({
      ranked: [],
      savedMs: 0,
      rejected: [{ endpoint: 'e', reason }],
      rejectedCounts: { [reason]: 1 },
      considered: 1,
    })
  })

  it('accepts an endpoint in any one of the places that residency allows', () => {
    const ranking = rank({ requirements: { residency: ['eu', 'ch'] } }, { residency: ['ch'] })
    expect(ranking.ranked).toHaveLength(1)
  })

  it('lets a request with a model name reach that model in any tier', () => {
    const policy = { ...PLAN_POLICIES.pro, fallback: 'none' } as const
    const wanted = request({ tier: 's', model: 'big' })
    const { ranked } = rankEndpoints(wanted, fleet([endpoint('e', { tier: 'xl', model: 'big' })]), policy)
    expect(ranked.map((candidate) => candidate.endpoint.id)).toEqual(['e'])
  })
})

const names = fc.subarray(['a', 'b', 'c'])
const tier = fc.constantFrom('s', 'm', 'l', 'xl')
const level = fc.constantFrom('hyperscaler', 'serverless', 'on_premises')
const anyEndpoint = fc.record({
  id: fc.string({ minLength: 1, maxLength: 8 }),
  tier,
  level,
  drained: fc.boolean(),
  contextTokens: fc.integer({ min: 256, max: 4_096 }),
  compliance: names,
  residency: names,
  clearance: names,
  gpuNanoUsdPerSecond: fc.constantFrom(0, 1_000, 2_000_000),
  inputNanoUsdPerKTok: fc.integer({ min: 0, max: 10_000_000 }),
  outputNanoUsdPerKTok: fc.integer({ min: 0, max: 10_000_000 }),
  coldStartMs: fc.constantFrom(0, 30_000),
})
const anyRequest = fc.record({
  tier,
  isTierFixed: fc.boolean(),
  labels: names,
  requirements: fc.record(
    {
      compliance: names,
      residency: names,
      levels: fc.array(level, { minLength: 1 }),
      maxCostUsd: fc.double({ min: 0, max: 0.05, noNaN: true }),
      maxLatencyMs: fc.integer({ min: 1, max: 60_000 }),
    },
    { requiredKeys: [] },
  ),
  estimatedPromptTokens: fc.integer({ min: 1, max: 3_000 }),
  maxPromptTokens: fc.integer({ min: 1, max: 9_000 }),
  maxTokens: fc.integer({ min: 1, max: 2_000 }),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  prefixKey: fc.option(fc.string()),
})
const plan = fc.constantFrom('free', 'pro', 'enterprise')
const fallback = fc.constantFrom('none', 'larger', 'any')

describe('any fleet, any request, any policy', () => {
  it('never ranks an endpoint that a constraint excludes, and accounts for every endpoint it looked at', () => {
    fc.assert(
      fc.property(
        fc.array(anyEndpoint, { maxLength: 30 }),
        anyRequest,
        plan,
        fallback,
        (made, asked, name, stand) => {
          const endpoints = made.map((one, index) =>
            endpoint(`${index}`, { ...one, id: `${index}${one.id}` }),
          )
          const wanted = request(asked)
          const policy = { ...PLAN_POLICIES[name], fallback: stand }
          const ranking = rankEndpoints(wanted, fleet(endpoints), policy)
          for (const { endpoint: chosen } of ranking.ranked) {
            const { compliance = [], residency, levels } = wanted.requirements
            expect(chosen.drained).toBe(false)
            expect(compliance.every((regime) => chosen.compliance.includes(regime))).toBe(true)
            expect(residency?.some((place) => chosen.residency.includes(place))).not.toBe(false)
            expect(levels?.some((wantedLevel) => wantedLevel === chosen.level)).not.toBe(false)
            expect(wanted.labels.every((label) => chosen.clearance.includes(label))).toBe(true)
            expect(wanted.estimatedPromptTokens + wanted.maxTokens).toBeLessThanOrEqual(chosen.contextTokens)
            expect(!(wanted.isTierFixed || stand === 'none') || chosen.tier === wanted.tier).toBe(true)
          }
          const rejected = Object.values(ranking.rejectedCounts).reduce((sum, count) => sum + count, 0)
          expect(rejected).toBeLessThanOrEqual(endpoints.length)
          expect(ranking.rejected.length).toBe(Math.min(20, rejected))
        },
      ),
    )
  })

  it('keeps cost and time of every candidate within the bounds it was given, and expects no more than the worst', () => {
    fc.assert(
      fc.property(fc.array(anyEndpoint, { maxLength: 30 }), anyRequest, plan, (made, asked, name) => {
        const endpoints = made.map((one, index) => endpoint(`${index}`, { ...one, id: `${index}${one.id}` }))
        const wanted = request(asked)
        const { maxCostUsd = Number.MAX_VALUE, maxLatencyMs = Number.MAX_VALUE } = wanted.requirements
        for (const candidate of rankEndpoints(wanted, fleet(endpoints), PLAN_POLICIES[name]).ranked) {
          expect(Number.isSafeInteger(candidate.worstCaseNanoUsd)).toBe(true)
          expect(Number.isSafeInteger(candidate.expectedNanoUsd)).toBe(true)
          expect(candidate.expectedNanoUsd).toBeLessThanOrEqual(candidate.worstCaseNanoUsd)
          expect(candidate.deadlineMs).toBeLessThanOrEqual(wanted.totalMs)
          expect(candidate.worstCaseNanoUsd).toBeLessThanOrEqual(fromUsd(maxCostUsd))
          expect(candidate.predictedMs).toBeLessThanOrEqual(maxLatencyMs)
        }
      }),
    )
  })
})

describe('cost', () => {
  const best = (wanted: Partial<RoutingRequest>, rest: Partial<EndpointRecord>) =>
    rank(wanted, rest).ranked[0]

  it('is bounded by the longest prompt and the longest answer', () => {
    expect(best({}, {})?.worstCaseNanoUsd).toBe(100_000) // 1,000 tokens at 100,000 nano-dollars a thousand
  })

  it('is bounded by the context where the prompt could be longer than that', () => {
    expect(best({ maxPromptTokens: 1_000_000 }, { contextTokens: 900 })?.worstCaseNanoUsd).toBe(150_000)
  })

  it('holds the whole machine until the deadline, and expects a share of it', () => {
    const candidate = best(
      {},
      { gpuNanoUsdPerSecond: 1_000_000, inputNanoUsdPerKTok: 0, outputNanoUsdPerKTok: 0 },
    )
    expect(candidate?.worstCaseNanoUsd).toBe((candidate?.deadlineMs ?? 0) * 1_000)
    expect(candidate?.expectedNanoUsd).toBeLessThan(candidate?.worstCaseNanoUsd ?? 0)
  })

  it('holds the whole machine also where others are on it: they may leave', () => {
    const machine = endpoint('e', {
      gpuNanoUsdPerSecond: 1_000_000,
      inputNanoUsdPerKTok: 0,
      outputNanoUsdPerKTok: 0,
    })
    const view = fleet([machine], [snapshot('e', { inFlight: 7 })])
    const [candidate] = rankEndpoints(request(), view, PLAN_POLICIES.pro).ranked
    expect(candidate?.worstCaseNanoUsd).toBe((candidate?.deadlineMs ?? 0) * 1_000)
  })

  it('shortens the deadline of a machine to what the caller pays for', () => {
    const candidate = best({ requirements: { maxCostUsd: 0.02 } }, { gpuNanoUsdPerSecond: 2_000_000 })
    expect(candidate?.deadlineMs).toBe(9_950) // 0.0199 dollars are left beside the tokens
    expect(candidate?.worstCaseNanoUsd).toBe(20_000_000)
  })

  it('does not begin on a machine what the money cannot finish', () => {
    const ranking = rank({ requirements: { maxCostUsd: 0.002 } }, { gpuNanoUsdPerSecond: 2_000_000 })
    expect(ranking.rejectedCounts).toEqual({ cost: 1 })
  })

  it('gets cheaper with company on the machine', () => {
    const machine = endpoint('e', { gpuNanoUsdPerSecond: 2_000_000 })
    const expected = (inFlight: number) =>
      rankEndpoints(request(), fleet([machine], [snapshot('e', { inFlight })]), PLAN_POLICIES.pro).ranked[0]
        ?.expectedNanoUsd ?? 0
    expect(expected(7)).toBeLessThan(expected(0) / 4)
  })
})
