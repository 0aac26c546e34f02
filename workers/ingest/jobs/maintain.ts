import { forgetDropped, listDropped } from '../../../shared/db/collections.ts'
import { claimStaleJobs, forgetJobs, listEndedJobs, listReplaced } from '../../../shared/db/jobs.ts'
import { AT_START } from '../../../shared/domain/schedule.ts'
import { AppError } from '../../../shared/errors.ts'
import { errorFields } from '../../../shared/log.ts'
import type { Deps } from '../app.ts'
import { clearCollection, deleteObjects } from '../remove.ts'

export type MaintainDeps = Pick<Deps, 'db' | 'objects' | 'index' | 'send' | 'newId' | 'now' | 'log'>

/** Longer than any retry waits, so that a job left alone for this long has no message on its way. */
const STALE_AFTER_MS = 60_000
const RESENT_PER_RUN = 5_000
const FORGOTTEN_PER_RUN = 1_000
/** How long an ended job can be asked for, and what it replaced be read. */
const ENDED_KEPT_MS = 7 * 86_400_000
/** Longer than any delivery runs: after this nothing writes into a deleted collection any more. */
const DROPPED_KEPT_MS = 20 * 60_000
const COLLECTIONS_PER_RUN = 20

/** Every minute: jobs whose message was lost are sent again, deleted collections cleared, old versions forgotten. Each repeatable. */
export async function maintain(deps: MaintainDeps, cron: string): Promise<void> {
  const { now, newId, log } = deps
  const startedMs = now()
  const requestId = newId('cron')
  const resent = await reported(() => resendStale(deps, requestId, cron === AT_START ? 0 : STALE_AFTER_MS))
  const cleared = await reported(() => clearDropped(deps))
  const forgotten = await reported(() => forgetEnded(deps))
  log({
    event: 'ingest_maintained',
    worker: 'ingest',
    requestId,
    resent,
    cleared,
    forgotten,
    durationMs: now() - startedMs,
  })
}

/** One of the three that fails keeps the others from nothing. */
async function reported(run: () => Promise<number>): Promise<number | Record<string, unknown>> {
  try {
    return await run()
  } catch (thrown) {
    return { error: errorFields(AppError.from(thrown)) }
  }
}

/** A job that is still being worked on may be sent too: deliveries are idempotent. */
async function resendStale({ db, send, now }: MaintainDeps, requestId: string, staleAfterMs: number) {
  const nowMs = now()
  const claim = { untouchedSinceMs: nowMs - staleAfterMs, limit: RESENT_PER_RUN, nowMs }
  const ids = await claimStaleJobs(db, claim)
  await send(ids.map((jobId) => ({ type: 'index', jobId, requestId })))
  return ids.length
}

async function clearDropped(deps: MaintainDeps) {
  const dropped = await listDropped(deps.db, COLLECTIONS_PER_RUN)
  for (const collection of dropped) await clearCollection(deps, collection)
  await forgetDropped(
    deps.db,
    dropped.map(({ id }) => id),
    deps.now() - DROPPED_KEPT_MS,
  )
  return dropped.length
}

async function forgetEnded({ db, objects, now }: MaintainDeps) {
  const ids = await listEndedJobs(db, now() - ENDED_KEPT_MS, FORGOTTEN_PER_RUN)
  await deleteObjects(objects, await listReplaced(db, ids))
  await forgetJobs(db, ids)
  return ids.length
}
