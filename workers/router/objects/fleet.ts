import { DurableObject } from 'cloudflare:workers'
import type { EndpointSnapshot } from '../../../shared/domain/fleet.ts'
import { changesSince, newFleetView, pushAgainInMs, putSnapshot } from '../../../shared/domain/fleet-view.ts'
import type { FleetRpc } from '../../../shared/ports/objects.ts'
import type { Env } from '../env.ts'

/** One object per region: what its endpoints said last, for every isolate there to read at once. Lives in memory; whatever vanishes is pushed again within seconds. */
export class Fleet extends DurableObject<Env> implements FleetRpc {
  readonly #view = newFleetView(Date.now())

  async push(snapshot: EndpointSnapshot) {
    putSnapshot(this.#view, snapshot)
    return { againInMs: pushAgainInMs(this.#view) }
  }

  async read(version: number) {
    return changesSince(this.#view, version)
  }
}
