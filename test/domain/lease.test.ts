import { expect, it } from 'vitest'
import { ewma, refused } from '../../shared/domain/lease.ts'

it('never asks to wait less than a second or more than a minute', () => {
  const waits = [0, 1_500.2, 1e9].map((ms) => refused('saturated', ms).retryAfterMs)
  expect(waits).toEqual([1_000, 1_501, 60_000])
})

it('moves a mean a fifth of the way to each sample, and takes the first whole', () => {
  expect(ewma(null, 100)).toBe(100)
  expect(ewma(100, 200)).toBe(120)
})
