import type { CollectionRow } from '../../shared/db/collections.ts'
import {
  acceptVersions,
  type NewVersion,
  newestVersions,
  type VersionRow,
} from '../../shared/db/documents.ts'
import { rawKey } from '../../shared/domain/object-keys.ts'
import { AppError } from '../../shared/errors.ts'
import { errorFields } from '../../shared/log.ts'
import type { CallContext } from '../../shared/ports/services.ts'
import type { Deps } from './app.ts'
import { contentHash } from './hash.ts'
import type { Incoming } from './incoming.ts'
import { deleteObjects } from './remove.ts'
import { mapBounded, slices } from './slices.ts'

export type Accepted = {
  readonly documentId: string
  readonly version: number
  /** Missing when there is nothing to wait for. */
  readonly jobId?: string
  readonly unchanged?: true
}

type AcceptDeps = Pick<Deps, 'db' | 'objects' | 'send' | 'newId' | 'now' | 'log'>
type Upload = { readonly version: NewVersion; readonly bytes: Uint8Array }

const UPLOADS_AT_ONCE = 16
const VERSIONS_PER_TRANSACTION = 50

/**
 * Bytes first, then the row and its job in one transaction, then the message: whatever is interrupted, a job never lacks its bytes,
 * and one whose message was lost is found again. Answers in the order of the documents, which name different ids.
 */
export async function acceptDocuments(
  deps: AcceptDeps,
  context: CallContext,
  collection: CollectionRow,
  documents: readonly Incoming[],
): Promise<Accepted[]> {
  const uploads = await mapBounded(documents, UPLOADS_AT_ONCE, (document) =>
    toUpload(deps, collection, document),
  )
  const ids = uploads.map(({ version }) => version.documentId)
  const before = await newestVersions(deps.db, collection, ids)
  const changed = uploads.filter(({ version }) => !holds(before.get(version.documentId), version))
  await mapBounded(changed, UPLOADS_AT_ONCE, ({ version, bytes }) =>
    deps.objects.put(rawKey(folderOf(collection, version)), bytes, version.mediaType),
  )
  const accepted = await recordVersions(
    deps,
    collection,
    changed.map(({ version }) => version),
  )
  await announce(deps, context, [...accepted.keys()])
  const overtaken = changed.filter(({ version }) => !accepted.has(version.jobId))
  const newest = overtaken.length > 0 ? await afterRace(deps, collection, overtaken) : before
  return uploads.map(({ version: { documentId, jobId } }) => {
    const version = accepted.get(jobId)
    if (version !== undefined) return { documentId, version, jobId }
    const same = newest.get(documentId) ?? before.get(documentId)
    if (!same) throw deletedMeanwhile(collection)
    return {
      documentId,
      version: same.version,
      ...(same.state !== 'live' && { jobId: same.jobId }),
      unchanged: true,
    }
  })
}

async function toUpload(
  { newId }: AcceptDeps,
  { tenantId, name }: CollectionRow,
  { documentId, bytes, ...content }: Incoming,
): Promise<Upload> {
  const identity = { tenantId, collection: name, documentId, jobId: newId('job') }
  const hash = await contentHash(bytes, content)
  return { version: { ...identity, ...content, contentHash: hash, bytes: bytes.byteLength }, bytes }
}

/** A failed version holds nothing: the same bytes are tried again. */
function holds(newest: VersionRow | undefined, { contentHash }: NewVersion): boolean {
  return newest !== undefined && newest.contentHash === contentHash && newest.state !== 'failed'
}

async function recordVersions({ db, now }: AcceptDeps, collection: CollectionRow, versions: NewVersion[]) {
  const accepted = new Map<string, number>()
  for (const slice of slices(versions, VERSIONS_PER_TRANSACTION)) {
    const numbers = await acceptVersions(db, collection.id, slice, now()).catch((cause: unknown) => {
      throw String(cause).includes('NOT NULL') ? deletedMeanwhile(collection, cause) : cause
    })
    for (const [jobId, version] of numbers) accepted.set(jobId, version)
  }
  return accepted
}

/** Another request sent the same content at the same time and came first: this upload's bytes are nobody's. */
async function afterRace(
  { db, objects }: AcceptDeps,
  collection: CollectionRow,
  overtaken: readonly Upload[],
) {
  await deleteObjects(
    objects,
    overtaken.map(({ version }) => folderOf(collection, version)),
  )
  return newestVersions(
    db,
    collection,
    overtaken.map(({ version }) => version.documentId),
  )
}

/** The jobs are recorded, so a queue that does not answer delays them and fails nothing. */
async function announce({ send, log }: AcceptDeps, { requestId, principal }: CallContext, jobIds: string[]) {
  try {
    const { keyId } = principal
    await send(jobIds.map((jobId) => ({ type: 'index', jobId, requestId, keyId })))
  } catch (thrown) {
    const error = errorFields(AppError.from(thrown))
    log({ event: 'jobs_not_sent', worker: 'ingest', requestId, tenantId: principal.tenantId, jobIds, error })
  }
}

const folderOf = ({ tenantId, id }: CollectionRow, { documentId, jobId }: NewVersion) => ({
  tenantId,
  collectionId: id,
  documentId,
  jobId,
})

function deletedMeanwhile({ name }: CollectionRow, cause?: unknown) {
  return new AppError('conflict', `collection: "${name}" was deleted while the request ran; send it again`, {
    cause,
  })
}
