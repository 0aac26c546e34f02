import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { calibration, calibrationError } from '../../../shared/domain/evaluation/calibration.ts'

const hit = (probability: number, isRelevant: boolean) => ({ probability, isRelevant })

it('is zero where shares are as told, and the distance where they are not', () => {
  expect(calibrationError([hit(0.5, true), hit(0.55, false), hit(0.45, false)])).toBeCloseTo(0.5 / 3)
  expect(
    calibrationError([hit(0.25, true), hit(0.25, false), hit(0.25, false), hit(0.25, false)]),
  ).toBeCloseTo(0)
  expect(calibrationError([hit(1, true), hit(0, false)])).toBe(0)
  expect(calibrationError([])).toBeNaN()
})

it('stays from 0 to 1', () => {
  const hits = fc.array(
    fc.record({ probability: fc.double({ min: 0, max: 1, noNaN: true }), isRelevant: fc.boolean() }),
    { minLength: 1 },
  )
  fc.assert(
    fc.property(hits, (given) => {
      expect(calibrationError(given)).toBeGreaterThanOrEqual(0)
      expect(calibrationError(given)).toBeLessThanOrEqual(1 + 1e-9)
    }),
  )
})

it('draws the hits of a question together', () => {
  const questions = Array.from({ length: 20 }, () => [hit(0.9, true), hit(0.1, false)])
  expect(calibration(questions)).toEqual({
    auroc: { mean: 1, low: 1, high: 1 },
    error: { mean: expect.closeTo(0.1), low: expect.closeTo(0.1), high: expect.closeTo(0.1) },
  })
})
