import type { ApiEnv } from '../../../shared/api/define-route.ts'
import { toChoice } from '../../../shared/api/retrieval.ts'
import { searchRoute } from '../../../shared/api/search.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import type { RagService } from '../../../shared/ports/services.ts'
import { retrievalUsage } from '../retrieval-usage.ts'

export function searchRoutes({ rag }: { rag: RagService }) {
  return apiApp<ApiEnv>().openapi(searchRoute, async (c) => {
    const { query, collection, topK, filter, weights, rerank: reranker, retrieval = {} } = c.req.valid('json')
    const own = { ...(weights && { weights }), ...(reranker !== undefined && { rerank: reranker }) }
    const choice = toChoice({ ...own, ...retrieval })
    const { hits, embedding, rerank, timings } = await rag.search(c.get('context'), {
      query,
      collection,
      topK,
      filter,
      retrieval: choice,
    })
    const data = hits.map(({ ordinal: _, metadata, headings, labels, ...hit }) => ({
      ...hit,
      headings: [...headings],
      labels: [...labels],
      metadata: Object.fromEntries(
        Object.entries(metadata).map(([key, value]) => [key, isList(value) ? [...value] : value]),
      ),
    }))
    const usage = retrievalUsage({ embedding, rerank })
    const reranked = rerank && { id: rerank.id, degraded: rerank.degraded }
    return c.json({ hits: data, rerank: reranked, usage, timings }, 200)
  })
}

const isList = <T>(value: T | readonly T[]): value is readonly T[] => Array.isArray(value)
