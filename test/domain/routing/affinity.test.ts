import { describe, expect, it } from 'vitest'
import { canonicalOrder, prefixKey } from '../../../shared/domain/routing/affinity.ts'
import { PLAN_POLICIES } from '../../../shared/domain/routing/policy.ts'
import { rankEndpoints } from '../../../shared/domain/routing/rank.ts'
import { endpoint, fleet, request, snapshot } from './fleet.ts'

const passage = (documentId: string, start = 0, version = 1) => ({ documentId, version, start })
const keys = Array.from({ length: 400 }, (_, index) => `key-${index}`)
const equals = (count: number) => Array.from({ length: count }, (_, index) => endpoint(`e${index}`))
const rank = (prefix: string, view: ReturnType<typeof fleet>, random = 0.5) =>
  rankEndpoints(request({ prefixKey: prefix, random }), view, PLAN_POLICIES.pro)
const first = (prefix: string, view: ReturnType<typeof fleet>, random = 0.5) =>
  rank(prefix, view, random).ranked[0]?.endpoint.id

describe('the name of a beginning', () => {
  it('does not depend on the order in which passages were found', () => {
    const passages = [passage('b'), passage('a', 90), passage('a', 5)]
    expect(prefixKey('rules', passages)).toBe(prefixKey('rules', passages.toReversed()))
    expect(canonicalOrder(passages)).toEqual([passage('a', 5), passage('a', 90), passage('b')])
  })

  it.each([
    ['other instructions', prefixKey('other', [passage('a')])],
    ['another version', prefixKey('rules', [passage('a', 0, 2)])],
    ['another passage', prefixKey('rules', [passage('a', 7)])],
    ['one passage more', prefixKey('rules', [passage('a'), passage('b')])],
  ])('differs for %s', (_, other) => {
    expect(other).not.toBe(prefixKey('rules', [passage('a')]))
  })
})

describe('prompts that begin alike', () => {
  it('go to the same endpoint whatever the random number, and keys spread over all', () => {
    const view = fleet(equals(8))
    const homes = keys.map((key) => first(key, view))
    expect(keys.map((key) => first(key, view, 0.123))).toEqual(homes)
    expect(new Set(homes).size).toBe(8)
  })

  it('move only when their own endpoint leaves', () => {
    const before = fleet(equals(8))
    const after = fleet(equals(8).filter(({ id }) => id !== 'e3'))
    for (const key of keys) {
      const home = first(key, before)
      expect(home === 'e3' || first(key, after) === home).toBe(true)
    }
  })

  it('leave an endpoint whose load is above the bound; before that few do', () => {
    const load = (inFlight: number) =>
      fleet(
        equals(8),
        equals(8).map(({ id }) => snapshot(id, { inFlight: id === 'e3' ? inFlight : 6 })),
      )
    const homes = keys.filter((key) => first(key, load(6)) === 'e3')
    expect(homes.length).toBeGreaterThan(20)
    const stayed = homes.filter((key) => first(key, load(7)) === 'e3')
    expect(stayed.length).toBeGreaterThan(0.8 * homes.length)
    // Mean 0.46 of the slots: 1.25 times that is passed at ten of sixteen.
    expect(homes.filter((key) => first(key, load(10)) === 'e3')).toEqual([])
  })

  it('are expected to save what the policy says of reading the prompt', () => {
    const view = fleet(equals(1))
    const ranking = rank('key', view)
    expect(ranking.savedMs).toBe(Math.round(0.5 * (ranking.ranked[0]?.terms.prefillMs ?? 0)))
    const policy = { ...PLAN_POLICIES.pro, affinity: { weight: 0, maxLoad: 1.25 } }
    expect(rankEndpoints(request({ prefixKey: 'key' }), view, policy).savedMs).toBe(0)
  })
})
