import { and, asc, eq, inArray, lt, lte, sql } from 'drizzle-orm'
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

const isVersionOfJob = and(
  eq(documentVersions.tenantId, jobs.tenantId),
  eq(documentVersions.collection, jobs.collection),
  eq(documentVersions.documentId, jobs.documentId),
  eq(documentVersions.version, jobs.version),
)
const isUnfinished = inArray(jobs.state, ['queued', 'running'])

/** In statements written out: `v` is a version of the document of the job `j`. */
const VERSION_OF_JOB = sql`v.tenant_id = j.tenant_id AND v.collection = j.collection AND v.document_id = j.document_id`
const idsOf = (ids: readonly string[]) => sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`

const isDocumentOfJob = and(
  eq(documents.tenantId, jobs.tenantId),
  eq(documents.collection, jobs.collection),
  eq(documents.id, jobs.documentId),
)

/** Jobs whose collection was deleted are missing. */
export async function loadJobs(db: Database, ids: readonly string[]): Promise<LoadedJob[]> {
  const rows = await db
    .select({ job: jobs, collection: collections, version: documentVersions, document: documents })
    .from(jobs)
    .innerJoin(
      collections,
      and(eq(collections.tenantId, jobs.tenantId), eq(collections.name, jobs.collection)),
    )
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

/** Counts an attempt and shows the first step. */
export async function beginJobs(db: Database, ids: readonly string[], nowMs: number): Promise<void> {
  await db.batch([
    db
      .update(jobs)
      .set({ state: 'running', attempts: sql`${jobs.attempts} + 1`, updatedAtMs: nowMs })
      .where(and(inJson(jobs.id, ids), isUnfinished)),
    step(db, ids, 'parsing', nowMs),
  ])
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
  const ids = idsOf(indexed.map(({ jobId }) => jobId))
  const [, , , done] = await db.batch([
    db.run(sql`
      UPDATE document_versions AS v SET state = 'live', chunks = value ->> 'chunks', title = value ->> 'title',
        error_code = NULL, error_message = NULL, updated_at_ms = ${nowMs}
      FROM json_each(${JSON.stringify(indexed)}) JOIN jobs AS j ON j.id = value ->> 'jobId'
        JOIN documents AS d ON d.tenant_id = j.tenant_id AND d.collection = j.collection AND d.id = j.document_id
      WHERE ${VERSION_OF_JOB} AND v.version = j.version AND v.state <> 'deleted'
        AND d.deleted_at_ms IS NULL AND coalesce(d.live_version, 0) <= v.version`),
    db.run(sql`
      UPDATE document_versions AS v SET state = 'deleted', updated_at_ms = ${nowMs}
      FROM jobs AS j JOIN document_versions AS newer ON newer.tenant_id = j.tenant_id AND newer.collection = j.collection
        AND newer.document_id = j.document_id AND newer.version = j.version AND newer.state = 'live'
      WHERE j.id IN ${ids} AND ${VERSION_OF_JOB} AND v.version < j.version AND v.state <> 'deleted'`),
    db.run(sql`
      UPDATE documents AS d SET updated_at_ms = ${nowMs}, live_version = (
        SELECT version FROM document_versions AS v
        WHERE v.tenant_id = d.tenant_id AND v.collection = d.collection AND v.document_id = d.id AND v.state = 'live')
      FROM jobs AS j
      WHERE j.id IN ${ids} AND d.tenant_id = j.tenant_id AND d.collection = j.collection AND d.id = j.document_id`),
    db.all<{ id: string }>(sql`
      UPDATE jobs AS j SET state = 'done', updated_at_ms = ${nowMs} FROM document_versions AS v
      WHERE j.id IN ${ids} AND ${VERSION_OF_JOB} AND v.version = j.version AND v.state = 'live' RETURNING j.id`),
  ])
  return new Set(done.map(({ id }) => id))
}

/** Ends jobs whose version a newer one or a delete has overtaken. */
export async function finishSuperseded(db: Database, ids: readonly string[], nowMs: number): Promise<void> {
  await db.batch([
    db.run(sql`
      UPDATE document_versions AS v SET state = 'deleted', updated_at_ms = ${nowMs} FROM jobs AS j
      WHERE j.id IN ${idsOf(ids)} AND ${VERSION_OF_JOB} AND v.version = j.version AND v.state NOT IN ('live', 'deleted')`),
    finish(db, ids, nowMs),
  ])
}

export type FailedJob = { readonly jobId: string; readonly code: string; readonly message: string }

/** Ends jobs for good; what another delivery has finished meanwhile stays finished. */
export async function failJobs(db: Database, failed: readonly FailedJob[], nowMs: number): Promise<void> {
  await db.batch([
    db.run(sql`
      UPDATE document_versions AS v SET state = 'failed', error_code = value ->> 'code',
        error_message = value ->> 'message', updated_at_ms = ${nowMs}
      FROM json_each(${JSON.stringify(failed)}) JOIN jobs AS j ON j.id = value ->> 'jobId'
      WHERE ${VERSION_OF_JOB} AND v.version = j.version AND v.state NOT IN ('live', 'deleted')`),
    db
      .update(jobs)
      .set({ state: 'failed', updatedAtMs: nowMs })
      .where(
        and(
          inJson(
            jobs.id,
            failed.map(({ jobId }) => jobId),
          ),
          isUnfinished,
        ),
      ),
  ])
}

/** After a tombstone's stores are cleared: forgets the versions below it and ends its job. */
export async function finishRemoval(db: Database, jobId: string, nowMs: number): Promise<void> {
  await db.batch([forgetReplaced(db, [jobId]), finish(db, [jobId], nowMs)])
}

function finish(db: Database, ids: readonly string[], nowMs: number) {
  return db
    .update(jobs)
    .set({ state: 'done', updatedAtMs: nowMs })
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

const replacedBy = (jobIds: readonly string[]) => sql`
  FROM jobs AS j JOIN document_versions AS v ON ${VERSION_OF_JOB} AND v.version < j.version AND v.state = 'deleted'
    JOIN collections AS c ON c.tenant_id = j.tenant_id AND c.name = j.collection
  WHERE j.id IN ${idsOf(jobIds)}`

/** Where the bytes of the versions are that these jobs, all of them ended, have replaced. */
export async function listReplaced(db: Database, jobIds: readonly string[]): Promise<VersionFolder[]> {
  return db.all<VersionFolder>(sql`
    SELECT v.tenant_id AS tenantId, c.id AS collectionId, v.document_id AS documentId, v.job_id AS jobId
    ${replacedBy(jobIds)}`)
}

/** Forgets ended jobs and the versions that they have replaced. */
export async function forgetJobs(db: Database, ids: readonly string[]): Promise<void> {
  await db.batch([forgetReplaced(db, ids), db.delete(jobs).where(inJson(jobs.id, ids))])
}

function forgetReplaced(db: Database, jobIds: readonly string[]) {
  return db.run(sql`
    DELETE FROM document_versions WHERE (tenant_id, collection, document_id, version) IN (
      SELECT v.tenant_id, v.collection, v.document_id, v.version ${replacedBy(jobIds)})`)
}
