import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explain } from '../../../shared/domain/routing/explain.ts'
import { PLAN_POLICIES } from '../../../shared/domain/routing/policy.ts'
import { rankEndpoints } from '../../../shared/domain/routing/rank.ts'
import { decisionRecord } from '../../../shared/domain/routing/record.ts'
import { replay } from '../../../shared/domain/routing/replay.ts'
import { endpoint, fleet, NOW, request, snapshot } from './fleet.ts'

const cheap = endpoint('cheap', { outputNanoUsdPerKTok: 10_000, quality: 0.4 })
const good = endpoint('good', { outputNanoUsdPerKTok: 900_000, quality: 0.92 })
const drained = endpoint('drained', { drained: true })
const view = fleet([cheap, good, drained, endpoint('large', { tier: 'l' })])

const anyFleet = fc
  .array(
    fc.record({
      tier: fc.constantFrom('s', 'm', 'l', 'xl'),
      drained: fc.boolean(),
      outputNanoUsdPerKTok: fc.integer({ min: 1, max: 1_000_000 }),
      inFlight: fc.integer({ min: 0, max: 60 }),
      admitShare: fc.constantFrom(1, 0.5),
    }),
    { maxLength: 24 },
  )
  .map((made) =>
    fleet(
      made.map(({ inFlight: _, admitShare: __, ...rest }, index) => endpoint(`e${index}`, rest)),
      made.map(({ inFlight, admitShare }, index) =>
        snapshot(`e${index}`, {
          inFlight,
          admitShare,
          breaker: admitShare < 1 ? 'ramping' : 'closed',
          durationMs: 4_000,
        }),
      ),
    ),
  )
const policies = fc.record({
  plan: fc.constantFrom('free', 'pro', 'enterprise'),
  fallback: fc.constantFrom('none', 'larger', 'any'),
  maxWaitMs: fc.constantFrom(0, 1_000, 60_000),
})
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('explain', () => {
  it('makes the choice that the router makes, for any fleet and policy', () => {
    fc.assert(
      fc.property(anyFleet, policies, random, fc.option(fc.string()), (any, chosen, drawn, prefixKey) => {
        const policy = { ...PLAN_POLICIES[chosen.plan], ...chosen }
        const wanted = request({ random: drawn, prefixKey, requirements: { maxLatencyMs: 30_000 } })
        const ranking = rankEndpoints(wanted, any, policy)
        const explanation = explain(wanted, any, policy)
        const order = explanation.candidates.slice(0, ranking.ranked.length).map((one) => one.endpoint)
        // Tiers that the router did not need to look at come later, so that the first ones are the same.
        expect(order).toEqual(ranking.ranked.map((one) => one.endpoint.id))
        expect(explanation.savedMs).toBe(ranking.savedMs)
      }),
    )
  })

  it('shows every endpoint with its terms or its reason, also those whose tier the policy keeps out', () => {
    const { candidates, rejected } = explain(request(), view, { ...PLAN_POLICIES.free, fallback: 'none' })
    expect(candidates.map((one) => one.endpoint)).toEqual(['cheap', 'good', 'large'])
    expect(rejected).toEqual([
      { endpoint: 'drained', reason: 'drained' },
      { endpoint: 'large', reason: 'tier' },
    ])
  })

  it('survives JSON', () => {
    const explanation = explain(request(), view, PLAN_POLICIES.pro)
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation)
  })
})

describe('replay', () => {
  const records = [
    explain(request(), view, PLAN_POLICIES.free),
    explain(request(), fleet([drained]), PLAN_POLICIES.free),
  ]

  it('chooses what was chosen when the policy is the same', () => {
    const { decisions, unroutable, movedShare, before, after } = replay(records, PLAN_POLICIES.free)
    expect({ decisions, unroutable, movedShare }).toEqual({ decisions: 2, unroutable: 1, movedShare: 0 })
    expect(after).toEqual(before)
  })

  it('says what another policy would have cost and where it would have gone', () => {
    const { movedShare, before, after, endpoints } = replay(records, PLAN_POLICIES.enterprise)
    expect(movedShare).toBe(1)
    expect(after.quality).toBeGreaterThan(before.quality)
    expect(after.expectedNanoUsd).toBeGreaterThan(before.expectedNanoUsd)
    expect(endpoints).toEqual([
      { endpoint: 'good', before: 0, after: 1 },
      { endpoint: 'cheap', before: 1, after: 0 },
    ])
  })

  it('can let a tier in that the recorded policy kept out', () => {
    const strict = explain(request({ tier: 's' }), view, { ...PLAN_POLICIES.free, fallback: 'none' })
    expect(replay([strict], PLAN_POLICIES.free).unroutable).toBe(1)
    expect(strict.candidates.length).toBe(3)
  })
})

describe('the decision record', () => {
  const classified = {
    complexity: 0.42,
    confidence: 0.9,
    features: Array.from({ length: 9 }, (_, index) => ({ name: `f${index}`, contribution: index })),
  }
  const recordOf = (wanted = request(), seen = view) =>
    decisionRecord(wanted, rankEndpoints(wanted, seen, PLAN_POLICIES.free), {
      classified,
      policy: PLAN_POLICIES.free,
      policyName: 'plan:free',
    })

  it('says why this tier, this endpoint, and why not the others', () => {
    expect(recordOf().reasons).toEqual([
      'Complexity 0.42 (confidence 0.90) and the requirements ask for tier m',
      '1 of 4 endpoints may not serve: 1 for drained',
      expect.stringMatching(
        /^Among the best by weighted cost \(70 %\), time \(20 %\) and quality \(10 %\): expected \$/,
      ),
    ])
  })

  it('says when another tier stands in, and when a closed endpoint is asked for want of others', () => {
    const closed = fleet(
      [endpoint('large', { tier: 'l' })],
      [snapshot('large', { closedUntilMs: NOW + 5_000 })],
    )
    const { reasons } = recordOf(request(), closed)
    expect(reasons).toContain("No endpoint of tier m can serve within the policy's wait; tier l stands in")
    expect(reasons).toContain('It is paused or failing; nobody else may serve, so it is asked anyway')
  })

  it('stays small however large the fleet', () => {
    const many = Array.from({ length: 2_000 }, (_, index) =>
      endpoint(`e${index}`, { drained: index % 2 === 0 }),
    )
    const record = recordOf(request(), fleet(many))
    expect(record.rejected).toHaveLength(20)
    expect(record.runnersUp).toHaveLength(5)
    expect(record.features).toHaveLength(5)
    expect(record.rejectedCounts.drained).toBe(1_000)
    expect(JSON.stringify(record).length).toBeLessThan(8_000)
  })
})
