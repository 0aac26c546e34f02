import type { Database } from '../../../shared/db/client.ts'
import { listDirtyHours, rollUp } from '../../../shared/db/usage.ts'
import { HOUR_MS } from '../../../shared/domain/rollup.ts'
import type { EventSink } from '../../../shared/ports/event-sink.ts'

export type RollUpDeps = { readonly db: Database; readonly now: () => number; readonly log: EventSink }

/** A run is bounded; what is left stays dirty and so comes first in the next. */
const HOURS_PER_RUN = 2_000
const HOURS_PER_TRANSACTION = 50

/** Sums the hours that have ended and changed since they were summed last. Until then usage is read from their lines. */
export async function rollUpUsage({ db, now, log }: RollUpDeps): Promise<void> {
  const startedMs = now()
  const hours = await listDirtyHours(db, startedMs - HOUR_MS, HOURS_PER_RUN)
  for (let first = 0; first < hours.length; first += HOURS_PER_TRANSACTION)
    await rollUp(db, hours.slice(first, first + HOURS_PER_TRANSACTION))
  log({ event: 'usage_rolled_up', worker: 'cost', hours: hours.length, durationMs: now() - startedMs })
}
