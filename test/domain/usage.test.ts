import fc from 'fast-check'
import { expect, it } from 'vitest'
import { totalUsage, type UsageTotals } from '../../shared/domain/usage.ts'

const totals = fc.record({
  requests: fc.nat(),
  promptTokens: fc.nat(),
  completionTokens: fc.nat(),
  costNanoUsd: fc.nat(2 ** 40),
}) satisfies fc.Arbitrary<UsageTotals>

it('gives the same total however usage is split into groups and whatever their order', () => {
  fc.assert(
    fc.property(fc.array(totals), fc.nat(), (sums, cut) => {
      const at = cut % (sums.length + 1)
      const parts = [totalUsage(sums.slice(at)), totalUsage(sums.slice(0, at))]
      expect(totalUsage(parts)).toEqual(totalUsage(sums))
    }),
  )
})

it('is all zeros when nothing was used', () => {
  expect(totalUsage([])).toEqual({ requests: 0, promptTokens: 0, completionTokens: 0, costNanoUsd: 0 })
})
