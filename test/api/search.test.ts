import { describe, expect, it } from 'vitest'
import { searchRoute } from '../../shared/api/search.ts'
import { describeIssues } from '../../shared/http/issues.ts'

const { schema } = searchRoute.request.body.content['application/json']
const problem = (rest: object) => {
  const { error } = schema.safeParse({ query: 'pilot', collection: 'docs', ...rest })
  return error && describeIssues(error.issues)
}

describe('the reranker of a search', () => {
  it.each([
    [{ rerank: true }],
    [{ rerank: 'tei', retrieval: { cut: 0.5 } }],
    [{ rerank: 'tei', retrieval: { rerank: 'tei' } }],
    [{ rerank: true, retrieval: { rerank: 'late-interaction' } }],
    [{ rerank: false, retrieval: { rerank: false } }],
  ])('is named at the top or under retrieval: %o', (request) => {
    expect(problem(request)).toBeUndefined()
  })

  it.each([
    [{ rerank: 'tei', retrieval: { rerank: 'cohere' } }],
    [{ rerank: true, retrieval: { rerank: 'tei' } }],
    [{ rerank: false, retrieval: { rerank: true } }],
  ])('is not both: %o', (request) => {
    expect(problem(request)).toBe('rerank: differs from retrieval.rerank; give one of them')
  })
})
