import { readEmbeddingList } from '../../http/embeddings/answer.ts'
import { type RemoteOptions, remoteEmbedder } from '../../http/embeddings/remote.ts'
import { exchangeJson } from '../../http/upstream.ts'
import type { Embedder } from '../../ports/embedder.ts'

type Options = RemoteOptions & {
  /** OpenAI's newer models shorten vectors on request; most other servers refuse the field. */
  readonly sendsDimensions?: boolean
}

/**
 * Any server with OpenAI's embeddings below a base URL that ends in the version (https://host/v1): OpenAI, vLLM, Text Embeddings Inference,
 * Ollama, Workers AI's /ai/v1.
 */
export function openaiCompatibleEmbedder({ sendsDimensions = false, ...options }: Options): Embedder {
  const { model, dimensions } = options
  const url = `${options.url}/embeddings`
  return remoteEmbedder(options, async (input, _, signal) => {
    const json = { model, input, ...(sendsDimensions && { dimensions }) }
    return readEmbeddingList(await exchangeJson(options, { url, json }, signal))
  })
}
