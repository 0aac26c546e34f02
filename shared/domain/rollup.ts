export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** A stretch of time and how finely its usage must be read: from the sums of UTC days or hours, or line by line. Milliseconds, end exclusive. */
export type UsageSpan = {
  readonly grain: 'day' | 'hour' | 'line'
  readonly fromMs: number
  readonly toMs: number
}

const GRAINS = [
  { grain: 'day', sizeMs: DAY_MS },
  { grain: 'hour', sizeMs: HOUR_MS },
] as const

/** Cuts a range into whole days, the whole hours around them and, within single hours, what is left at its ends; every moment is in exactly one span. */
export function coverRange(fromMs: number, toMs: number): UsageSpan[] {
  return cover(fromMs, toMs, GRAINS)
}

function cover(fromMs: number, toMs: number, [coarsest, ...finer]: readonly Grain[]): UsageSpan[] {
  if (fromMs >= toMs) return []
  if (!coarsest) return [{ grain: 'line', fromMs, toMs }]
  const { grain, sizeMs } = coarsest
  const firstMs = Math.ceil(fromMs / sizeMs) * sizeMs
  const lastMs = Math.floor(toMs / sizeMs) * sizeMs
  if (firstMs > lastMs) return cover(fromMs, toMs, finer)
  const whole = firstMs < lastMs ? [{ grain, fromMs: firstMs, toMs: lastMs }] : []
  return [...cover(fromMs, firstMs, finer), ...whole, ...cover(lastMs, toMs, finer)]
}

type Grain = (typeof GRAINS)[number]
