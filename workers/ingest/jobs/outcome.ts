import type { CollectionRow } from '../../../shared/db/collections.ts'
import type { VersionRow } from '../../../shared/db/documents.ts'
import { failJobs, finishSuperseded, type JobRow } from '../../../shared/db/jobs.ts'
import { MAX_ATTEMPTS } from '../../../shared/domain/ingest.ts'
import type { VersionFolder } from '../../../shared/domain/object-keys.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Embedding } from '../../../shared/ports/embedder.ts'
import { mayFitLater } from '../../../shared/spending/refusal.ts'
import type { Deps } from '../app.ts'
import { deleteObjects } from '../remove.ts'

/** What became of a delivery. `ended`: an earlier one did it. `unknown`: the job is gone, and its collection with it. */
export type Outcome = { readonly embedding?: EmbeddingCost | undefined } & (
  | { readonly result: 'live'; readonly chunks: number }
  | { readonly result: 'superseded' | 'removed' | 'ended' | 'unknown' }
  | { readonly result: 'failed' | 'retry'; readonly error: AppError }
)
/** What the delivery's embedding took, also when something after it failed. */
export type EmbeddingCost = Pick<Embedding, 'tokens' | 'costNanoUsd'>

/** By job id. */
export type Outcomes = ReadonlyMap<string, Outcome>

export type Task = { readonly job: JobRow; readonly collection: CollectionRow }
/** `keyId`: who sent it; null where nobody knows any more. */
export type IndexTask = Task & { readonly version: VersionRow; readonly keyId: string | null }
/** `attempt`: which start of the job it is; each that embeds is paid for. */
export type Begun = IndexTask & { readonly attempt: number }
export type Failure = { readonly task: Task; readonly error: AppError }

export const outcomeOfAll = (tasks: readonly Task[], outcome: Outcome): Outcomes =>
  new Map(tasks.map(({ job }) => [job.id, outcome]))

export const idsOf = (tasks: readonly Task[]) => tasks.map(({ job }) => job.id)

export function folderOf({ job, collection }: Task): VersionFolder {
  return {
    tenantId: job.tenantId,
    collectionId: collection.id,
    documentId: job.documentId,
    jobId: job.id,
  }
}

/** Ends what a newer version or a delete has overtaken. Nobody was ever shown these bytes, so they go at once. */
export async function supersede(
  { db, objects, now }: Pick<Deps, 'db' | 'objects' | 'now'>,
  tasks: readonly Task[],
): Promise<Outcomes> {
  if (tasks.length > 0) {
    await deleteObjects(objects, tasks.map(folderOf))
    await finishSuperseded(db, idsOf(tasks), now())
  }
  return outcomeOfAll(tasks, { result: 'superseded' })
}

/** A fault that may pass is tried again while attempts are left; any other ends the job. */
export async function settleFailures(
  { db, now }: Pick<Deps, 'db' | 'now'>,
  failures: readonly Failure[],
): Promise<Outcomes> {
  const isFinal = ({ task, error }: Failure) => !mayPass(error) || task.job.attempts + 1 >= MAX_ATTEMPTS
  const final = failures.filter(isFinal)
  if (final.length > 0)
    await failJobs(
      db,
      final.map(({ task, error: { code, message } }) => ({ jobId: task.job.id, code, message })),
      now(),
    )
  return new Map(
    failures.map((failure) => [
      failure.task.job.id,
      { result: isFinal(failure) ? 'failed' : 'retry', error: failure.error },
    ]),
  )
}

/** An unknown fault is more often a store that did not answer than a document that can never be read. */
const mayPass = (error: AppError) => error.retryable || error.code === 'internal' || mayFitLater(error)

/** Each start of these ended without a word: their documents take the isolate down. */
export function giveUp(deps: Pick<Deps, 'db' | 'now'>, tasks: readonly Task[]): Promise<Outcomes> {
  const error = new AppError('internal', `Indexing was begun ${MAX_ATTEMPTS} times and never came to an end`)
  return settleFailures(
    deps,
    tasks.map((task) => ({ task, error })),
  )
}
