import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { headersAuthorizer } from '../../../shared/adapters/authorizers/headers.ts'
import { workersAiReranker } from '../../../shared/adapters/rerankers/workers-ai.ts'
import { CANDIDATES, QUESTION, rerankerContract, rerankServiceContract } from '../../contract/reranker.ts'
import { type RerankDouble, startWorkersAi } from '../../doubles/rerankers.ts'

const at = ({ url }: RerankDouble, key = 'key') =>
  workersAiReranker({
    id: 'workers-ai',
    url,
    authorizer: headersAuthorizer({ authorization: `Bearer ${key}` }),
    fetch,
  })

describe('Reranker contract: workers-ai', () => {
  let double: RerankDouble
  beforeAll(async () => {
    double = await startWorkersAi('key')
  })
  afterAll(() => double.close())
  rerankerContract(() => at(double))
  rerankServiceContract(
    async () => {
      const own = await startWorkersAi('key')
      return { double: own, at: (key) => at(own, key) }
    },
    (scores) => ({
      result: { response: scores.map(([id, score]) => ({ id, score })) },
      success: true,
    }),
  )

  it('asks for as many scores as it sent passages', async () => {
    await at(double).rerank(QUESTION, CANDIDATES)
    const { top_k: topK, contexts } = JSON.parse(double.requests.at(-1)?.body ?? '')
    expect(topK).toBe(CANDIDATES.length)
    expect(contexts[0]).toEqual({ text: `Guide\nArrival\n${CANDIDATES[0]?.text}` })
  })

  it('makes probabilities of scores that are none', async () => {
    const logits = [-8, 2.5, 0, 1].map((score, id) => ({ id, score }))
    double.script({ status: 200, body: { result: { response: logits }, success: true } })
    const { scores } = await at(double).rerank(QUESTION, CANDIDATES)
    expect(scores[2]).toBe(0.5)
    expect(scores[1]).toBeCloseTo(0.924, 3)
    expect(scores[0]).toBeLessThan(0.001)
  })
})
