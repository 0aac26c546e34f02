import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PLAN_POLICIES } from '../../../shared/domain/routing/policy.ts'
import { rankEndpoints } from '../../../shared/domain/routing/rank.ts'
import { scoreOf, shortfallOf } from '../../../shared/domain/routing/score.ts'
import { endpoint, fleet, request, snapshot } from './fleet.ts'

const weights = fc.constantFrom(...Object.values(PLAN_POLICIES).map((policy) => policy.weights))
const scored = fc.record({
  expectedNanoUsd: fc.integer({ min: 0, max: 1_000_000_000 }),
  predictedMs: fc.integer({ min: 1, max: 600_000 }),
  untilFirstMs: fc.integer({ min: 1, max: 60_000 }),
  shortfall: fc.double({ min: 0, max: 0.9, noNaN: true }).map(shortfallOf),
})

describe('score', () => {
  it('gets better with less money, less time and more quality, each alone', () => {
    fc.assert(
      fc.property(weights, scored, fc.integer({ min: 1, max: 10_000 }), (weighted, one, step) => {
        const score = scoreOf(weighted, one)
        const worse = [
          { ...one, expectedNanoUsd: one.expectedNanoUsd + step },
          { ...one, predictedMs: one.predictedMs + step },
          { ...one, untilFirstMs: one.untilFirstMs + step },
          { ...one, shortfall: one.shortfall + 0.1 },
        ]
        for (const other of worse) expect(scoreOf(weighted, other)).toBeGreaterThanOrEqual(score)
        expect(scoreOf(weighted, { ...one, predictedMs: one.predictedMs + step })).toBeGreaterThan(score)
      }),
    )
  })

  it('takes half the shortfall of quality for as much as half the money', () => {
    expect(shortfallOf(0.35) - shortfallOf(0.7)).toBeCloseTo(Math.log(2), 6)
    expect(shortfallOf(0.9)).toBeLessThan(shortfallOf(0.8))
  })

  it('does not change an order when all prices double: only ratios count', () => {
    const at = (expectedNanoUsd: number) => ({
      expectedNanoUsd,
      predictedMs: 2_000,
      untilFirstMs: 300,
      shortfall: shortfallOf(0.7),
    })
    const { weights: pro } = PLAN_POLICIES.pro
    const gap = (scale: number) => scoreOf(pro, at(2e6 * scale)) - scoreOf(pro, at(1e6 * scale))
    expect(gap(2)).toBeCloseTo(gap(1), 3)
  })

  it('sees prices that a request really has: a tenth of a cent counts', () => {
    const at = (expectedNanoUsd: number) => ({
      expectedNanoUsd,
      predictedMs: 2_000,
      untilFirstMs: 300,
      shortfall: shortfallOf(0.7),
    })
    const { weights: free } = PLAN_POLICIES.free
    expect(scoreOf(free, at(1_000_000)) - scoreOf(free, at(100_000))).toBeGreaterThan(1)
  })
})

const anyEndpoints = fc
  .array(
    fc.record({
      tier: fc.constantFrom('s', 'm', 'l'),
      outputNanoUsdPerKTok: fc.integer({ min: 1, max: 1_000_000 }),
      nominalTimePerOutputTokenMs: fc.integer({ min: 5, max: 60 }),
      quality: fc.double({ min: 0.4, max: 0.95, noNaN: true }),
      inFlight: fc.integer({ min: 0, max: 40 }),
    }),
    { minLength: 1, maxLength: 24 },
  )
  .map((made) => made.map((one, index) => ({ ...one, id: `e${index}` })))
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

type Made = { readonly id: string; readonly inFlight: number }
const viewOf = (made: readonly Made[]) =>
  fleet(
    made.map(({ inFlight: _, id, ...rest }) => endpoint(id, rest)),
    made.map(({ id, inFlight }) => snapshot(id, { inFlight })),
  )

describe('ranking', () => {
  it('does not depend on the order of registration', () => {
    fc.assert(
      fc.property(anyEndpoints, random, fc.option(fc.string()), (made, drawn, prefixKey) => {
        const wanted = request({ random: drawn, prefixKey })
        const ids = (list: readonly Made[]) =>
          rankEndpoints(wanted, viewOf(list), PLAN_POLICIES.pro).ranked.map((one) => one.endpoint.id)
        expect(ids(made.toReversed())).toEqual(ids(made))
      }),
    )
  })

  it('tells even equals that are far behind apart by who they are', () => {
    const bad = { tier: 'm', outputNanoUsdPerKTok: 1_000_000, quality: 0.4, inFlight: 0 } as const
    const made = [
      { ...bad, id: 'good', outputNanoUsdPerKTok: 1, quality: 0.9 },
      ...Array.from({ length: 12 }, (_, index) => ({ ...bad, id: `bad-${index}` })),
    ]
    const ids = (list: readonly Made[]) =>
      rankEndpoints(request(), viewOf(list), PLAN_POLICIES.free).ranked.map((one) => one.endpoint.id)
    expect(ids(made)[0]).toBe('good')
    expect(ids(made.toReversed())).toEqual(ids(made))
  })

  it('never puts an endpoint first that is more than near the best of its tier and standing', () => {
    fc.assert(
      fc.property(anyEndpoints, random, (made, drawn) => {
        const { ranked } = rankEndpoints(request({ random: drawn }), viewOf(made), PLAN_POLICIES.pro)
        const [top] = ranked
        const peers = ranked.filter(
          (one) => one.endpoint.tier === top?.endpoint.tier && one.terms.standing === top?.terms.standing,
        )
        const best = Math.min(...peers.map((one) => one.terms.score))
        expect(top?.terms.standing !== 'ready' || (top?.terms.score ?? 0) <= best + 0.4).toBe(true)
      }),
    )
  })

  it('does not get worse by one endpoint more', () => {
    const bestOf = (made: readonly Made[]) => {
      const { ranked } = rankEndpoints(request(), viewOf(made), PLAN_POLICIES.pro)
      const ready = ranked.filter(
        ({ endpoint: { tier }, terms }) => tier === 'm' && terms.standing === 'ready',
      )
      return Math.min(...ready.map(({ terms }) => terms.score))
    }
    fc.assert(
      fc.property(anyEndpoints, anyEndpoints, (made, [added]) => {
        const more = added ? [...made, { ...added, id: 'added' }] : made
        expect(bestOf(more)).toBeLessThanOrEqual(bestOf(made))
      }),
    )
  })

  it('predicts times whose parts add up', () => {
    fc.assert(
      fc.property(anyEndpoints, (made) => {
        for (const { predictedMs, terms } of rankEndpoints(request(), viewOf(made), PLAN_POLICIES.pro)
          .ranked) {
          const { rttMs, queueMs, coldStartMs, timeToFirstTokenMs, outputMs } = terms
          expect(rttMs + queueMs + coldStartMs + timeToFirstTokenMs + outputMs).toBe(predictedMs)
        }
      }),
    )
  })
})
