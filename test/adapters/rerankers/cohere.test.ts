import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { headersAuthorizer } from '../../../shared/adapters/authorizers/headers.ts'
import { cohereReranker } from '../../../shared/adapters/rerankers/cohere.ts'
import {
  CANDIDATES,
  candidate,
  QUESTION,
  rerankerContract,
  rerankServiceContract,
} from '../../contract/reranker.ts'
import { type RerankDouble, startCohere } from '../../doubles/rerankers.ts'

const at = ({ url }: RerankDouble, key = 'key') =>
  cohereReranker({
    id: 'cohere',
    url,
    authorizer: headersAuthorizer({ authorization: `Bearer ${key}` }),
    fetch,
    model: 'rerank-v3.5',
    nanoUsdPerSearch: 2_000_000,
  })

describe('Reranker contract: cohere', () => {
  let double: RerankDouble
  beforeAll(async () => {
    double = await startCohere('key')
  })
  afterAll(() => double.close())
  rerankerContract(() => at(double))
  rerankServiceContract(
    async () => {
      const own = await startCohere('key')
      return { double: own, at: (key) => at(own, key) }
    },
    (scores) => ({
      results: scores.map(([index, score]) => ({ index, relevance_score: score })),
    }),
  )

  it('costs a search unit for every hundred documents', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => candidate(`text ${i}`))
    expect((await at(double).rerank(QUESTION, many(100))).costNanoUsd).toBe(2_000_000)
    expect((await at(double).rerank(QUESTION, many(101))).costNanoUsd).toBe(4_000_000)
  })

  it('costs what was billed, or is counted where the answer does not say', async () => {
    const long = Array.from({ length: 30 }, (_, i) => candidate(`text ${i} `.repeat(500)))
    const results = long.map((_, index) => ({ index, relevance_score: 0.5 }))
    double.script({ status: 200, body: { results, meta: { billed_units: { search_units: 3 } } } })
    expect((await at(double).rerank(QUESTION, long)).costNanoUsd).toBe(6_000_000)
    double.script({ status: 200, body: { results } })
    expect((await at(double).rerank(QUESTION, long)).costNanoUsd).toBe(2_000_000)
  })

  it('never costs more than its tariff says, whatever is billed', async () => {
    const reranker = at(double)
    const most = reranker.tariff?.mostNanoUsd(CANDIDATES.length)
    expect(most).toBe(2_000_000)
    expect(reranker.tariff?.mostNanoUsd(100)).toBe(18_000_000)
    const results = CANDIDATES.map((_, index) => ({ index, relevance_score: 0.5 }))
    double.script({ status: 200, body: { results, meta: { billed_units: { search_units: 30 } } } })
    expect((await reranker.rerank(QUESTION, CANDIDATES)).costNanoUsd).toBe(most)
  })
})
