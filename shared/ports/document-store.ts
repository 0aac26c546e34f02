/** Bytes by key. A put is durable when it resolves; get of a missing key is null, delete of one is harmless. */
export interface DocumentStore {
  readonly name: string
  put(key: string, body: Uint8Array | string, mediaType: string): Promise<void>
  get(key: string): Promise<Uint8Array | null>
  /** For passing a stored text on without holding it: null when missing. */
  stream(key: string): Promise<ReadableStream<Uint8Array> | null>
  delete(keys: readonly string[]): Promise<void>
  /** Keys that begin with the prefix, at most 1,000 a call. */
  list(prefix: string): Promise<string[]>
}
