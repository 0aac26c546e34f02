import { and, asc, eq, inArray, lt, lte, ne, notInArray, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { DocumentState } from '../domain/document.ts'
import type { JobView } from '../domain/ingest.ts'
import type { VersionFolder } from '../domain/object-keys.ts'
import type { Database } from './client.ts'
import type { CollectionRow } from './collections.ts'
import type { VersionRow } from './documents.ts'
import { inJson } from './in-json.ts'
import { collections, documents, documentVersions, jobs } from './schema.ts'

export type JobRow = typeof jobs.$inferSelect

/** A job with everything that deciding on it and doing it needs. */
export type LoadedJob = {
  readonly job: JobRow
  readonly collection: CollectionRow
  readonly version: VersionRow | null
  readonly view: JobView
}

const isDocumentOfJob = and(
  eq(documents.tenantId, jobs.tenantId),
  eq(documents.collection, jobs.collection),
  eq(documents.id, jobs.documentId),
)
const newer = alias(documentVersions, 'newer')
const isOfJobsDocument = (versions: typeof documentVersions | typeof newer) =>
  and(
    eq(versions.tenantId, jobs.tenantId),
    eq(versions.collection, jobs.collection),
    eq(versions.documentId, jobs.documentId),
  )
const isVersionOfJob = and(isOfJobsDocument(documentVersions), eq(documentVersions.version, jobs.version))
const isVersionOfDocument = and(
  eq(documentVersions.tenantId, documents.tenantId),
  eq(documentVersions.collection, documents.collection),
  eq(documentVersions.documentId, documents.id),
)
const isCollectionOfJob = and(eq(collections.tenantId, jobs.tenantId), eq(collections.name, jobs.collection))
const isOpen = notInArray(documentVersions.state, ['live', 'deleted'])
const isUnfinished = inArray(jobs.state, ['queued', 'running'])

/** Jobs whose collection was deleted are missing. */
export async function loadJobs(db: Database, ids: readonly string[]): Promise<LoadedJob[]> {
  const rows = await db
    .select({ job: jobs, collection: collections, version: documentVersions, document: documents })
    .from(jobs)
    .innerJoin(collections, isCollectionOfJob)
    .innerJoin(documents, isDocumentOfJob)
    .leftJoin(documentVersions, isVersionOfJob)
    .where(inJson(jobs.id, ids))
  return rows.map(({ job, collection, version, document }) => {
    const { state, attempts } = job
    const { latestVersion, deletedAtMs } = document
    const versionState = version?.state ?? null
    const view = { state, attempts, version: job.version, latestVersion, isDeleted: deletedAtMs !== null }
    return { job, collection, version, view: { ...view, versionState } }
  })
}

/** The job as its owner sees it; `version` is null when what it made is gone. */
export async function findJob(
  db: Database,
  tenantId: string,
  id: string,
): Promise<Pick<LoadedJob, 'job' | 'version'> | undefined> {
  return db
    .select({ job: jobs, version: documentVersions })
    .from(jobs)
    .leftJoin(documentVersions, isVersionOfJob)
    .where(and(eq(jobs.id, id), eq(jobs.tenantId, tenantId)))
    .get()
}

const STEPS = ['queued', 'parsing', 'embedding', 'indexing'] as const satisfies readonly DocumentState[]

/** Counts an attempt and shows the first step. Answers by job which attempt it is: no two that begin have the same number. */
export async function beginJobs(
  db: Database,
  ids: readonly string[],
  nowMs: number,
): Promise<Map<string, number>> {
  const [begun] = await db.batch([
    db
      .update(jobs)
      .set({ state: 'running', attempts: sql`${jobs.attempts} + 1`, updatedAtMs: nowMs })
      .where(and(inJson(jobs.id, ids), isUnfinished))
      .returning({ id: jobs.id, attempts: jobs.attempts }),
    step(db, ids, 'parsing', nowMs),
  ])
  return new Map(begun.map(({ id, attempts }) => [id, attempts]))
}

/** A version only moves forward: an attempt that begins again leaves it at the furthest step that it has reached. */
export async function advanceJobs(
  db: Database,
  ids: readonly string[],
  state: 'embedding' | 'indexing',
  nowMs: number,
): Promise<void> {
  if (ids.length === 0) return
  await db.batch([
    db.update(jobs).set({ updatedAtMs: nowMs }).where(inJson(jobs.id, ids)),
    step(db, ids, state, nowMs),
  ])
}

function step(db: Database, ids: readonly string[], state: (typeof STEPS)[number], nowMs: number) {
  const earlier = STEPS.slice(0, STEPS.indexOf(state))
  return db
    .update(documentVersions)
    .set({ state, updatedAtMs: nowMs })
    .from(jobs)
    .where(and(inJson(jobs.id, ids), isVersionOfJob, inArray(documentVersions.state, earlier)))
}

export type IndexedVersion = { readonly jobId: string; readonly chunks: number; readonly title: string }

/**
 * Makes versions that the index shows the live ones and what they replace `deleted`, in one transaction. Answers the jobs whose
 * version is live now; a version that a newer one or a delete has overtaken is left as it is, and so is its job.
 */
export async function finishLive(
  db: Database,
  indexed: readonly IndexedVersion[],
  nowMs: number,
): Promise<Set<string>> {
  if (indexed.length === 0) return new Set()
  const isOne = inJson(
    jobs.id,
    indexed.map(({ jobId }) => jobId),
  )
  const liveVersion = db
    .select({ version: documentVersions.version })
    .from(documentVersions)
    .where(and(isVersionOfDocument, eq(documentVersions.state, 'live')))
  const [, , , done] = await db.batch([
    makeLive(db, indexed, nowMs),
    replaceOlder(db, isOne, nowMs),
    db
      .update(documents)
      .set({ liveVersion: sql`(${liveVersion})`, updatedAtMs: nowMs })
      .from(jobs)
      .where(and(isOne, isDocumentOfJob)),
    db
      .update(jobs)
      .set({ state: 'done', updatedAtMs: nowMs })
      .from(documentVersions)
      .where(and(isOne, isVersionOfJob, eq(documentVersions.state, 'live')))
      .returning({ id: jobs.id }),
  ])
  return new Set(done.map(({ id }) => id))
}

/** Whatever overtakes a version, be it newer or a tombstone, marks it `deleted` in the transaction that does so. */
function makeLive(db: Database, indexed: readonly IndexedVersion[], nowMs: number) {
  return db
    .update(documentVersions)
    .set({
      state: 'live',
      chunks: sql`value ->> 'chunks'`,
      title: sql`value ->> 'title'`,
      errorCode: null,
      errorMessage: null,
      updatedAtMs: nowMs,
    })
    .from(sql`json_each(${JSON.stringify(indexed)})`)
    .innerJoin(jobs, sql`${jobs.id} = value ->> 'jobId'`)
    .where(and(isVersionOfJob, ne(documentVersions.state, 'deleted')))
}

function replaceOlder(db: Database, isOne: SQL, nowMs: number) {
  return db
    .update(documentVersions)
    .set({ state: 'deleted', updatedAtMs: nowMs })
    .from(jobs)
    .innerJoin(newer, and(isOfJobsDocument(newer), eq(newer.version, jobs.version), eq(newer.state, 'live')))
    .where(
      and(
        isOne,
        isOfJobsDocument(documentVersions),
        lt(documentVersions.version, jobs.version),
        ne(documentVersions.state, 'deleted'),
      ),
    )
}

/** Ends jobs whose version a newer one or a delete has overtaken. */
export async function finishSuperseded(db: Database, ids: readonly string[], nowMs: number): Promise<void> {
  await db.batch([
    db
      .update(documentVersions)
      .set({ state: 'deleted', updatedAtMs: nowMs })
      .from(jobs)
      .where(and(inJson(jobs.id, ids), isVersionOfJob, isOpen)),
    finish(db, ids, 'done', nowMs),
  ])
}

export type FailedJob = { readonly jobId: string; readonly code: string; readonly message: string }

/** Ends jobs for good; what another delivery has finished meanwhile stays finished. */
export async function failJobs(db: Database, failed: readonly FailedJob[], nowMs: number): Promise<void> {
  const ids = failed.map(({ jobId }) => jobId)
  await db.batch([
    db
      .update(documentVersions)
      .set({
        state: 'failed',
        errorCode: sql`value ->> 'code'`,
        errorMessage: sql`value ->> 'message'`,
        updatedAtMs: nowMs,
      })
      .from(sql`json_each(${JSON.stringify(failed)})`)
      .innerJoin(jobs, sql`${jobs.id} = value ->> 'jobId'`)
      .where(and(isVersionOfJob, isOpen)),
    finish(db, ids, 'failed', nowMs),
  ])
}

/** After a tombstone's stores are cleared: forgets the versions below it and ends its job. */
export async function finishRemoval(db: Database, jobId: string, nowMs: number): Promise<void> {
  await db.batch([forgetReplaced(db, [jobId]), finish(db, [jobId], 'done', nowMs)])
}

function finish(db: Database, ids: readonly string[], state: 'done' | 'failed', nowMs: number) {
  return db
    .update(jobs)
    .set({ state, updatedAtMs: nowMs })
    .where(and(inJson(jobs.id, ids), isUnfinished))
}

/** Takes up to `limit` unfinished jobs that nobody has touched since, each for one caller only. */
export async function claimStaleJobs(
  db: Database,
  { untouchedSinceMs, limit, nowMs }: { untouchedSinceMs: number; limit: number; nowMs: number },
): Promise<string[]> {
  const stale = db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(isUnfinished, lte(jobs.updatedAtMs, untouchedSinceMs)))
    .orderBy(asc(jobs.updatedAtMs))
    .limit(limit)
  const claimed = await db
    .update(jobs)
    .set({ updatedAtMs: nowMs })
    .where(inArray(jobs.id, stale))
    .returning({ id: jobs.id })
  return claimed.map(({ id }) => id)
}

