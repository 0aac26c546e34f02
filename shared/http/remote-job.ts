type Work<Job> = {
  readonly create: () => Promise<Job>
  readonly cancel: (job: Job) => Promise<unknown>
}

/** A job that has begun. `leave` ends it at the origin, `end` says that it ended by itself; only the first of them counts. */
export type StartedJob<Job> = {
  readonly job: Job
  readonly leave: () => Promise<void>
  readonly end: () => void
}

/**
 * Begins a job that goes on at the origin whether or not anyone listens, so leaving it takes a request of its own. Aborting the signal
 * leaves it, also while it is being created: the creation itself is never aborted, or there would be a job that nobody knows.
 */
export async function startJob<Job>(
  { create, cancel }: Work<Job>,
  signal: AbortSignal,
): Promise<StartedJob<Job>> {
  signal.throwIfAborted()
  const created = create()
  let isOver = false
  const aborted = Promise.withResolvers<never>()
  const end = () => {
    isOver = true
    signal.removeEventListener('abort', onAbort)
  }
  const leave = async () => {
    if (isOver) return
    end()
    await created.then(cancel).catch(() => undefined)
  }
  const onAbort = () => {
    aborted.reject(signal.reason)
    void leave()
  }
  signal.addEventListener('abort', onAbort)
  try {
    return { job: await Promise.race([created, aborted.promise]), leave, end }
  } catch (error) {
    if (!signal.aborted) end()
    throw error
  }
}

/** For the short exchanges around a job, which have to end whatever becomes of the job. */
export const shortCall = () => AbortSignal.timeout(30_000)

/** Waits, or rejects with the signal's reason. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}

const SHORTEST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1_000
const GROWTH = 1.5

/** Polls for as long as `look` answers `more`: soon again after news, ever later without. The deadline is the signal's. */
export async function* polled<Item>(
  look: () => Promise<{ readonly items: readonly Item[]; readonly more: boolean }>,
  signal: AbortSignal,
): AsyncGenerator<Item> {
  let pauseMs = SHORTEST_PAUSE_MS
  for (;;) {
    const { items, more } = await look()
    yield* items
    if (!more) return
    pauseMs = items.length > 0 ? SHORTEST_PAUSE_MS : Math.min(pauseMs * GROWTH, LONGEST_PAUSE_MS)
    await pause(pauseMs, signal)
  }
}
