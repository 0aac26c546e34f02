import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  alertEdge,
  FIRST_TOKEN_EDGES,
  startupFailureThreshold,
  TOKEN_EDGES,
} from '../../../shared/domain/matrix/vllm.ts'

it('alerts before a promise is broken, at the last bucket edge within it', () => {
  expect(alertEdge(FIRST_TOKEN_EDGES, 120, 300)).toBe(0.25)
  expect(alertEdge(TOKEN_EDGES, 12, 50)).toBe(0.05)
})

it('alerts beyond the promise where the expected value is already at the edge within it', () => {
  expect(alertEdge(FIRST_TOKEN_EDGES, 280, 300)).toBe(0.5)
  expect(alertEdge(FIRST_TOKEN_EDGES, 1_508, 2_000)).toBe(2.5)
})

it('only ever alerts on a bucket edge, beyond what is expected as long as there is one', () => {
  const ms = fc.double({ min: 0.1, max: 1_000_000, noNaN: true })
  fc.assert(
    fc.property(ms, ms, (expectedMs, promisedMs) => {
      const edge = alertEdge(FIRST_TOKEN_EDGES, expectedMs, promisedMs)
      expect(FIRST_TOKEN_EDGES).toContain(edge)
      expect(edge * 1_000).toBeGreaterThan(expectedMs)
    }),
  )
})

it('lets a startup probe fail for longer than weights take to load and the engine to start', () => {
  // 51 s of engine and 100 s of weights, half again, every ten seconds.
  expect(startupFailureThreshold(100e9, 1e9)).toBe(23)
  fc.assert(
    fc.property(fc.integer({ min: 1e9, max: 2e12 }), fc.integer({ min: 1e8, max: 1e11 }), (bytes, rate) => {
      expect(startupFailureThreshold(bytes, rate) * 10).toBeGreaterThan(bytes / rate + 51)
    }),
  )
})
