import { z } from 'zod'
import { flatTariff } from '../../domain/tariff.ts'
import { askService, candidateText, deadline, inOrder, unreadable } from '../../http/rerank-service.ts'
import type { Upstream } from '../../http/upstream.ts'
import type { Reranker } from '../../ports/reranker.ts'

type Options = Upstream & {
  readonly id: string
  readonly model?: string
  /** What a search costs: the model is billed by the token, which its answer does not count. */
  readonly nanoUsdPerSearch?: number
}

const answer = z.object({
  result: z.object({ response: z.array(z.object({ id: z.int(), score: z.number() })) }),
})

/**
 * Workers AI over HTTPS; `url` ends in the account: https://api.cloudflare.com/client/v4/accounts/ID
 * https://developers.cloudflare.com/workers-ai/models/bge-reranker-base/
 */
export function workersAiReranker({
  id,
  model = '@cf/baai/bge-reranker-base',
  nanoUsdPerSearch = 0,
  ...service
}: Options): Reranker {
  return {
    id,
    tariff: flatTariff({ provider: 'workers-ai', model }, nanoUsdPerSearch),
    async rerank(query, candidates, signal) {
      if (candidates.length === 0) return { scores: [], costNanoUsd: 0 }
      const contexts = candidates.map((candidate) => ({ text: candidateText(candidate) }))
      const json = { query, contexts, top_k: contexts.length }
      const read = answer.safeParse(await askService(service, `/ai/run/${model}`, json, deadline(signal)))
      if (!read.success) throw unreadable('{"result": {"response": [{"id": 0, "score": 0.5}]}}')
      const { response } = read.data.result
      const scores = asProbabilities(response.map(({ score }) => score))
      const answers = response.map((one, i) => ({ index: one.id, score: scores[i] ?? Number.NaN }))
      return { scores: inOrder(answers, candidates.length), costNanoUsd: nanoUsdPerSearch }
    },
  }
}

/** The page of the model leaves open whether the logistic function was applied; one score outside 0..1 tells that it was not. */
function asProbabilities(scores: readonly number[]): readonly number[] {
  const areLogits = scores.some((score) => score < 0 || score > 1)
  return areLogits ? scores.map((score) => 1 / (1 + Math.exp(-score))) : scores
}
