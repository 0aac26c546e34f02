import { type Admitted, RATE_WINDOW_MS } from './rate-limit.ts'

type Used = { requests: number; tokens: number; inFlight: number }
export type WindowEntry = Admitted & { tokens: number }

const NOTHING: Used = { requests: 0, tokens: 0, inFlight: 0 }
/** How much the duration of one more request moves the mean. */
const MEAN_WEIGHT = 0.2
const FIRST_GUESS_MS = 1_000

/**
 * The log of admitted requests over the last 60 seconds with running sums for the tenant (key null) and each key. An exact log instead of
 * buckets: no 60 seconds ever hold more than the limit, and what is free when is known to the millisecond.
 */
export function rateWindow() {
  const sums = new Map<string | null, Used>()
  let log: WindowEntry[] = []
  let first = 0
  let leftUntilMs = Number.NEGATIVE_INFINITY
  let meanDurationMs = FIRST_GUESS_MS

  const change = (of: string, { requests, tokens, inFlight }: Used) => {
    for (const keyId of [null, of]) {
      const used = sums.get(keyId) ?? { ...NOTHING }
      used.requests += requests
      used.tokens += tokens
      used.inFlight += inFlight
      if (used.requests === 0 && used.inFlight === 0) sums.delete(keyId)
      else sums.set(keyId, used)
    }
  }

  return {
    /** Of requests that come in the order of their times. */
    admit(request: Admitted): WindowEntry {
      const entry = { ...request }
      log.push(entry)
      change(entry.keyId, { requests: 1, tokens: entry.tokens, inFlight: 1 })
      return entry
    },
    /** The request has ended and used `tokens`; more than were counted are not believed, so that no window is overfull afterwards. */
    end(entry: WindowEntry, tokens: number) {
      const unused = Math.max(0, entry.tokens - tokens)
      const isInWindow = entry.atMs > leftUntilMs
      entry.tokens -= unused
      change(entry.keyId, { requests: 0, tokens: isInWindow ? -unused : 0, inFlight: -1 })
    },
    tookMs(durationMs: number) {
      meanDurationMs += MEAN_WEIGHT * (durationMs - meanDurationMs)
    },
    meanDurationMs: () => meanDurationMs,
    /** Forgets what no longer counts; call it before anything else that happens at `nowMs`. */
    slide(nowMs: number) {
      leftUntilMs = Math.max(leftUntilMs, nowMs - RATE_WINDOW_MS)
      for (let entry = log[first]; entry && entry.atMs <= leftUntilMs; entry = log[first]) {
        change(entry.keyId, { requests: -1, tokens: -entry.tokens, inFlight: 0 })
        first += 1
      }
      if (first === 0 || first < log.length / 2) return
      log = log.slice(first)
      first = 0
    },
    used: (keyId: string | null): Readonly<Used> => sums.get(keyId) ?? NOTHING,
    /** Oldest first. */
    recent: (): readonly Admitted[] => log.slice(first),
  }
}
