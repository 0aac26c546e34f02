import { z } from 'zod'
import { flatTariff } from '../../domain/tariff.ts'
import { askService, candidateText, deadline, inOrder, unreadable } from '../../http/rerank-service.ts'
import { exchangeJson, type Upstream } from '../../http/upstream.ts'
import type { Reranker } from '../../ports/reranker.ts'

type Options = Upstream & {
  readonly id: string
  /** What the server was started with, for the bill. */
  readonly model?: string | undefined
  /** What a search costs, whatever its size: a server of one's own is paid by the hour. */
  readonly nanoUsdPerSearch?: number
}

/** What the server takes at once when it does not say: its default of --max-client-batch-size. */
const USUAL_BATCH = 32

const info = z.object({ max_client_batch_size: z.int().min(1) })
const ranks = z.array(z.object({ index: z.int(), score: z.number() }))

/**
 * Hugging Face Text Embeddings Inference with a cross-encoder, as BAAI/bge-reranker-v2-m3.
 * https://huggingface.github.io/text-embeddings-inference/
 */
export function teiReranker({ id, model = id, nanoUsdPerSearch = 0, ...service }: Options): Reranker {
  let knownBatch: number | undefined
  async function batchSize(signal: AbortSignal): Promise<number> {
    const answer = await exchangeJson(service, { method: 'GET', url: `${service.url}/info` }, signal).catch(
      () => undefined,
    )
    const read = info.safeParse(answer)
    // A server that did not tell, now or behind its gateway ever, is asked again with the next search.
    if (read.success) knownBatch = read.data.max_client_batch_size
    return knownBatch ?? USUAL_BATCH
  }
  async function scores(query: string, texts: readonly string[], signal: AbortSignal): Promise<number[]> {
    const json = { query, texts, truncate: true, raw_scores: false }
    const read = ranks.safeParse(await askService(service, '/rerank', json, signal))
    if (!read.success) throw unreadable('[{"index": 0, "score": 0.5}]')
    return inOrder(read.data, texts.length)
  }
  return {
    id,
    tariff: flatTariff({ provider: 'tei', model }, nanoUsdPerSearch),
    async rerank(query, candidates, given) {
      if (candidates.length === 0) return { scores: [], costNanoUsd: 0 }
      const signal = deadline(given)
      const size = knownBatch ?? (await batchSize(signal))
      const texts = candidates.map(candidateText)
      const batches = Array.from({ length: Math.ceil(texts.length / size) }, (_, i) =>
        scores(query, texts.slice(i * size, (i + 1) * size), signal),
      )
      return { scores: (await Promise.all(batches)).flat(), costNanoUsd: nanoUsdPerSearch }
    },
  }
}
