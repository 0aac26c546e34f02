import type { Database } from '../../shared/db/client.ts'
import { listEndpoints } from '../../shared/db/endpoints.ts'
import type { EndpointRecord } from '../../shared/domain/endpoint.ts'
import type { EndpointSnapshot } from '../../shared/domain/fleet.ts'
import { ownLoad } from '../../shared/domain/routing/own-load.ts'
import { type PreparedFleet, prepareFleet } from '../../shared/domain/routing/prepare.ts'
import { AppError } from '../../shared/errors.ts'
import { errorFields } from '../../shared/log.ts'
import type { EventSink } from '../../shared/ports/event-sink.ts'
import type { FleetRpc } from '../../shared/ports/objects.ts'
import type { WaitUntil } from './lane.ts'

/** How old an isolate's view may be before it is read again, and before a request waits for that. */
const FRESH_MS = 1_000
const USABLE_MS = 2_000
/** A reader that has not come back for this long was cancelled with its request; another one reads. */
const ABANDONED_MS = 5_000

export type Registry = {
  list(waitUntil: WaitUntil): Promise<readonly EndpointRecord[]>
  /** The same endpoints with what their objects last told, prepared for choosing among them. */
  fleet(waitUntil: WaitUntil): Promise<PreparedFleet>
  /** After a change made here, so that the caller sees it at once. */
  forget(): void
  started(endpointId: string): void
  ended(endpointId: string): void
}

type View = {
  readonly atMs: number
  readonly endpoints: readonly EndpointRecord[]
  readonly fleet: PreparedFleet
}

/**
 * The isolate's view of the fleet: the endpoint table and the fleet's snapshots, each read at most once a second, and what this isolate sees itself.
 * A view a little too old is still used, and renewed beside the request that noticed.
 */
export function endpointRegistry(
  db: Database,
  fleet: () => Pick<FleetRpc, 'read'>,
  now: () => number,
  log: EventSink,
): Registry {
  // Only values are kept between requests: workerd forbids awaiting another request's I/O.
  let view: View | null = null
  let refreshingSinceMs = Number.NEGATIVE_INFINITY
  let changes = 0
  const own = ownLoad()
  const snapshots = snapshotReader(fleet, log)

  const refresh = async (): Promise<View> => {
    refreshingSinceMs = now()
    const seen = changes
    try {
      const [endpoints, known] = await Promise.all([listEndpoints(db), snapshots()])
      const atMs = now()
      const fresh = { atMs, endpoints, fleet: prepareFleet(endpoints, known, own, atMs) }
      // A change made here while the table was read is not in what was read.
      view = seen === changes ? fresh : null
      return fresh
    } finally {
      refreshingSinceMs = Number.NEGATIVE_INFINITY
    }
  }

  const current = async (waitUntil: WaitUntil): Promise<View> => {
    const ageMs = view ? now() - view.atMs : Number.POSITIVE_INFINITY
    const isRefreshing = now() - refreshingSinceMs < ABANDONED_MS
    if (view && (ageMs < FRESH_MS || isRefreshing)) return view
    if (!view || ageMs >= USABLE_MS) return refresh()
    waitUntil(refresh().catch((thrown: unknown) => log(failure('endpoints', thrown))))
    return view
  }

  return {
    list: async (waitUntil) => (await current(waitUntil)).endpoints,
    fleet: async (waitUntil) => (await current(waitUntil)).fleet,
    forget() {
      view = null
      changes += 1
    },
    started: (id) => own.started(id, now()),
    ended: (id) => own.ended(id, now()),
  }
}

/** Reads what changed since the last time. A fleet that does not answer takes nothing away from what is known. */
function snapshotReader(fleet: () => Pick<FleetRpc, 'read'>, log: EventSink) {
  let version = 0
  let known = new Map<string, EndpointSnapshot>()
  return async (): Promise<ReadonlyMap<string, EndpointSnapshot>> => {
    try {
      const read = await fleet().read(version)
      const next = new Map(read.isWhole ? [] : known)
      for (const snapshot of read.changed) next.set(snapshot.endpointId, snapshot)
      version = read.version
      known = next
    } catch (thrown) {
      log(failure('fleet', thrown))
    }
    return known
  }
}

const failure = (what: string, thrown: unknown) => ({
  event: 'registry_failed',
  worker: 'router',
  what,
  error: errorFields(AppError.from(thrown)),
})
