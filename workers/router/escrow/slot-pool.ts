import { type LeaseDecision, type LeaseRelease, UNUSED } from '../../../shared/domain/lease.ts'
import type { EndpointOperation } from '../../../shared/ports/objects.ts'
import type { Lane, WaitUntil } from '../lane.ts'
import { watch } from './watch.ts'

/** A slot that no request of this isolate has needed for so long goes back. */
const IDLE_MS = 100
/** After the endpoint wanted a slot back, so long every request asks for its own. */
const EXACT_MS = 1_000
const STALE_MS = 1_000

/** A lease, named after the request that was granted it. `isWanted`: the endpoint wants it back once it is free. */
export type Slot = {
  readonly leaseId: string
  readonly epoch: number | null
  sharers: number
  isWanted: boolean
}

/** Slots of one endpoint that pass from one request of this isolate to the next, as long as nobody else needs them. */
export type SlotPool = {
  /** Null: none is idle; ask the endpoint. */
  take(): Slot | null
  /** What an answer taught goes to the endpoint; the slot stays here for a moment. False: it has to be released. */
  keep(slot: Slot, release: LeaseRelease, waitUntil: WaitUntil): boolean
  /** The endpoint is in trouble: nothing stays here. */
  clear(waitUntil: WaitUntil): void
}

type Options = {
  readonly slots: Lane<EndpointOperation, LeaseDecision>
  readonly leaseMs: number
  readonly now: () => number
}

/** The endpoint's object decides over every slot: one that it does not leave here when it hears of an answer goes back after at most one more request. */
export function slotPool({ slots, leaseMs, now }: Options): SlotPool {
  let idle: { readonly slot: Slot; readonly sinceMs: number }[] = []
  let exactUntilMs = 0

  const release = ({ leaseId: requestId, epoch }: Slot, waitUntil: WaitUntil) => {
    const operation = { type: 'release', release: { ...UNUSED, requestId, epoch } } as const
    slots.post(operation, waitUntil)
  }

  const drop = (isDropped: (one: (typeof idle)[number]) => boolean, waitUntil: WaitUntil) => {
    for (const { slot } of idle.filter(isDropped)) release(slot, waitUntil)
    idle = idle.filter((one) => !isDropped(one))
  }

  const watcher = watch(
    (waitUntil) => {
      drop(({ sinceMs }) => now() - sinceMs >= IDLE_MS, waitUntil)
      return idle.length > 0
    },
    IDLE_MS,
    now,
  )

  /** Once somebody waits, or the door is shut, no slot stays here. */
  const yieldAll = (slot: Slot, waitUntil: WaitUntil) => {
    exactUntilMs = now() + EXACT_MS
    slot.isWanted = true
    drop(() => true, waitUntil)
  }

  const report = (slot: Slot, ended: LeaseRelease, waitUntil: WaitUntil) =>
    slots.post({ type: 'report', release: ended, expiresInMs: leaseMs }, waitUntil, {
      answered(decision) {
        if (decision.granted) slot.sharers = decision.inFlight
        else yieldAll(slot, waitUntil)
      },
      failed: () => yieldAll(slot, waitUntil),
    })

  return {
    clear(waitUntil) {
      exactUntilMs = now() + EXACT_MS
      drop(() => true, waitUntil)
    },
    take() {
      const last = now() < exactUntilMs ? undefined : idle.pop()
      // Whoever should have given it back may have vanished; then its lease may have ended, too.
      return last && now() - last.sinceMs < STALE_MS ? last.slot : null
    },
    keep(slot, ended, waitUntil) {
      if (slot.isWanted || slot.epoch === null || now() < exactUntilMs) return false
      idle.push({ slot, sinceMs: now() })
      report(slot, ended, waitUntil)
      watcher.keep(waitUntil)
      return true
    },
  }
}
