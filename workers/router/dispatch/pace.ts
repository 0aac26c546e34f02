/** How much waiting one judgement is made of: a pause between tokens is no crawl, and how long it may last is a deadline of its own. */
const WINDOW_MS = 30_000

/**
 * Watches how fast tokens come while somebody waits for them: a slow reader is not the origin's fault. Give it the milliseconds that each token was waited for;
 * it answers true once an origin sent fewer than `minTokensPerSecond` over 30 seconds of waiting. 0: never.
 */
export function pace(minTokensPerSecond: number): (waitedMs: number) => boolean {
  let tokens = 0
  let waitedMs = 0
  return (ms) => {
    tokens += 1
    waitedMs += ms
    if (waitedMs < WINDOW_MS) return false
    const isTooSlow = tokens / (waitedMs / 1_000) < minTokensPerSecond
    tokens = 0
    waitedMs = 0
    return isTooSlow
  }
}
