import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { trustInWords, trusting } from '../../../shared/domain/retrieval/trust.ts'

const share = fc.double({ min: 0, max: 1, noNaN: true })

it('trusts words that the best hit covers, and none of which nothing is covered', () => {
  expect(trustInWords(0.2, 8, 500)).toBe(1)
  expect(trustInWords(0.04, 8, 500)).toBe(0.5)
  expect(trustInWords(0, 8, 500)).toBe(0)
  expect(trustInWords(0, 0, 500)).toBe(0)
})

it('expects less of a long question, of which no chunk holds all', () => {
  expect(trustInWords(0.01, 40, 500)).toBeCloseTo(0.125)
  expect(trustInWords(0.01, 320, 500)).toBe(1)
})

it('trusts words among so few chunks that none of them is rare', () => {
  expect(trustInWords(0, 8, 19)).toBe(1)
  expect(trustInWords(0, 8, 20)).toBe(0)
})

it('grows with the coverage and stays from 0 to 1', () => {
  fc.assert(
    fc.property(share, share, fc.nat(1_000), (a, b, words) => {
      const [low, high] = [trustInWords(Math.min(a, b), words, 500), trustInWords(Math.max(a, b), words, 500)]
      expect(low).toBeLessThanOrEqual(high)
      expect(low).toBeGreaterThanOrEqual(0)
      expect(high).toBeLessThanOrEqual(1)
    }),
  )
})

it('gives to vectors what it takes from words', () => {
  fc.assert(
    fc.property(share, share, share, (lexical, dense, trust) => {
      const trusted = trusting({ lexical, dense }, trust)
      expect(trusted.lexical + trusted.dense).toBeCloseTo(lexical + dense)
      expect(trusted.lexical).toBeCloseTo(lexical * trust)
    }),
  )
})
