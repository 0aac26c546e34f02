import type { ApiEnv } from '../../../shared/api/define-route.ts'
import { getJobRoute, jobEventsRoute } from '../../../shared/api/documents.ts'
import { findJob } from '../../../shared/db/jobs.ts'
import { mayUseCollection, type Principal, readableBy } from '../../../shared/domain/principal.ts'
import { AppError } from '../../../shared/errors.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import { sseEvent, sseResponse } from '../../../shared/http/sse.ts'
import type { Deps } from '../app.ts'

export type JobsDeps = Pick<Deps, 'db'>

const POLL_MS = 500
/** Five minutes; whoever wants to follow for longer asks again. */
const MAX_POLLS = 600

export function jobsRoutes({ db }: JobsDeps) {
  const found = async (principal: Principal, id: string) => {
    const row = await findJob(db, principal.tenantId, id)
    const readers = readableBy(principal)
    const acl = row?.version?.acl ?? null
    const isVisible = readers === null || acl === null || acl.some((name) => readers.includes(name))
    if (!row || !isVisible || !mayUseCollection(principal, row.job.collection))
      throw new AppError('not_found', `There is no job "${id}"; finished jobs are forgotten after a week`)
    return describeJob(row)
  }
  return apiApp<ApiEnv>()
    .openapi(getJobRoute, async (c) =>
      c.json(await found(c.get('context').principal, c.req.valid('param').id), 200),
    )
    .openapi(jobEventsRoute, async (c) => {
      const { principal } = c.get('context')
      const { id } = c.req.valid('param')
      const first = await found(principal, id)
      return sseResponse(
        jobEvents(first, () => found(principal, id)),
        () => {},
      )
    })
}

type Shown = ReturnType<typeof describeJob>

/** A `state` event now and on every change, until the job ends. */
async function* jobEvents(first: Shown, read: () => Promise<Shown>): AsyncGenerator<string> {
  let shown = first
  yield sseEvent('state', shown)
  for (let polls = 0; polls < MAX_POLLS && !hasEnded(shown); polls += 1) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    const next = await read()
    if (next.state !== shown.state || next.documentState !== shown.documentState)
      yield sseEvent('state', next)
    shown = next
  }
}

const hasEnded = ({ state }: Shown) => state === 'done' || state === 'failed'

function describeJob({ job, version }: NonNullable<Awaited<ReturnType<typeof findJob>>>) {
  const { id: jobId, collection, documentId, state, attempts, updatedAtMs } = job
  return {
    jobId,
    collection,
    documentId,
    version: job.version,
    state,
    // A version whose row is gone was replaced or deleted.
    documentState: version?.state ?? ('deleted' as const),
    attempts,
    updatedAt: new Date(updatedAtMs).toISOString(),
  }
}
