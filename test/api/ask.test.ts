import { describe, expect, it } from 'vitest'
import { queryRequest } from '../../shared/api/ask.ts'
import { chatRequest } from '../../shared/api/openai.ts'

const query = { question: 'How much?', collection: 'fees' }
const chat = { model: 'auto', messages: [{ role: 'user', content: 'How much?' }] }
const issuesOf = ({
  error,
}: {
  error?: { issues: { path: PropertyKey[]; message: string }[] } | undefined
}) => error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []

describe('a bound of a cost', () => {
  it.each([
    [
      { verification: { maxJudgeCostUsd: 0.1 } },
      'verification.maxJudgeCostUsd: needs verification.judge: true',
    ],
    [
      { verification: { judge: false, maxJudgeCostUsd: 0.1 } },
      'verification.maxJudgeCostUsd: needs verification.judge: true',
    ],
    [{ retrieval: { maxRewriteCostUsd: 0.1 } }, 'retrieval.maxRewriteCostUsd: needs retrieval.rewrite'],
  ])('of nothing that was asked for is refused: %j', (more, issue) => {
    expect(issuesOf(queryRequest.safeParse({ ...query, ...more }))).toEqual([issue])
  })

  it('of what was asked for is taken', () => {
    const verification = { judge: true, maxJudgeCostUsd: 0.1 }
    const retrieval = { rewrite: ['hyde'], maxRewriteCostUsd: 0.1 }
    expect(issuesOf(queryRequest.safeParse({ ...query, verification, retrieval }))).toEqual([])
  })
})

describe('a chat without a collection', () => {
  const OURS = { filter: { year: { eq: 1 } }, retrieval: { topK: 3 }, template: 'faq', verification: {} }
  it('names nothing that only an answer from one has', () => {
    const refused = issuesOf(chatRequest.safeParse({ ...chat, fairlead: OURS }))
    expect(refused).toEqual(Object.keys(OURS).map((field) => `fairlead.${field}: needs fairlead.collection`))
    expect(issuesOf(chatRequest.safeParse({ ...chat, fairlead: { ...OURS, collection: 'fees' } }))).toEqual(
      [],
    )
    expect(issuesOf(chatRequest.safeParse({ ...chat, fairlead: { requirements: { tier: 's' } } }))).toEqual(
      [],
    )
  })
})
