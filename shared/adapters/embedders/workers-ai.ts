import { z } from 'zod'
import { readAnswer } from '../../http/embeddings/answer.ts'
import { type RemoteOptions, remoteEmbedder } from '../../http/embeddings/remote.ts'
import { exchangeJson } from '../../http/upstream.ts'
import type { Embedder } from '../../ports/embedder.ts'

const answer = z.object({ result: z.object({ data: z.array(z.array(z.number())) }) })

/** Workers AI below https://api.cloudflare.com/client/v4/accounts/ID/ai: https://developers.cloudflare.com/workers-ai/models/bge-base-en-v1.5/ */
export function workersAiEmbedder(options: RemoteOptions): Embedder {
  const url = `${options.url}/run/${options.model}`
  return remoteEmbedder(options, async (text, _, signal) => {
    const { result } = readAnswer(answer, await exchangeJson(options, { url, json: { text } }, signal))
    return { vectors: result.data, tokens: null }
  })
}
