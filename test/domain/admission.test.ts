import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decideWaiting, shedProbability } from '../../shared/domain/admission.ts'
import { drainIntervalMs, elapse, newPace, withFreed } from '../../shared/domain/admission-pace.ts'
import { PRIORITIES } from '../../shared/domain/priority.ts'

const crowd = { slots: 4, waiting: 4, ahead: 4, intervalMs: 500, isFull: false }

it('never sheds production-critical, and sheds the less urgent sooner', () => {
  fc.assert(
    fc.property(fc.nat(5_000), fc.integer({ min: 1, max: 500 }), (waiting, slots) => {
      const chances = PRIORITIES.map((priority) => shedProbability(priority, waiting, slots))
      expect(chances[0]).toBe(0)
      expect(chances).toEqual(chances.toSorted((a, b) => a - b))
      expect(Math.max(...chances)).toBeLessThanOrEqual(1)
    }),
  )
})

it('turns next to nobody away at half of a band, and everybody at its limit', () => {
  expect(shedProbability('development', 4, 4)).toBeCloseTo(0.031, 3)
  expect(shedProbability('development', 8, 4)).toBe(1)
  expect(
    decideWaiting({ priority: 'development', maxWaitMs: 60_000 }, { ...crowd, waiting: 8 }, 0.999),
  ).toMatchObject({
    reason: 'shed',
    retryAfterMs: 2_500,
  })
})

it('lets wait whoever is served in time by the measured pace, and tells the others at once', () => {
  fc.assert(
    fc.property(fc.nat(50), fc.nat(5_000), fc.nat(60_000), (ahead, intervalMs, maxWaitMs) => {
      const request = { priority: 'production-critical' as const, maxWaitMs }
      const decision = decideWaiting(request, { ...crowd, ahead, intervalMs }, 0)
      const waitMs = (ahead + 1) * intervalMs
      const retryAfterMs = Math.min(60_000, Math.max(1_000, waitMs))
      expect(decision).toEqual(
        maxWaitMs > 0 && waitMs <= maxWaitMs
          ? { expectedWaitMs: waitMs }
          : { granted: false, reason: 'saturated', retryAfterMs },
      )
    }),
  )
})

it('measures how fast slots free up, whatever the answers take: n slots of d ms free one every d/n ms', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 50, max: 5_000 }), (slots, durationMs) => {
      let pace = newPace(0)
      for (let round = 1; round <= 20; round += 1) {
        pace = elapse(pace, round * durationMs, slots)
        for (let slot = 0; slot < slots; slot += 1) pace = withFreed(pace)
      }
      expect(drainIntervalMs(pace, slots, null) / (durationMs / slots)).toBeGreaterThan(0.7)
      expect(drainIntervalMs(pace, slots, null) / (durationMs / slots)).toBeLessThan(1.3)
    }),
  )
})

it('is not misled by idle time before, and notices when answers stop coming', () => {
  const busy = withFreed(elapse(elapse(newPace(0), 600_000, 0), 601_000, 1))
  expect(drainIntervalMs(busy, 1, null)).toBeCloseTo(1_000, 0)
  expect(drainIntervalMs(elapse(busy, 631_000, 1), 1, 1_000)).toBeGreaterThan(20_000)
})

it('goes by the mean of before until something was measured', () => {
  expect(drainIntervalMs(newPace(0), 8, 16_000)).toBe(2_000)
})
