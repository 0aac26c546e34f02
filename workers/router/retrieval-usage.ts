import { toUsd } from '../../shared/domain/money.ts'
import type { Found } from '../../shared/ports/services.ts'

/** What embedding and reranking took, as answers show it; each has a line of its own in the ledger where it cost something. */
export function retrievalUsage({ embedding, rerank }: Pick<Found, 'embedding' | 'rerank'>) {
  const costNanoUsd = embedding.costNanoUsd + (rerank?.costNanoUsd ?? 0)
  return { embeddingTokens: embedding.tokens, costUsd: toUsd(costNanoUsd), costNanoUsd }
}

/** Of an answer that needed no documents. */
export const NO_RETRIEVAL = retrievalUsage({ embedding: { tokens: 0, costNanoUsd: 0 }, rerank: null })
