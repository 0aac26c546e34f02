import { type EndpointSnapshot, fleetRegions } from '../../../shared/domain/fleet.ts'
import { MOST_OFTEN_MS } from '../../../shared/domain/fleet-view.ts'
import { AppError } from '../../../shared/errors.ts'
import { consoleSink, errorFields } from '../../../shared/log.ts'
import type { Env } from '../env.ts'

/** So that a fleet that lost its memory learns of every endpoint in use, and a push that was lost does not stay lost. */
const REPEAT_MS = 10_000

export type FleetPush = {
  /** Something changed: pushed now, or as soon as the fleets want to hear again; what changes meanwhile goes along. */
  changed(): void
  /** Pushed if nothing has been for ten seconds. */
  repeat(): void
}

/** Keeps the fleets of all regions up to date. Nobody waits for a push, and one that fails is made up for by the next: each says everything. */
export function fleetPush({ FLEETS, FLEET_REGIONS }: Env, snapshot: () => EndpointSnapshot): FleetPush {
  const regions = fleetRegions(FLEET_REGIONS)
  let lastMs = Number.NEGATIVE_INFINITY
  let everyMs = MOST_OFTEN_MS
  let isDue = false

  const pushTo = async (region: string, said: EndpointSnapshot) => {
    try {
      const { againInMs } = await FLEETS.getByName(region).push(said)
      everyMs = againInMs
    } catch (thrown) {
      const { endpointId } = said
      const error = errorFields(AppError.from(thrown))
      consoleSink({ event: 'fleet_push_failed', worker: 'router', endpointId, region, error })
    }
  }
  const pushNow = () => {
    isDue = false
    lastMs = Date.now()
    const said = snapshot()
    for (const region of regions) void pushTo(region, said)
  }
  return {
    changed() {
      if (isDue) return
      const waitMs = lastMs + everyMs - Date.now()
      if (waitMs <= 0) return pushNow()
      isDue = true
      setTimeout(pushNow, waitMs)
    },
    repeat() {
      if (!isDue && Date.now() - lastMs >= REPEAT_MS) pushNow()
    },
  }
}
