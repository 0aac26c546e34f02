import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  costNanoUsd,
  fromUsd,
  nanoPerKTokToUsdPerMTok,
  toUsd,
  usdPerMTokToNanoPerKTok,
} from '../../shared/domain/money.ts'

it('charges a price per million tokens exactly: 1,000 in at $0.15 and 500 out at $0.60 cost 450,000 nano-dollars', () => {
  const price = {
    inputNanoUsdPerKTok: usdPerMTokToNanoPerKTok(0.15),
    outputNanoUsdPerKTok: usdPerMTokToNanoPerKTok(0.6),
  }
  expect(costNanoUsd(price, 1_000, 500)).toBe(450_000)
})

it('rounds a fraction of a nano-dollar up, once', () => {
  expect(costNanoUsd({ inputNanoUsdPerKTok: 1, outputNanoUsdPerKTok: 1 }, 1, 1)).toBe(1)
})

it('keeps every price down to a micro-dollar per million tokens', () => {
  fc.assert(
    fc.property(fc.nat(100_000_000_000), (microUsdPerMTok) => {
      const usd = microUsdPerMTok / 1_000_000
      expect(nanoPerKTokToUsdPerMTok(usdPerMTokToNanoPerKTok(usd))).toBe(usd)
    }),
  )
})

it('brings dollars with nine decimals there and back', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 40), (nano) => {
      expect(fromUsd(toUsd(nano))).toBe(nano)
    }),
  )
})

it('never charges less for more tokens', () => {
  const price = { inputNanoUsdPerKTok: 37, outputNanoUsdPerKTok: 113 }
  fc.assert(
    fc.property(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6), (prompt, output, more) => {
      expect(costNanoUsd(price, prompt, output + more)).toBeGreaterThanOrEqual(
        costNanoUsd(price, prompt, output),
      )
    }),
  )
})
