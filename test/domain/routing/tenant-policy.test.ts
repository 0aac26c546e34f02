import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { isWithin, PRIORITIES } from '../../../shared/domain/priority.ts'
import { PLAN_POLICIES, PLANS } from '../../../shared/domain/routing/policy.ts'
import { fillPolicy } from '../../../shared/domain/routing/tenant-policy.ts'

const plan = fc.constantFrom(...PLANS)
const settings = fc.record(
  {
    weights: fc.constant({ cost: 1, latency: 0, quality: 0 }),
    affinity: fc.constant({ weight: 0, maxLoad: 2 }),
    fallback: fc.constantFrom('none' as const, 'larger' as const),
    priority: fc.constantFrom(...PRIORITIES),
    maxWaitMs: fc.constant(0),
    hedge: fc.constantFrom(null, { afterTimes: 2, minMs: 0 }),
    deadlines: fc.constant({ headMs: 100, firstTokenMs: 100, stallMs: 100 }),
    minTokensPerSecond: fc.constant(0),
    retrievalMovesTier: fc.boolean(),
  },
  { requiredKeys: [] },
)

it('is what was set, zero, false and never included, and the plan for the rest', () => {
  fc.assert(
    fc.property(plan, settings, (plan, set) => {
      expect(fillPolicy(plan, set)).toEqual({ ...PLAN_POLICIES[plan], ...set })
    }),
  )
})

it('lets a request be as urgent as its policy or less', () => {
  const within = PRIORITIES.filter((asked) => isWithin(asked, 'batch'))
  expect(within).toEqual(['batch', 'development'])
})
