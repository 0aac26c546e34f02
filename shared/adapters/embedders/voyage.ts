import { readEmbeddingList } from '../../http/embeddings/answer.ts'
import { type RemoteOptions, remoteEmbedder } from '../../http/embeddings/remote.ts'
import { exchangeJson } from '../../http/upstream.ts'
import type { Embedder } from '../../ports/embedder.ts'

/** Voyage AI below https://api.voyageai.com/v1: https://docs.voyageai.com/reference/embeddings-api */
export function voyageEmbedder(options: RemoteOptions): Embedder {
  const { model, dimensions } = options
  const url = `${options.url}/embeddings`
  return remoteEmbedder(options, async (input, kind, signal) => {
    const json = { model, input, input_type: kind, output_dimension: dimensions }
    return readEmbeddingList(await exchangeJson(options, { url, json }, signal))
  })
}
