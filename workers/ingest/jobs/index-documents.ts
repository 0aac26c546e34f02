import { z } from 'zod'
import { type LoadedJob, loadJobs } from '../../../shared/db/jobs.ts'
import { groupByBytes, nextStep, retryDelaySeconds } from '../../../shared/domain/ingest.ts'
import { AppError } from '../../../shared/errors.ts'
import { describeIssues } from '../../../shared/http/issues.ts'
import { errorFields } from '../../../shared/log.ts'
import type { IngestMessage } from '../../../shared/ports/services.ts'
import type { Deps } from '../app.ts'
import { clearDocument } from '../remove.ts'
import { indexGroup } from './index-group.ts'
import { giveUp, type Outcome, type Outcomes, outcomeOfAll, supersede, type Task } from './outcome.ts'

export type IndexDeps = Pick<
  Deps,
  'db' | 'objects' | 'index' | 'embedders' | 'countTokens' | 'parsers' | 'tenant' | 'after' | 'now' | 'log'
>
type Delivery = { readonly message: Message; readonly body: IngestMessage }

/** Source bytes that are parsed and embedded side by side: an isolate has 128 MB for all that comes of them. */
const GROUP_BYTES = 8_000_000

const ingestMessage = z.object({
  type: z.literal('index'),
  jobId: z.string(),
  requestId: z.string(),
  keyId: z.string().min(1).optional(),
}) satisfies z.ZodType<IngestMessage>

/** Takes a batch of jobs as far as they go. A message only says where to look, so any number of them, in any order, ends the same. */
export async function indexDocuments(deps: IndexDeps, batch: MessageBatch): Promise<void> {
  const startedMs = deps.now()
  const deliveries = batch.messages.flatMap((message) => readDelivery(deps, message))
  const jobs = await loadJobs(deps.db, [...new Set(deliveries.map(({ body }) => body.jobId))])
  const senders = new Map(deliveries.flatMap(({ body: { jobId, keyId } }) => (keyId ? [[jobId, keyId]] : [])))
  const outcomes = await workOff(deps, jobs, senders)
  const byId = new Map(jobs.map((loaded) => [loaded.job.id, loaded]))
  for (const { message, body } of deliveries) {
    const loaded = byId.get(body.jobId)
    const outcome = outcomes.get(body.jobId) ?? { result: 'unknown' }
    if (outcome.result === 'retry')
      message.retry({ delaySeconds: retryDelaySeconds(loaded?.job.attempts ?? 0) })
    else message.ack()
    deps.log({ ...describe(body, loaded, outcome), durationMs: deps.now() - startedMs })
  }
}

/** What cannot be read now cannot be read later; the job itself is found again by the cron. */
function readDelivery({ log }: IndexDeps, message: Message): Delivery[] {
  const { data, error } = ingestMessage.safeParse(message.body)
  if (!error) return [{ message, body: data }]
  const issues = describeIssues(error.issues)
  log({ event: 'message_unreadable', worker: 'ingest', messageId: message.id, issues })
  message.ack()
  return []
}

async function workOff(
  deps: IndexDeps,
  jobs: readonly LoadedJob[],
  senders: ReadonlyMap<string, string>,
): Promise<Outcomes> {
  const byStep = Map.groupBy(jobs, ({ view }) => nextStep(view))
  const {
    nothing = [],
    supersede: overtaken = [],
    give_up = [],
    remove = [],
    index = [],
  } = Object.fromEntries(byStep)
  const toIndex = index.flatMap(({ version, ...task }) =>
    version ? [{ ...task, version, keyId: senders.get(task.job.id) ?? null }] : [],
  )
  const parts: Outcomes[] = [
    outcomeOfAll(nothing, { result: 'ended' }),
    await orRetry(overtaken, (tasks) => supersede(deps, tasks)),
    await orRetry(give_up, (tasks) => giveUp(deps, tasks)),
  ]
  for (const tombstone of remove) parts.push(await orRetry([tombstone], () => bury(deps, tombstone)))
  const sized = toIndex.map((task) => ({ task, bytes: task.version.bytes }))
  for (const group of groupByBytes(sized, GROUP_BYTES))
    parts.push(
      await orRetry(
        group.map(({ task }) => task),
        (tasks) => indexGroup(deps, tasks),
      ),
    )
  return new Map(parts.flatMap((part) => [...part]))
}

/** A store that fails here fails for all of them and may answer again: none is given up for it. */
async function orRetry<T extends Task>(tasks: readonly T[], run: (tasks: readonly T[]) => Promise<Outcomes>) {
  try {
    return await run(tasks)
  } catch (thrown) {
    return outcomeOfAll(tasks, { result: 'retry', error: AppError.from(thrown) })
  }
}

async function bury(deps: IndexDeps, { job, collection }: Task): Promise<Outcomes> {
  await clearDocument(deps, collection, { ...job, jobId: job.id })
  return outcomeOfAll([{ job, collection }], { result: 'removed' })
}

function describe({ jobId, requestId }: IngestMessage, loaded: LoadedJob | undefined, outcome: Outcome) {
  const { result } = outcome
  const about = loaded && {
    tenantId: loaded.job.tenantId,
    collection: loaded.job.collection,
    documentId: loaded.job.documentId,
    version: loaded.job.version,
    earlierAttempts: loaded.job.attempts,
    bytes: loaded.version?.bytes,
  }
  return {
    event: 'document_job',
    worker: 'ingest',
    requestId,
    jobId,
    result,
    ...about,
    ...('chunks' in outcome && { chunks: outcome.chunks }),
    ...(outcome.embedding && { embedding: outcome.embedding }),
    ...('error' in outcome && { error: errorFields(outcome.error) }),
  }
}
