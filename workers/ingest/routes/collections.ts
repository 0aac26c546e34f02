import type { z } from 'zod'
import {
  type collectionRequest,
  deleteCollectionRoute,
  getCollectionRoute,
  listCollectionsRoute,
  putCollectionRoute,
  shownRetrieval,
} from '../../../shared/api/collections.ts'
import type { ApiEnv } from '../../../shared/api/define-route.ts'
import {
  type CollectionRow,
  type CollectionSize,
  collectionSizes,
  dropCollection,
  listCollections,
} from '../../../shared/db/collections.ts'
import { AppError } from '../../../shared/errors.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import type { Deps } from '../app.ts'
import { existingCollection, putCollection } from '../collection.ts'
import { clearCollection } from '../remove.ts'

export type CollectionsDeps = Pick<
  Deps,
  'db' | 'objects' | 'index' | 'embedders' | 'rerankers' | 'newId' | 'now'
>

export function collectionsRoutes(deps: CollectionsDeps) {
  const { db, now } = deps
  const described = async (row: CollectionRow) => {
    const sizes = await collectionSizes(db, row.tenantId, [row.name])
    return describeCollection(row, sizes.get(row.name))
  }
  return apiApp<ApiEnv>()
    .openapi(putCollectionRoute, async (c) => {
      const { principal } = c.get('context')
      const wanted = c.req.valid('json')
      requireReranker(deps, wanted)
      const { row, isNew } = await putCollection(deps, principal, c.req.valid('param').collection, wanted)
      return c.json(await described(row), isNew ? 201 : 200)
    })
    .openapi(getCollectionRoute, async (c) => {
      const { principal } = c.get('context')
      return c.json(
        await described(await existingCollection(db, principal, c.req.valid('param').collection)),
        200,
      )
    })
    .openapi(listCollectionsRoute, async (c) => {
      const { tenantId, collections: only } = c.get('context').principal
      const { limit, cursor: after = '' } = c.req.valid('query')
      const rows = await listCollections(db, tenantId, { only, after, limit: limit + 1 })
      const shown = rows.slice(0, limit)
      const sizes = await collectionSizes(
        db,
        tenantId,
        shown.map(({ name }) => name),
      )
      const data = shown.map((row) => describeCollection(row, sizes.get(row.name)))
      return c.json({ data, nextCursor: rows.length > limit ? (shown.at(-1)?.name ?? null) : null }, 200)
    })
    .openapi(deleteCollectionRoute, async (c) => {
      const { collection } = c.req.valid('param')
      const row = await existingCollection(db, c.get('context').principal, collection)
      const documents = await dropCollection(db, row, now())
      await clearCollection(deps, row)
      return c.json({ collection, documents, deleted: true as const }, 200)
    })
}

/** Refused here rather than in every search of the collection. */
function requireReranker(
  { rerankers }: Pick<Deps, 'rerankers'>,
  { retrieval }: z.infer<typeof collectionRequest>,
): void {
  const id = retrieval?.rerank
  if (typeof id === 'string' && !rerankers.has(id))
    throw new AppError(
      'invalid_request',
      `retrieval.rerank: there is no reranker "${id}"; there is ${[...rerankers].join(', ')}`,
    )
}

function describeCollection(
  { name, profile, store, embedder, labels, retrieval, synonyms, createdAtMs }: CollectionRow,
  size?: CollectionSize,
) {
  const { documents, chunks } = size ?? { documents: 0, chunks: 0 }
  return {
    name,
    profile,
    store,
    embedder,
    labels,
    retrieval: shownRetrieval(retrieval),
    synonyms,
    documents,
    chunks,
    createdAt: new Date(createdAtMs).toISOString(),
  }
}
