import { toUsd } from '../money.ts'
import type { Estimate } from './cell.ts'

/** To three digits where it is small, whole where it is large. */
export function digits(value: number): string {
  if (value === 0) return '0'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return Number(value.toPrecision(3)).toLocaleString('en', { maximumSignificantDigits: 3 })
}

/** Dollars as a price is written. */
export function dollars(nanoUsd: number): string {
  const usd = toUsd(nanoUsd)
  if (usd === 0 || Math.abs(usd) >= 1_000) return `$${Math.round(usd).toLocaleString('en')}`
  return Math.abs(usd) >= 1 ? `$${usd.toFixed(2)}` : `$${digits(usd)}`
}

/** One price, or both ends of a range. */
export const dollarRange = (lowNanoUsd: number, highNanoUsd: number): string =>
  lowNanoUsd === highNanoUsd ? dollars(lowNanoUsd) : `${dollars(lowNanoUsd)} to ${dollars(highNanoUsd)}`

/** Seconds once there is one, minutes once there are two. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${digits(ms)} ms`
  return ms < 120_000 ? `${digits(ms / 1_000)} s` : `${digits(ms / 60_000)} min`
}

export const gigabytes = (bytes: number): string => `${digits(bytes / 1e9)} GB`

/** The ends of the interval. */
export const interval = ({ low, high }: Estimate): string => `${digits(low)} to ${digits(high)}`
