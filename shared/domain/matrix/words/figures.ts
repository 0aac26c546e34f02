import { toUsd } from '../../money.ts'
import type { Estimate } from '../cells/cell.ts'

/** To three digits where it is small, whole where it is large. */
export function digits(value: number): string {
  return Math.abs(value) >= 100 ? grouped(Math.round(value)) : plain(Number(value.toPrecision(3)))
}

/** By hand: a matrix writes thousands of figures, and a locale's formatter took most of its time. */
const grouped = (whole: number): string => String(whole).replaceAll(/\B(?=(\d{3})+$)/g, ',')

/** Without the exponent that String() writes below a millionth. */
function plain(value: number): string {
  if (value === 0 || Math.abs(value) >= 1e-6) return String(value)
  const places = 2 - Math.floor(Math.log10(Math.abs(value)))
  return value.toFixed(Math.min(100, places)).replace(/0+$/, '')
}

/** Dollars as a price is written. */
export function dollars(nanoUsd: number): string {
  const usd = toUsd(nanoUsd)
  if (usd === 0 || Math.abs(usd) >= 1_000) return `$${grouped(Math.round(usd))}`
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
