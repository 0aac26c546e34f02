import type { CollectionRow } from '../../shared/db/collections.ts'
import { indexNamespace } from '../../shared/domain/collection.ts'
import type { CallContext, LabelledHit, SearchInput } from '../../shared/ports/services.ts'
import type { SearchRequest } from '../../shared/ports/vector-store.ts'
import type { Deps } from './app.ts'
import { labelled } from './labels.ts'

type Found = { hits: LabelledHit[]; timings: { totalMs: number; embedMs: number; searchMs: number } }

/** Embeds the query and searches the collection as the caller may see it. */
export async function search(
  { db, embedder, store, now }: Deps,
  { principal }: CallContext,
  collection: CollectionRow,
  { query, topK, filter, weights }: Omit<SearchInput, 'collection'>,
): Promise<Found> {
  const startedMs = now()
  const [vector = new Float32Array(embedder.dimensions)] = await embedder.embed([query], 'query')
  const embeddedMs = now()
  const request: SearchRequest = {
    text: query,
    vector,
    topK,
    filter,
    principals: principal.principals,
    weights,
  }
  const hits = await labelled(db, collection, await store.search(indexNamespace(collection), request))
  const endedMs = now()
  return {
    hits,
    timings: {
      totalMs: endedMs - startedMs,
      embedMs: embeddedMs - startedMs,
      searchMs: endedMs - embeddedMs,
    },
  }
}
