/** Half of what is remembered is younger than this. */
const HALF_LIFE_MS = 15_000

/**
 * How fast an endpoint gives slots back, measured: slots freed, and the time that slots were in use, in a window that fades. The ratio is right
 * also for an endpoint that was idle until now, where freed slots per second would only tell how few were asked for.
 */
export type Pace = { readonly freed: number; readonly slotMs: number; readonly atMs: number }

export const newPace = (nowMs: number): Pace => ({ freed: 0, slotMs: 0, atMs: nowMs })

/** Call before every change of `inFlight`, which is what it was since the last call. */
export function elapse({ freed, slotMs, atMs }: Pace, nowMs: number, inFlight: number): Pace {
  const passedMs = Math.max(0, nowMs - atMs)
  if (passedMs === 0) return { freed, slotMs, atMs }
  const kept = 0.5 ** (passedMs / HALF_LIFE_MS)
  return { freed: freed * kept, slotMs: slotMs * kept + passedMs * inFlight, atMs: nowMs }
}

export const withFreed = (pace: Pace): Pace => ({ ...pace, freed: pace.freed + 1 })

/**
 * Milliseconds between two slots becoming free while all are in use. What was known before the window counts as one answer; with nothing known
 * it is as long as the window has seen.
 */
export function drainIntervalMs(pace: Pace, slots: number, meanDurationMs: number | null): number {
  const answers = meanDurationMs === null ? Math.max(1, pace.freed) : pace.freed + 1
  return (pace.slotMs + (meanDurationMs ?? 0)) / answers / Math.max(1, slots)
}
