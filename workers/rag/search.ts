import type { CollectionRow } from '../../shared/db/collections.ts'
import { indexNamespace } from '../../shared/domain/collection.ts'
import type { CallContext, SearchInput } from '../../shared/ports/services.ts'
import type { Hit, SearchRequest } from '../../shared/ports/vector-store.ts'
import type { Deps } from './app.ts'

type Found = { hits: Hit[]; timings: { totalMs: number; embedMs: number; searchMs: number } }

/** Embeds the query and searches the collection as the caller may see it. */
export async function search(
  { embedder, store, now }: Deps,
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
  const hits = await store.search(indexNamespace(collection), request)
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
