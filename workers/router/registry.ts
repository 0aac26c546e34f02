import type { Database } from '../../shared/db/client.ts'
import { listEndpoints } from '../../shared/db/endpoints.ts'
import type { EndpointRecord } from '../../shared/domain/endpoint.ts'
import { ewma } from '../../shared/domain/lease.ts'
import type { Observed } from '../../shared/domain/routing.ts'

/** How old an isolate's copy of the endpoint table may be: a change reaches every isolate within this time. */
const FRESH_MS = 1_000
/** A reader that has not come back for this long was cancelled with its request; another one reads. */
const ABANDONED_MS = 5_000

export type Registry = {
  list(): Promise<readonly EndpointRecord[]>
  /** After a change made here, so that the caller sees it at once. */
  forget(): void
  observe(endpointId: string): Observed
  started(endpointId: string): void
  ended(endpointId: string, durationMs: number, succeeded: boolean): void
}

/** The isolate's view of the fleet: the endpoint table, read at most once a second, and what this isolate saw itself. */
export function endpointRegistry(db: Database, now: () => number): Registry {
  // Only values are kept between requests: workerd forbids awaiting another request's I/O.
  let cached: { atMs: number; endpoints: readonly EndpointRecord[] } | null = null
  let refreshingSinceMs: number | null = null
  const seen = new Map<string, { inFlight: number; durationMs: number | null }>()
  const entry = (id: string) => {
    const known = seen.get(id) ?? { inFlight: 0, durationMs: null }
    seen.set(id, known)
    return known
  }
  return {
    async list() {
      const isFresh = cached !== null && now() - cached.atMs < FRESH_MS
      const isRefreshing = refreshingSinceMs !== null && now() - refreshingSinceMs < ABANDONED_MS
      if (cached && (isFresh || isRefreshing)) return cached.endpoints
      refreshingSinceMs = now()
      try {
        const endpoints = await listEndpoints(db)
        cached = { atMs: now(), endpoints }
        return endpoints
      } finally {
        refreshingSinceMs = null
      }
    },
    forget() {
      cached = null
    },
    observe: entry,
    started(id) {
      entry(id).inFlight += 1
    },
    ended(id, durationMs, succeeded) {
      const known = entry(id)
      known.inFlight -= 1
      if (succeeded) known.durationMs = ewma(known.durationMs, durationMs)
    },
  }
}
