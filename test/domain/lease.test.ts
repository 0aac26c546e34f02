import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decideLease, ewma, expectedWaitMs } from '../../shared/domain/lease.ts'

it('grants exactly while there is a free slot', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.nat(200), (maxConcurrency, inFlight) => {
      const { granted } = decideLease({ maxConcurrency, inFlight, drained: false }, 500)
      expect(granted).toBe(inFlight < maxConcurrency)
    }),
  )
})

it('refuses everything while drained', () => {
  const decision = decideLease({ maxConcurrency: 4, inFlight: 0, drained: true }, 500)
  expect(decision).toMatchObject({ granted: false, reason: 'drained' })
})

it('tells a wait from how fast slots free up: 8 slots of 16 s free one every 2 s', () => {
  expect(expectedWaitMs(16_000, 8)).toBe(2_000)
})

it('never asks to wait less than a second or more than a minute', () => {
  expect([expectedWaitMs(1, 100), expectedWaitMs(1e9, 1)]).toEqual([1_000, 60_000])
})

it('moves a mean a fifth of the way to each sample, and takes the first whole', () => {
  expect(ewma(null, 100)).toBe(100)
  expect(ewma(100, 200)).toBe(120)
})
