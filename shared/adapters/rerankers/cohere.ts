import { z } from 'zod'
import { askService, candidateText, deadline, inOrder, unreadable } from '../../http/rerank-service.ts'
import type { Upstream } from '../../http/upstream.ts'
import type { Reranker } from '../../ports/reranker.ts'

type Options = Upstream & {
  readonly id: string
  /** rerank-v3.5, rerank-v4.0-pro and so on; the API is the same from v3. */
  readonly model: string
  /** Price of a search unit: one question with up to 100 documents. */
  readonly nanoUsdPerSearch: number
}

const DOCUMENTS_PER_UNIT = 100
/** The window of the v3 models; a chunk is far shorter. */
const MAX_TOKENS_PER_DOCUMENT = 4_096
/** A document is billed as several when it has more tokens than this, the question counted with it. */
const TOKENS_PER_BILLED_DOCUMENT = 500
const BILLED_PER_DOCUMENT = Math.ceil(MAX_TOKENS_PER_DOCUMENT / TOKENS_PER_BILLED_DOCUMENT)

const mostUnits = (candidates: number) => Math.ceil((candidates * BILLED_PER_DOCUMENT) / DOCUMENTS_PER_UNIT)

const answer = z.object({
  results: z.array(z.object({ index: z.int(), relevance_score: z.number() })),
  meta: z.object({ billed_units: z.object({ search_units: z.number().optional() }).optional() }).optional(),
})

/** Cohere's rerank, at Cohere or wherever its API is served. https://docs.cohere.com/reference/rerank */
export function cohereReranker({ id, model, nanoUsdPerSearch, ...service }: Options): Reranker {
  const most = (candidates: number) => Math.ceil(mostUnits(candidates) * nanoUsdPerSearch)
  return {
    id,
    tariff: nanoUsdPerSearch > 0 ? { provider: 'cohere', model, mostNanoUsd: most } : null,
    async rerank(query, candidates, signal) {
      if (candidates.length === 0) return { scores: [], costNanoUsd: 0 }
      const json = {
        model,
        query,
        documents: candidates.map(candidateText),
        top_n: candidates.length,
        max_tokens_per_doc: MAX_TOKENS_PER_DOCUMENT,
      }
      const read = answer.safeParse(await askService(service, '/v2/rerank', json, deadline(signal)))
      if (!read.success) throw unreadable('{"results": [{"index": 0, "relevance_score": 0.5}]}')
      const { results, meta } = read.data
      // Long documents count as several, so what is billed can exceed what was sent, but not without bound.
      const units = meta?.billed_units?.search_units ?? Math.ceil(candidates.length / DOCUMENTS_PER_UNIT)
      const scores = results.map(({ index, relevance_score: score }) => ({ index, score }))
      return {
        scores: inOrder(scores, candidates.length),
        costNanoUsd: Math.ceil(Math.min(units, mostUnits(candidates.length)) * nanoUsdPerSearch),
      }
    },
  }
}
