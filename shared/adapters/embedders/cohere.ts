import { z } from 'zod'
import { readAnswer } from '../../http/embeddings/answer.ts'
import { type RemoteOptions, remoteEmbedder } from '../../http/embeddings/remote.ts'
import { exchangeJson } from '../../http/upstream.ts'
import type { Embedder } from '../../ports/embedder.ts'

const answer = z.object({
  embeddings: z.object({ float: z.array(z.array(z.number())) }),
  meta: z
    .object({ billed_units: z.object({ input_tokens: z.number().min(0).nullish() }).nullish() })
    .nullish(),
})

/** Since v4 Cohere's models shorten vectors on request; before, they refuse the field. */
const OLDER_MODELS = /v[123]\.\d/

/** Cohere below https://api.cohere.com/v2: https://docs.cohere.com/reference/embed */
export function cohereEmbedder(options: RemoteOptions): Embedder {
  const { model, dimensions } = options
  const url = `${options.url}/embed`
  return remoteEmbedder(options, async (texts, kind, signal) => {
    const json = {
      model,
      texts,
      input_type: `search_${kind}`,
      embedding_types: ['float'],
      ...(!OLDER_MODELS.test(model) && { output_dimension: dimensions }),
    }
    const { embeddings, meta } = readAnswer(answer, await exchangeJson(options, { url, json }, signal))
    return { vectors: embeddings.float, tokens: meta?.billed_units?.input_tokens ?? null }
  })
}
