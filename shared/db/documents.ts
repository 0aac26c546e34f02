import { and, asc, desc, eq, gt, isNull, lt, ne, or, type SQL, sql } from 'drizzle-orm'
import type { DocumentState } from '../domain/document.ts'
import type { Database } from './client.ts'
import { inJson } from './in-json.ts'
import { documents, documentVersions, jobs } from './schema.ts'

export type DocumentRef = {
  readonly tenantId: string
  readonly collection: string
  readonly documentId: string
}
export type VersionRow = typeof documentVersions.$inferSelect
export type NewVersion = Pick<
  VersionRow,
  | 'tenantId'
  | 'collection'
  | 'documentId'
  | 'jobId'
  | 'contentHash'
  | 'mediaType'
  | 'title'
  | 'metadata'
  | 'acl'
  | 'labels'
  | 'bytes'
>
/** A document as its newest version shows it, and which version readers see. */
export type DocumentRow = { readonly newest: VersionRow; readonly liveVersion: number | null }

/** In place of a content hash: no content is equal to it. */
const TOMBSTONE = ''

const isDocument = ({ tenantId, collection, documentId }: DocumentRef) =>
  and(eq(documents.tenantId, tenantId), eq(documents.collection, collection), eq(documents.id, documentId))

const isVersionOf = ({ tenantId, collection, documentId }: DocumentRef) =>
  and(
    eq(documentVersions.tenantId, tenantId),
    eq(documentVersions.collection, collection),
    eq(documentVersions.documentId, documentId),
  )

const latestVersion = (ref: DocumentRef) =>
  sql<number>`(SELECT ${documents.latestVersion} FROM ${documents} WHERE ${isDocument(ref)})`

const sameDocument = and(
  eq(documentVersions.tenantId, documents.tenantId),
  eq(documentVersions.collection, documents.collection),
  eq(documentVersions.documentId, documents.id),
)

/**
 * Gives each its document's next version, with its job, unless the newest version holds the same content and has not failed.
 * Answers the numbers by job id; a job that is missing had nothing to do. Fails whole when the collection is gone.
 */
export async function acceptVersions(
  db: Database,
  collectionId: string,
  versions: readonly NewVersion[],
  nowMs: number,
): Promise<Map<string, number>> {
  const [first, ...rest] = versions.flatMap((version) => acceptance(db, collectionId, version, nowMs))
  if (!first) return new Map()
  await db.batch([first, ...rest])
  return jobVersions(
    db,
    versions.map(({ jobId }) => jobId),
  )
}

function acceptance(db: Database, collectionId: string, version: NewVersion, nowMs: number) {
  const { collection, documentId, jobId, contentHash } = version
  const isUnchanged = and(
    sameDocument,
    eq(documentVersions.version, documents.latestVersion),
    eq(documentVersions.contentHash, contentHash),
    sql`${documentVersions.state} NOT IN ('failed', 'deleted')`,
  )
  return [
    db
      .insert(documents)
      .values({
        // NULL, and so an error that undoes the batch, when the collection was deleted since it was read.
        tenantId: sql`(SELECT tenant_id FROM collections WHERE id = ${collectionId})`,
        collection,
        id: documentId,
        latestVersion: 1,
        updatedAtMs: nowMs,
      })
      .onConflictDoUpdate({
        target: [documents.tenantId, documents.collection, documents.id],
        set: { latestVersion: sql`${documents.latestVersion} + 1`, deletedAtMs: null, updatedAtMs: nowMs },
        setWhere: sql`NOT EXISTS (SELECT 1 FROM ${documentVersions} WHERE ${isUnchanged})`,
      }),
    // The latest version has its row already when the statement above found nothing to do.
    db
      .insert(documentVersions)
      .values({
        ...version,
        version: latestVersion(version),
        state: 'queued',
        createdAtMs: nowMs,
        updatedAtMs: nowMs,
      })
      .onConflictDoNothing(),
    jobFor(db, version, jobId),
  ]
}

/** A job for the version that was just written under its id, if it was. */
function jobFor(db: Database, ref: DocumentRef, jobId: string) {
  return db.insert(jobs).select(
    sql`SELECT job_id, tenant_id, collection, document_id, version, 'queued', 0, created_at_ms, created_at_ms
      FROM ${documentVersions} WHERE ${and(isVersionOf(ref), eq(documentVersions.jobId, jobId))}`,
  )
}

async function jobVersions(db: Database, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.select({ id: jobs.id, version: jobs.version }).from(jobs).where(inJson(jobs.id, ids))
  return new Map(rows.map(({ id, version }) => [id, version]))
}

/**
 * Writes a tombstone: the document's next version, in the state `deleted`, with a job that clears the stores. A document that is
 * deleted already keeps the tombstone that it has. Answers the newest tombstone.
 */
