/** Something that has work to do at times it knows. */
export type Ticking = { advance(nowMs: number): void; nextDueMs(): number | null }

export type Ticker = {
  /** Returns how to take it out again. */
  add(ticking: Ticking): () => void
  /** Something may be due sooner than it was. */
  wake(): void
}

/**
 * One timer for any number of engines. It rests after each round for as long as the round took, so that sockets are served too:
 * on a machine that is too slow, tokens come in larger groups instead of later and later.
 */
export function createTicker(): Ticker {
  const members = new Set<Ticking>()
  let restUntilMs = 0
  let armed: { readonly atMs: number; readonly disarm: () => void } | null = null

  function round() {
    armed = null
    const startMs = performance.now()
    for (const member of members) {
      const dueMs = member.nextDueMs()
      if (dueMs !== null && dueMs <= startMs) member.advance(startMs)
    }
    const endMs = performance.now()
    restUntilMs = endMs + (endMs - startMs)
    wake()
  }

  function wake() {
    const dueMs = Math.min(...Array.from(members, (member) => member.nextDueMs() ?? Number.POSITIVE_INFINITY))
    const atMs = Math.max(dueMs, restUntilMs)
    if (dueMs === Number.POSITIVE_INFINITY || (armed && armed.atMs <= atMs)) return
    armed?.disarm()
    armed = { atMs, disarm: after(atMs - performance.now(), round) }
  }

  return {
    add(ticking) {
      members.add(ticking)
      return () => void members.delete(ticking)
    },
    wake,
  }
}

/** Timers count whole milliseconds; what is due before the next one waits only for the sockets. */
function after(delayMs: number, run: () => void): () => void {
  if (delayMs < 1) {
    const immediate = setImmediate(run)
    return () => clearImmediate(immediate)
  }
  const timer = setTimeout(run, delayMs)
  return () => clearTimeout(timer)
}
