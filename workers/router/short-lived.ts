/** How old an isolate's copy may be: a change reaches every isolate within this time. */
const FRESH_MS = 5_000
const MAX_KNOWN = 10_000

export type ShortLived<Value> = {
  of(key: string): Promise<Value>
  /** After a change made here, so that the caller sees it at once. */
  forget(key: string): void
}

/** What is read is kept for a few seconds. Only values are kept: workerd forbids awaiting another request's I/O. */
export function shortLived<Value>(
  read: (key: string) => Promise<Value>,
  now: () => number,
): ShortLived<Value> {
  const known = new Map<string, { value: Value; untilMs: number }>()
  let changes = 0
  return {
    async of(key) {
      const cached = known.get(key)
      if (cached && cached.untilMs > now()) return cached.value
      const seen = changes
      const value = await read(key)
      // A change made here while it was read is not in what was read.
      if (seen !== changes) return value
      if (known.size >= MAX_KNOWN) known.clear()
      known.set(key, { value, untilMs: now() + FRESH_MS })
      return value
    },
    forget(key) {
      known.delete(key)
      changes += 1
    },
  }
}
