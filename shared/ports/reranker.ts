import type { RerankerTariff } from '../domain/tariff.ts'

export type RerankCandidate = {
  readonly title: string
  readonly headings: readonly string[]
  readonly text: string
  /** Fused score of the search, 0..1. */
  readonly score: number
}

export type Reranking = {
  /** 0..1, in the candidates' order; comparable only inside one answer. */
  readonly scores: readonly number[]
  readonly costNanoUsd: number
}

/** Scores candidates against a question. Throws AppError; an aborted signal rejects and leaves nothing running. */
export interface Reranker {
  readonly id: string
  /** Null: it costs nothing. */
  readonly tariff: RerankerTariff | null
  rerank(query: string, candidates: readonly RerankCandidate[], signal?: AbortSignal): Promise<Reranking>
}
