import type { ApiEnv } from '../../../shared/api/define-route.ts'
import {
  deleteDocumentRoute,
  getContentRoute,
  getDocumentRoute,
  listDocumentsRoute,
} from '../../../shared/api/documents.ts'
import {
  buryDocument,
  type DocumentRow,
  findDocument,
  findVersion,
  listDocuments,
} from '../../../shared/db/documents.ts'
import { canonicalKey } from '../../../shared/domain/object-keys.ts'
import { readableBy } from '../../../shared/domain/principal.ts'
import { AppError } from '../../../shared/errors.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import type { Deps } from '../app.ts'
import { existingCollection } from '../collection.ts'
import { clearDocument } from '../remove.ts'

export type DocumentsDeps = Pick<Deps, 'db' | 'objects' | 'index' | 'newId' | 'now'>

export function documentsRoutes(deps: DocumentsDeps) {
  const { db, objects, newId, now } = deps
  return apiApp<ApiEnv>()
    .openapi(listDocumentsRoute, async (c) => {
      const { principal } = c.get('context')
      const { name, tenantId } = await existingCollection(db, principal, c.req.valid('param').collection)
      const { state, limit, cursor: after = '' } = c.req.valid('query')
      const query = { state, after, limit: limit + 1, readableBy: readableBy(principal) }
      const rows = await listDocuments(db, { tenantId, collection: name }, query)
      const shown = rows.slice(0, limit)
      const last = shown.at(-1)?.newest.documentId ?? null
      return c.json({ data: shown.map(describeDocument), nextCursor: rows.length > limit ? last : null }, 200)
    })
    .openapi(getDocumentRoute, async (c) => {
      const { principal } = c.get('context')
      const { collection, id } = c.req.valid('param')
      const { name, tenantId } = await existingCollection(db, principal, collection)
      const ref = { tenantId, collection: name, documentId: id }
      const row = await findDocument(db, ref, readableBy(principal))
      if (!row) throw noDocument(id)
      return c.json(describeDocument(row), 200)
    })
    .openapi(getContentRoute, async (c) => {
      const { principal } = c.get('context')
      const { collection, id } = c.req.valid('param')
      const { name, tenantId, id: collectionId } = await existingCollection(db, principal, collection)
      const ref = { tenantId, collection: name, documentId: id }
      const { version: wanted } = c.req.valid('query')
      const version = await findVersion(db, ref, wanted, readableBy(principal))
      // Of the versions kept, those that are or were live have their text.
      const isShown = version?.state === 'live' || version?.state === 'deleted'
      const text = isShown ? await objects.stream(canonicalKey({ ...version, collectionId })) : null
      if (!text) throw noContent(id, wanted)
      const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }
      return new Response(text, { headers })
    })
    .openapi(deleteDocumentRoute, async (c) => {
      const { principal } = c.get('context')
      const { collection: name, id } = c.req.valid('param')
      const collection = await existingCollection(db, principal, name)
      const ref = { tenantId: collection.tenantId, collection: name, documentId: id }
      const row = await findDocument(db, ref, null)
      if (!row) throw noDocument(id)
      const tombstone = await buryDocument(db, row.newest, newId('job'), now())
      if (!tombstone) throw new AppError('conflict', `"${id}" is being changed; send the request again`)
      await clearDocument(deps, collection, tombstone)
      const { version, createdAtMs } = tombstone
      const stores = { index: 'deleted', objects: 'deleted', database: 'deleted' } as const
      return c.json({ documentId: id, version, deletedAt: new Date(createdAtMs).toISOString(), stores }, 200)
    })
}

function describeDocument({ newest, liveVersion }: DocumentRow) {
  const { documentId, version, state, title, mediaType, metadata, labels, acl, chunks, bytes } = newest
  const { updatedAtMs, errorCode, errorMessage } = newest
  return {
    documentId,
    version,
    liveVersion,
    state,
    title,
    mediaType,
    metadata,
    labels,
    acl,
    chunks,
    bytes,
    updatedAt: new Date(updatedAtMs).toISOString(),
    ...(errorCode !== null && { error: { code: errorCode, message: errorMessage ?? '' } }),
  }
}

const noDocument = (id: string) => new AppError('not_found', `id: there is no document "${id}"`)

function noContent(id: string, version: number | undefined) {
  return version === undefined
    ? new AppError('not_found', `id: no version of "${id}" is live; GET the document to see its state`)
    : new AppError(
        'not_found',
        `version: "${id}" has no text of version ${version}; it is not live yet, failed, or was replaced too long ago`,
      )
}