export async function buryDocument(
  db: Database,
  { tenantId, collection, documentId, mediaType }: VersionRow,
  jobId: string,
  nowMs: number,
): Promise<VersionRow | undefined> {
  const ref = { tenantId, collection, documentId }
  const latest = latestVersion(ref)
  await db.batch([
    db
      .update(documents)
      .set({
        latestVersion: sql`${documents.latestVersion} + 1`,
        liveVersion: null,
        deletedAtMs: nowMs,
        updatedAtMs: nowMs,
      })
      .where(and(isDocument(ref), isNull(documents.deletedAtMs))),
    db
      .insert(documentVersions)
      .values({
        ...ref,
        version: latest,
        state: 'deleted',
        jobId,
        contentHash: TOMBSTONE,
        mediaType,
        metadata: {},
        labels: [],
        bytes: 0,
        createdAtMs: nowMs,
        updatedAtMs: nowMs,
      })
      .onConflictDoNothing(),
    db
      .update(documentVersions)
      .set({ state: 'deleted', updatedAtMs: nowMs })
      .where(and(isVersionOf(ref), lt(documentVersions.version, latest))),
    jobFor(db, ref, jobId),
  ])
  return db
    .select()
    .from(documentVersions)
    .where(and(isVersionOf(ref), eq(documentVersions.contentHash, TOMBSTONE)))
    .orderBy(desc(documentVersions.version))
    .limit(1)
    .get()
}

/** Newest versions of those of the documents that exist, deleted ones included. */
export async function newestVersions(
  db: Database,
  { tenantId, name }: { tenantId: string; name: string },
  documentIds: readonly string[],
): Promise<Map<string, VersionRow>> {
  const rows = await db
    .select({ newest: documentVersions })
    .from(documents)
    .innerJoin(documentVersions, and(sameDocument, eq(documentVersions.version, documents.latestVersion)))
    .where(
      and(
        eq(documents.tenantId, tenantId),
        eq(documents.collection, name),
        inJson(documents.id, documentIds),
      ),
    )
  return new Map(rows.map(({ newest }) => [newest.documentId, newest]))
}

export type DocumentQuery = {
  /** Without one, everything but what is deleted. */
  readonly state?: DocumentState | undefined
  /** Principals of the reader; null sees documents whatever their access list. */
  readonly readableBy: readonly string[] | null
}

export async function findDocument(
  db: Database,
  ref: DocumentRef,
  readableBy: DocumentQuery['readableBy'],
): Promise<DocumentRow | undefined> {
  return selectDocuments(db)
    .where(and(isDocument(ref), readable(readableBy)))
    .get()
}

/** By id, after `after`. */
export async function listDocuments(
  db: Database,
  { tenantId, collection }: Omit<DocumentRef, 'documentId'>,
  { state, readableBy, after, limit }: DocumentQuery & { after: string; limit: number },
): Promise<DocumentRow[]> {
  const inState =
    state === undefined ? ne(documentVersions.state, 'deleted') : eq(documentVersions.state, state)
  const inCollection = and(eq(documents.tenantId, tenantId), eq(documents.collection, collection))
  return selectDocuments(db)
    .where(and(inCollection, gt(documents.id, after), inState, readable(readableBy)))
    .orderBy(asc(documents.id))
    .limit(limit)
}

/** One version, by default the one that readers see. */
export async function findVersion(
  db: Database,
  ref: DocumentRef,
  version: number | undefined,
  readableBy: DocumentQuery['readableBy'],
): Promise<VersionRow | undefined> {
  const live = sql`(SELECT ${documents.liveVersion} FROM ${documents} WHERE ${isDocument(ref)})`
  return db
    .select()
    .from(documentVersions)
    .where(and(isVersionOf(ref), eq(documentVersions.version, version ?? live), readable(readableBy)))
    .get()
}

function selectDocuments(db: Database) {
  return db
    .select({ newest: documentVersions, liveVersion: documents.liveVersion })
    .from(documents)
    .innerJoin(documentVersions, and(sameDocument, eq(documentVersions.version, documents.latestVersion)))
    .$dynamic()
}

/** The access list is a predicate of the query, so that a page never runs short of what was filtered out of it. */
function readable(readableBy: DocumentQuery['readableBy']): SQL | undefined {
  if (readableBy === null) return undefined
  const { acl } = documentVersions
  const isNamed = sql`EXISTS (SELECT 1 FROM json_each(${acl}) WHERE value IN (SELECT value FROM json_each(${JSON.stringify(readableBy)})))`
  return or(isNull(acl), isNamed)
}

/** The labels of live versions, as `labels` of their documents. */
export async function labelsOfLive(
  db: Database,
  { tenantId, collection }: Omit<DocumentRef, 'documentId'>,
  documentIds: readonly string[],
): Promise<Pick<VersionRow, 'documentId' | 'version' | 'labels'>[]> {
  const { documentId, version, labels } = documentVersions
  return db
    .select({ documentId, version, labels })
    .from(documentVersions)
    .where(
      and(
        eq(documentVersions.tenantId, tenantId),
        eq(documentVersions.collection, collection),
        inJson(documentId, documentIds),
        eq(documentVersions.state, 'live'),
      ),
    )
}
