import { expect, it } from 'vitest'
import { measure, NO_MEASURES } from '../../shared/domain/admission-measures.ts'
import type { LeaseRelease } from '../../shared/domain/lease.ts'

const ended = (overrides: Partial<LeaseRelease> = {}): LeaseRelease => ({
  requestId: 'a',
  epoch: 1,
  outcome: 'served',
  durationMs: 1_100,
  timeToFirstTokenMs: 100,
  outputTokens: 101,
  retryAfterMs: null,
  ...overrides,
})

it('learns how long the first token, each further token and the whole answer take', () => {
  const once = measure(NO_MEASURES, ended(), 5)
  expect(once).toMatchObject({ timeToFirstTokenMs: 100, timePerOutputTokenMs: 10, durationMs: 1_100 })
  const twice = measure(once, ended({ timeToFirstTokenMs: 200, durationMs: 2_200 }), 6)
  expect(twice).toMatchObject({
    served: 2,
    timeToFirstTokenMs: 120,
    timePerOutputTokenMs: 12,
    lastServedAtMs: 6,
  })
})

it('learns no pace of tokens from an answer in one piece or of one token', () => {
  expect(measure(NO_MEASURES, ended({ timeToFirstTokenMs: null }), 5).timePerOutputTokenMs).toBeNull()
  expect(measure(NO_MEASURES, ended({ outputTokens: 1 }), 5).timePerOutputTokenMs).toBeNull()
})

it('counts failures, and lets what was served wear them out; how long they took says nothing', () => {
  const failed = measure(NO_MEASURES, ended({ outcome: 'failed' }), 5)
  expect(failed).toEqual({ ...NO_MEASURES, failed: 1, errorRate: 0.1 })
  expect(measure(failed, ended({ outcome: 'failed' }), 5).failed).toBe(2)
  expect(measure(failed, ended(), 5).errorRate).toBeCloseTo(0.09)
})

it('learns nothing of an endpoint that was not used or asked for a pause', () => {
  for (const outcome of ['unused', 'throttled'] as const)
    expect(measure(NO_MEASURES, ended({ outcome }), 5)).toBe(NO_MEASURES)
})
