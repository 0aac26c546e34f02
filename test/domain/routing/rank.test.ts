import { describe, expect, it } from 'vitest'
import type { EndpointRecord } from '../../../shared/domain/endpoint.ts'
import { type OwnLoad, ownLoad } from '../../../shared/domain/routing/own-load.ts'
import { PLAN_POLICIES } from '../../../shared/domain/routing/policy.ts'
import { rankEndpoints } from '../../../shared/domain/routing/rank.ts'
import type { RoutingRequest } from '../../../shared/domain/routing/request.ts'
import { endpoint, fleet, NOW, request, snapshot } from './fleet.ts'

type View = {
  readonly snapshots?: Parameters<typeof fleet>[1]
  readonly own?: OwnLoad
  readonly plan?: 'free' | 'enterprise'
}
const ids = (endpoints: EndpointRecord[], wanted: Partial<RoutingRequest> = {}, view: View = {}) =>
  rankEndpoints(
    request(wanted),
    fleet(endpoints, view.snapshots, view.own),
    PLAN_POLICIES[view.plan ?? 'pro'],
  ).ranked.map((candidate) => candidate.endpoint.id)

describe('order', () => {
  it('prefers the wanted tier, then one larger, then one smaller', () => {
    const endpoints = [
      endpoint('s', { tier: 's' }),
      endpoint('xl', { tier: 'xl' }),
      endpoint('l', { tier: 'l' }),
      endpoint('m'),
    ]
    expect(ids(endpoints)).toEqual(['m', 'l', 's', 'xl'])
  })

  it('takes what each plan pays for: the cheap one, or the good one', () => {
    const endpoints = [
      endpoint('cheap', { outputNanoUsdPerKTok: 10_000, quality: 0.5 }),
      endpoint('good', { outputNanoUsdPerKTok: 900_000, quality: 0.9 }),
    ]
    expect(ids(endpoints, {}, { plan: 'free' })[0]).toBe('cheap')
    expect(ids(endpoints, {}, { plan: 'enterprise' })[0]).toBe('good')
  })

  it('asks the tier next to it where the queue of the wanted one is longer than the policy waits', () => {
    const busy = snapshot('m', { inFlight: 16, queued: 40, durationMs: 6_000 })
    expect(ids([endpoint('m'), endpoint('l', { tier: 'l' })], {}, { snapshots: [busy] })).toEqual(['l', 'm'])
  })

  it('spreads requests with different random numbers over equals', () => {
    const endpoints = ['a', 'b', 'c', 'd'].map((id) => endpoint(id))
    const firsts = new Set(Array.from({ length: 64 }, (_, n) => ids(endpoints, { random: n / 64 })[0]))
    expect(firsts.size).toBe(4)
  })

  it('counts what this isolate has sent since the snapshot, and no more of it than the snapshot misses', () => {
    const own = ownLoad()
    for (let count = 0; count < 16; count += 1) own.started('a', NOW - 5)
    const before = fleet([endpoint('a')], [snapshot('a', { atMs: NOW - 10 })], own)
    const first = rankEndpoints(request(), before, PLAN_POLICIES.pro).ranked[0]
    expect(first?.terms.load).toBeCloseTo(17 / 16)
    const after = fleet([endpoint('a')], [snapshot('a', { atMs: NOW, inFlight: 16 })], own)
    own.ended('a', NOW + 5)
    expect(rankEndpoints(request(), after, PLAN_POLICIES.pro).ranked[0]?.terms.load).toBeCloseTo(1)
  })
})

describe('closed endpoints', () => {
  it.each([
    ['an open breaker', { breaker: 'open', admitShare: 0 }],
    ['a pause that it asked for', { closedUntilMs: NOW + 1 }],
  ] as const)('come last, but are not gone: %s', (_, state) => {
    const snapshots = [snapshot('closed', state)]
    expect(ids([endpoint('closed'), endpoint('far', { tier: 'xl' })], {}, { snapshots })).toEqual([
      'far',
      'closed',
    ])
    expect(ids([endpoint('closed')], {}, { snapshots })).toEqual(['closed'])
  })

  it('get a few requests again when their pause is over', () => {
    const snapshots = [snapshot('probed', { breaker: 'open', admitShare: 0, closedUntilMs: NOW - 1 })]
    const endpoints = [endpoint('probed'), endpoint('other', { tier: 'l' })]
    const firsts = Array.from(
      { length: 1_000 },
      (_, n) => ids(endpoints, { random: n / 1_000 }, { snapshots })[0],
    )
    const share = firsts.filter((id) => id === 'probed').length / 1_000
    expect(share).toBeGreaterThan(0.2)
    expect(share).toBeLessThan(0.3)
  })

  it('that ramp back take the share that they admit', () => {
    const snapshots = [snapshot('ramping', { breaker: 'ramping', admitShare: 0.4 })]
    const endpoints = [endpoint('ramping'), endpoint('other', { tier: 'l' })]
    const firsts = Array.from(
      { length: 1_000 },
      (_, n) => ids(endpoints, { random: n / 1_000 }, { snapshots })[0],
    )
    expect(firsts.filter((id) => id === 'ramping').length / 1_000).toBeCloseTo(0.4, 1)
  })
})
