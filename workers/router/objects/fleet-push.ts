/** Isolates read at most once a second; more than four pushes in that time would be work for nobody. */
const EVERY_MS = 250
/** So that a fleet that lost its memory learns of every endpoint in use, and a push that was lost does not stay lost. */
const REPEAT_MS = 10_000

export type FleetPush = {
  /** Something changed: pushed now, or when 250 ms have passed since the last push; what changes meanwhile goes along. */
  changed(): void
  /** Pushed if nothing has been for ten seconds. */
  repeat(): void
}

/** Nobody waits for a push, and one that fails is made up for by the next, since each says everything. */
export function fleetPush(push: () => void, now: () => number): FleetPush {
  let lastMs = Number.NEGATIVE_INFINITY
  let isDue = false
  const pushNow = () => {
    isDue = false
    lastMs = now()
    push()
  }
  return {
    changed() {
      if (isDue) return
      const waitMs = lastMs + EVERY_MS - now()
      if (waitMs <= 0) return pushNow()
      isDue = true
      setTimeout(pushNow, waitMs)
    },
    repeat() {
      if (!isDue && now() - lastMs >= REPEAT_MS) pushNow()
    },
  }
}
