import { searchRoute } from '../../../shared/api/ask.ts'
import type { ApiEnv } from '../../../shared/api/define-route.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import type { RagService } from '../../../shared/ports/services.ts'

export function searchRoutes({ rag }: { rag: RagService }) {
  return apiApp<ApiEnv>().openapi(searchRoute, async (c) => {
    const { query, collection, topK, filter, weights } = c.req.valid('json')
    const { hits, timings } = await rag.search(c.get('context'), { query, collection, topK, filter, weights })
    const data = hits.map(({ ordinal: _, metadata, headings, labels, ...hit }) => ({
      ...hit,
      headings: [...headings],
      labels: [...labels],
      metadata: Object.fromEntries(
        Object.entries(metadata).map(([key, value]) => [key, isList(value) ? [...value] : value]),
      ),
    }))
    return c.json({ hits: data, timings }, 200)
  })
}

const isList = <T>(value: T | readonly T[]): value is readonly T[] => Array.isArray(value)
