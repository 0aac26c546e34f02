/** What this isolate has at an endpoint. Read in place by every choice, so that its own next request already counts. */
export type OwnCount = {
  inFlight: number
  /** Sent less ended since the endpoint's snapshot was taken: what the snapshot cannot know. */
  sinceSnapshot: number
}

/** An isolate's own accounting, which leads the fleet's snapshots. */
export type OwnLoad = {
  /** The live count; the same object for the same endpoint. */
  of(endpointId: string): OwnCount
  started(endpointId: string, nowMs: number): void
  ended(endpointId: string, nowMs: number): void
  /** A newer snapshot is in use: what it already counts is taken out of `sinceSnapshot`. */
  caughtUp(endpointId: string, snapshotAtMs: number): void
}

type Entry = {
  readonly count: OwnCount
  /** Changes later than the snapshot in use, oldest first. */
  changes: { readonly atMs: number; readonly by: 1 | -1 }[]
}

/** Without snapshots an endpoint's changes are of no use; more than these are forgotten, oldest first. */
const MAX_CHANGES = 1_024

export function ownLoad(): OwnLoad {
  const entries = new Map<string, Entry>()
  const entry = (id: string) => {
    const known = entries.get(id) ?? { count: { inFlight: 0, sinceSnapshot: 0 }, changes: [] }
    entries.set(id, known)
    return known
  }
  const change = (id: string, atMs: number, by: 1 | -1) => {
    const { count, changes } = entry(id)
    changes.push({ atMs, by })
    if (changes.length > MAX_CHANGES) count.sinceSnapshot -= changes.shift()?.by ?? 0
    count.inFlight += by
    count.sinceSnapshot += by
  }
  return {
    of: (id) => entry(id).count,
    started: (id, nowMs) => change(id, nowMs, 1),
    ended: (id, nowMs) => change(id, nowMs, -1),
    caughtUp(id, snapshotAtMs) {
      const known = entries.get(id)
      if (!known) return
      known.changes = known.changes.filter(({ atMs }) => atMs > snapshotAtMs)
      known.count.sinceSnapshot = known.changes.reduce((sum, { by }) => sum + by, 0)
    },
  }
}
