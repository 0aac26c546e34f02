import type { WaitUntil } from '../lane.ts'

/** A request may stay behind its answer for 30 seconds; before that another one takes the watch over. */
const HAND_OVER_MS = 10_000

/**
 * Calls `sweep` every `everyMs` for as long as it answers that something is left to watch. A timer needs a request to live in: `keep` is called by every
 * request that has something to watch, and one of them stays for all.
 */
export function watch(sweep: (waitUntil: WaitUntil) => boolean, everyMs: number, now: () => number) {
  let watcher = 0
  let sinceMs = Number.NEGATIVE_INFINITY

  const stay = async (mine: number, waitUntil: WaitUntil) => {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, everyMs))
      if (watcher !== mine) return
      if (!sweep(waitUntil)) break
    }
    sinceMs = Number.NEGATIVE_INFINITY
  }

  return {
    keep(waitUntil: WaitUntil) {
      if (now() - sinceMs < HAND_OVER_MS) return
      sinceMs = now()
      watcher += 1
      waitUntil(stay(watcher, waitUntil))
    },
  }
}
