import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Account,
  decidePosting,
  decideReservation,
  periodKey,
  sharesReached,
} from '../../shared/domain/budget.ts'

const amount = fc.nat(1_000_000_000)
const account = fc.record({
  keyId: fc.constantFrom(null, 'k'),
  period: fc.constantFrom('day' as const, 'month' as const, 'total' as const),
  limitNanoUsd: fc.option(amount),
  postedNanoUsd: amount,
  pendingNanoUsd: amount,
}) satisfies fc.Arbitrary<Account>

describe('reservations', () => {
  it('are allowed exactly when every limited account can still cover them', () => {
    fc.assert(
      fc.property(fc.array(account), amount, (accounts, needed) => {
        const fits = accounts.every(
          (a) => a.limitNanoUsd === null || a.postedNanoUsd + a.pendingNanoUsd + needed <= a.limitNanoUsd,
        )
        expect(decideReservation(accounts, needed).allowed).toBe(fits)
      }),
    )
  })

  it('name the account that refused and what is left of it', () => {
    const tight: Account = {
      keyId: 'k',
      period: 'day',
      limitNanoUsd: 100,
      postedNanoUsd: 30,
      pendingNanoUsd: 50,
    }
    expect(decideReservation([tight], 21)).toEqual({
      allowed: false,
      reason: 'budget',
      keyId: 'k',
      period: 'day',
      remainingNanoUsd: 20,
      mayFitLater: true,
    })
  })

  it('may fit later exactly when they would, were nothing held', () => {
    fc.assert(
      fc.property(fc.array(account), amount, (accounts, needed) => {
        const decision = decideReservation(accounts, needed)
        if (decision.allowed) return
        const idle = accounts.map((one) => ({ ...one, pendingNanoUsd: 0 }))
        expect(decision.mayFitLater).toBe(decideReservation(idle, needed).allowed)
      }),
    )
  })
})

describe('postings', () => {
  it('never exceed what was held, whatever the origin claims', () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: -5, max: 2_000_000_000 }), (reserved, actual) => {
        const { postedNanoUsd, excessNanoUsd } = decidePosting(reserved, actual)
        expect(postedNanoUsd).toBeGreaterThanOrEqual(0)
        expect(postedNanoUsd).toBeLessThanOrEqual(reserved)
        expect(postedNanoUsd + excessNanoUsd).toBe(Math.max(0, actual))
      }),
    )
  })
})

describe('alerts', () => {
  it('stand for the shares that posted spend has reached', () => {
    const budget = { limitNanoUsd: 1_000, alertShares: [0.5, 0.8, 1] }
    expect(sharesReached(budget, 499)).toEqual([])
    expect(sharesReached(budget, 500)).toEqual([0.5])
    expect(sharesReached(budget, 1_000)).toEqual([0.5, 0.8, 1])
  })

  it('stay silent where nothing is limited or nothing was spent', () => {
    expect(sharesReached({ limitNanoUsd: null, alertShares: [0.5] }, 1_000)).toEqual([])
    expect(sharesReached({ limitNanoUsd: 0, alertShares: [0.5] }, 0)).toEqual([])
  })
})

describe('periods', () => {
  it('are UTC days and months, whatever the local zone', () => {
    const newYearsEve = Date.UTC(2026, 11, 31, 23, 59, 59, 999)
    expect(periodKey('day', newYearsEve)).toBe('2026-12-31')
    expect(periodKey('month', newYearsEve + 1)).toBe('2027-01')
    expect(periodKey('total', newYearsEve)).toBe('total')
  })
})
