import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digits, dollarRange, dollars, duration } from '../../../shared/domain/matrix/words/figures.ts'

const read = (text: string) => Number(text.replaceAll(/[$,]/g, ''))

describe('a figure for people', () => {
  it.each([
    [0, '0'],
    [0.001_234_5, '0.00123'],
    [24.512, '24.5'],
    [99.96, '100'],
    [163_840, '163,840'],
  ])('writes %d as %s', (value, text) => {
    expect(digits(value)).toBe(text)
  })

  it('is off by at most half a percent', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e15, noNaN: true }), (value) => {
        expect(Math.abs(read(digits(value)) - value)).toBeLessThanOrEqual(value * 0.005_001)
      }),
    )
  })
})

describe('dollars', () => {
  it.each([
    [0, '$0'],
    [14_826_000, '$0.0148'],
    [3_990_000_000, '$3.99'],
    [999_990_000_000, '$999.99'],
    [31_935_456_000_000, '$31,935'],
  ])('of %d nano-dollars are %s', (nanoUsd, text) => {
    expect(dollars(nanoUsd)).toBe(text)
  })

  it('are one price where both ends are the same', () => {
    expect(dollarRange(1_500_000_000, 1_500_000_000)).toBe('$1.50')
    expect(dollarRange(1_500_000_000, 2_000_000_000)).toBe('$1.50 to $2.00')
  })

  it('never sort two prices the other way round', () => {
    const price = fc.integer({ min: 0, max: 9_000_000_000_000_000 })
    fc.assert(
      fc.property(price, price, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((nanoUsd) => read(dollars(nanoUsd)))
        expect(low).toBeLessThanOrEqual(high ?? Number.NaN)
      }),
    )
  })
})

describe('a duration', () => {
  it.each([
    [632.1, '632 ms'],
    [1_500, '1.5 s'],
    [95_000, '95 s'],
    [369_600, '6.16 min'],
  ])('of %d ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text)
  })
})
