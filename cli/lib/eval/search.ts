import { jsonBody } from '../../../shared/api/define-route.ts'
import { searchRequest, searchRoute } from '../../../shared/api/search.ts'
import type { Client } from '../client.ts'
import type { Retrieval } from './configurations.ts'
import type { Searched } from './metrics.ts'

/** As searchRoute, but whatever a configuration asks for goes through: the platform knows best which of it it refuses. */
const anySearchRoute = {
  ...searchRoute,
  request: { body: jsonBody(searchRequest.omit({ retrieval: true }).loose()) },
}

export async function search(
  client: Client,
  collection: string,
  query: string,
  { topK, retrieval }: { readonly topK: number; readonly retrieval: Retrieval },
): Promise<Searched> {
  const startedMs = performance.now()
  const body = { query, collection, topK, ...(retrieval && { retrieval }) }
  const { hits } = await client.call(anySearchRoute, { body })
  return { hits, tookMs: performance.now() - startedMs }
}
