import type { EndpointSnapshot } from './fleet.ts'

/** More endpoints than any region has; beyond it those that have been silent the longest are forgotten. */
const MAX_ENDPOINTS = 10_000

/** Isolates read at most once a second; more than four pushes of one endpoint in that time would be work for nobody. */
export const MOST_OFTEN_MS = 250

/** The newest snapshot of each endpoint, in the order they came, each under a version of its own. */
export type FleetView = {
  readonly firstVersion: number
  version: number
  readonly entries: Map<string, { readonly version: number; readonly snapshot: EndpointSnapshot }>
}

/** Versions start where no earlier life of the same object can have come to, unless it saw a thousand pushes a millisecond. */
export const newFleetView = (nowMs: number): FleetView => ({
  firstVersion: nowMs * 1_000,
  version: nowMs * 1_000,
  entries: new Map(),
})

/** Keeps the newer of two snapshots of one endpoint, by its object's own clock: pushes may overtake each other. */
export function putSnapshot(view: FleetView, snapshot: EndpointSnapshot) {
  const { entries } = view
  const known = entries.get(snapshot.endpointId)
  if (known && known.snapshot.atMs > snapshot.atMs) return
  view.version += 1
  entries.delete(snapshot.endpointId)
  entries.set(snapshot.endpointId, { version: view.version, snapshot })
  if (entries.size <= MAX_ENDPOINTS) return
  const [oldest] = entries.keys()
  if (oldest !== undefined) entries.delete(oldest)
}

/** How long an endpoint waits until its next push: all of them together push a thousand times a second at most, about what one object can take. */
export const pushAgainInMs = ({ entries }: FleetView) => Math.max(MOST_OFTEN_MS, entries.size)

/** What changed after `version`; everything when this view never gave that version. */
export function changesSince({ firstVersion, version, entries }: FleetView, known: number) {
  const isWhole = known < firstVersion || known > version
  const changed: EndpointSnapshot[] = []
  for (const entry of entries.values()) if (isWhole || entry.version > known) changed.push(entry.snapshot)
  return { version, isWhole, changed }
}
