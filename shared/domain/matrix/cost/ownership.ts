import type { Gpu, Ownership } from '../sources/sources.ts'

/** A month is a twelfth of 365 days. */
export const HOURS_PER_MONTH = 730
const HOURS_PER_YEAR = 12 * HOURS_PER_MONTH

/** Purchase prices are published far apart and negotiated: between three and five quarters of the one that we found. */
export const PURCHASE_SPREAD = { low: 0.75, high: 1.25 } as const

/** Nano-dollars for one owned GPU in an hour, used or not; null where nobody published what the GPU costs to buy. */
export function ownedNanoUsdPerGpuHour(gpu: Gpu, ownership: Ownership): { low: number; high: number } | null {
  const { purchaseNanoUsd } = gpu
  if (purchaseNanoUsd === null) return null
  const at = (spread: number): number =>
    Math.round(
      capitalNanoUsdPerHour(purchaseNanoUsd * spread, ownership) + powerNanoUsdPerHour(gpu, ownership),
    )
  return { low: at(PURCHASE_SPREAD.low), high: at(PURCHASE_SPREAD.high) }
}

/** Written off in equal parts. Operations are a share of everything bought: spare parts and hands serve the server as much as its GPUs. */
function capitalNanoUsdPerHour(purchaseNanoUsd: number, ownership: Ownership): number {
  const { serverShare, amortisationYears, operationsShareAYear } = ownership
  const aYear = purchaseNanoUsd * (1 + serverShare) * (1 / amortisationYears + operationsShareAYear)
  return aYear / HOURS_PER_YEAR
}

/** At full draw all the time: an idle GPU that keeps a model loaded takes less, so this errs against owning. */
function powerNanoUsdPerHour({ watts }: Gpu, ownership: Ownership): number {
  const { serverWattsPerGpu, pue, powerUsdPerKilowattHour } = ownership
  return ((watts + serverWattsPerGpu) / 1_000) * pue * powerUsdPerKilowattHour * 1e9
}

/**
 * Share of all hours from which on owning is cheaper than renting for just the hours used. Above 1 owning never pays.
 * Infinite where renting is free.
 */
export const breakEvenUtilisation = (
  ownedNanoUsdPerGpuHour: number,
  rentedNanoUsdPerGpuHour: number,
): number => ownedNanoUsdPerGpuHour / rentedNanoUsdPerGpuHour
