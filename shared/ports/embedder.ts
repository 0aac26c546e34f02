/** Row-major vectors, `dimensions` floats each, unit norm. A text without any known token gets a row of zeros. */
export interface Embedder {
  /** Changes whenever the same text could get another vector: a collection must be embedded by one id only. */
  readonly id: string
  readonly dimensions: number
  embed(texts: readonly string[], kind: 'document' | 'query', signal?: AbortSignal): Promise<Float32Array[]>
}

/** Counts tokens as the embedder and the context budget see them. */
export interface TokenCounter {
  count(text: string): number
}
