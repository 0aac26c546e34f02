/** All money is an integer number of nano-dollars (1e-9 USD). Exact up to 2^53 nano-dollars, about 9 million dollars an account. */
export const NANO_PER_USD = 1_000_000_000

/** What an endpoint charges: nano-dollars per thousand tokens, so that prices down to a micro-dollar per million tokens stay integers. */
export type Price = { readonly inputNanoUsdPerKTok: number; readonly outputNanoUsdPerKTok: number }

/** Nano-dollars for a call, rounded up once at the end so that no fraction is ever given away. */
export function costNanoUsd(price: Price, promptTokens: number, completionTokens: number): number {
  const milli = promptTokens * price.inputNanoUsdPerKTok + completionTokens * price.outputNanoUsdPerKTok
  return Math.ceil(milli / 1_000)
}

export function toUsd(nanoUsd: number): number {
  return nanoUsd / NANO_PER_USD
}

/** Rounds to the nearest nano-dollar: amounts people type have far fewer digits. */
export function fromUsd(usd: number): number {
  return Math.round(usd * NANO_PER_USD)
}

export const usdPerMTokToNanoPerKTok = (usdPerMTok: number) => Math.round(usdPerMTok * 1_000_000)
export const nanoPerKTokToUsdPerMTok = (nanoUsdPerKTok: number) => nanoUsdPerKTok / 1_000_000

export const usdPerHourToNanoPerSecond = (usdPerHour: number) =>
  Math.round((usdPerHour * NANO_PER_USD) / 3_600)
/** To a hundredth of a cent: a whole number of nano-dollars a second is seldom a round price by the hour. */
export const nanoPerSecondToUsdPerHour = (nanoUsdPerSecond: number) =>
  Math.round(nanoUsdPerSecond * 3_600 * 1e-5) / 1e4
