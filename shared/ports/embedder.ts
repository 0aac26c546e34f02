import type { EmbedderTariff } from '../domain/tariff.ts'

/** What texts became, and what that took. `tokens` is what the server counted, or an estimate where it counts none. */
export type Embedding = {
  readonly vectors: Float32Array[]
  readonly tokens: number
  readonly costNanoUsd: number
  /** The server counted no tokens. */
  readonly isEstimated?: boolean
}

/** `dimensions` floats a vector, unit norm. A text without any known token gets zeros. */
export interface Embedder {
  /** Changes whenever the same text could get another vector: a collection must be embedded by one id only. */
  readonly id: string
  readonly dimensions: number
  /** How much of a fused score its vectors should get, 0 to 1; the words get the rest. */
  readonly denseShare: number
  /** How far the best lexical hits move a question's vector, 0..1: far where vectors alone find little. Measured in docs/retrieval.md. */
  readonly feedbackShare: number
  /** Null: it costs nothing. */
  readonly tariff: EmbedderTariff | null
  embed(texts: readonly string[], kind: 'document' | 'query', signal?: AbortSignal): Promise<Embedding>
}

/** The embedders that a platform has. */
export interface Embedders {
  /** For collections that were asked for without naming one. */
  readonly standard: Embedder
  /** By name or id; throws invalid_request with the names there are. */
  named(name: string): Embedder
  /** The one that made a collection's vectors; throws conflict when it is gone or would make others now. */
  of(collection: { readonly name: string; readonly embedder: string }): Embedder
}

/** Counts tokens as the embedder and the context budget see them. */
export interface TokenCounter {
  count(text: string): number
}