/** Jobs that ended before, oldest first. */
export async function listEndedJobs(db: Database, endedBeforeMs: number, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(inArray(jobs.state, ['done', 'failed']), lt(jobs.updatedAtMs, endedBeforeMs)))
    .orderBy(asc(jobs.updatedAtMs))
    .limit(limit)
  return rows.map(({ id }) => id)
}

/** Versions that were replaced by, or overtaken before, the versions of these jobs. */
const isReplacedBy = (jobIds: readonly string[]) =>
  and(
    inJson(jobs.id, jobIds),
    isOfJobsDocument(documentVersions),
    lt(documentVersions.version, jobs.version),
    eq(documentVersions.state, 'deleted'),
  )

/** Where the bytes of the versions are that these jobs, all of them ended, have replaced. */
export async function listReplaced(db: Database, jobIds: readonly string[]): Promise<VersionFolder[]> {
  const { tenantId, documentId, jobId } = documentVersions
  return db
    .select({ tenantId, collectionId: collections.id, documentId, jobId })
    .from(jobs)
    .innerJoin(documentVersions, isReplacedBy(jobIds))
    .innerJoin(collections, isCollectionOfJob)
}

/** Forgets ended jobs and the versions that they have replaced. */
export async function forgetJobs(db: Database, ids: readonly string[]): Promise<void> {
  await db.batch([forgetReplaced(db, ids), db.delete(jobs).where(inJson(jobs.id, ids))])
}

function forgetReplaced(db: Database, jobIds: readonly string[]) {
  const { tenantId, collection, documentId, version } = documentVersions
  const replaced = db
    .select({ tenantId, collection, documentId, version })
    .from(jobs)
    .innerJoin(documentVersions, isReplacedBy(jobIds))
  return db
    .delete(documentVersions)
    .where(sql`(${tenantId}, ${collection}, ${documentId}, ${version}) IN ${replaced}`)
}
