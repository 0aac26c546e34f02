import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { headersAuthorizer } from '../../../shared/adapters/authorizers/headers.ts'
import { teiReranker } from '../../../shared/adapters/rerankers/tei.ts'
import {
  CANDIDATES,
  candidate,
  QUESTION,
  rerankerContract,
  rerankServiceContract,
} from '../../contract/reranker.ts'
import { type RerankDouble, startTei } from '../../doubles/rerankers.ts'

const at = ({ url }: RerankDouble, key = 'key') =>
  teiReranker({ id: 'tei', url, authorizer: headersAuthorizer({ authorization: `Bearer ${key}` }), fetch })

describe('Reranker contract: tei', () => {
  let double: RerankDouble
  beforeAll(async () => {
    double = await startTei('key')
  })
  afterAll(() => double.close())
  rerankerContract(() => at(double))
  rerankServiceContract(
    async () => {
      const own = await startTei('key')
      return { double: own, at: (key) => at(own, key) }
    },
    (scores) => scores.map(([index, score]) => ({ index, score })),
  )

  it('sends as many texts at once as the server takes', async () => {
    const small = await startTei('key', 3)
    const reranker = at(small)
    const ten = Array.from({ length: 10 }, (_, i) => candidate(i === 8 ? QUESTION : `text ${i}`))
    const { scores } = await reranker.rerank(QUESTION, ten)
    const sent = small.requests.map(({ body }) => JSON.parse(body).texts.length)
    expect(sent).toEqual([3, 3, 3, 1])
    expect(scores.indexOf(Math.max(...scores))).toBe(8)
    await small.close()
  })

  it('shows the model the title and the headings, and lets the server cut what is too long', async () => {
    await at(double).rerank(QUESTION, CANDIDATES)
    expect(JSON.parse(double.requests.at(-1)?.body ?? '')).toMatchObject({
      query: QUESTION,
      texts: expect.arrayContaining([`Guide\nArrival\n${CANDIDATES[1]?.text}`]),
      truncate: true,
      raw_scores: false,
    })
  })
})
