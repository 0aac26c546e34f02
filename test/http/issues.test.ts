import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { queryRequest } from '../../shared/api/ask.ts'
import { documentRequest } from '../../shared/api/documents.ts'
import { chatRequest } from '../../shared/api/openai.ts'
import { describeIssues } from '../../shared/http/issues.ts'

const problem = (schema: z.ZodType, value: unknown, route?: string) =>
  describeIssues(schema.safeParse(value).error?.issues ?? [], route)
const ask = (more: object) => problem(queryRequest, { question: 'a', collection: 'b', ...more })

describe('a value that none of several kinds takes', () => {
  it('is answered with the kinds', () => {
    expect(ask({ format: 'html' })).toBe('format: Invalid input: expected "text", "markdown" or object')
    expect(ask({ retrieval: { rerank: 5 } })).toBe(
      'retrieval.rerank: Invalid input: expected boolean or string',
    )
    expect(problem(documentRequest, { text: 'a', metadata: { a: {} } })).toBe(
      'metadata.a: Invalid input: expected string, number, boolean or array',
    )
    expect(problem(chatRequest, { model: 'auto', messages: [{ role: 'user', content: 5 }] })).toBe(
      'messages.0.content: Invalid input: expected string, array or null',
    )
  })

  it('is answered with what is wrong inside, where its kind is one of them', () => {
    expect(ask({ format: { jsonSchema: 5 } })).toBe(
      'format.jsonSchema: Invalid input: expected object, received number',
    )
    expect(problem(documentRequest, { text: 'a', metadata: { a: [1, {}] } })).toBe(
      'metadata.a.1: Invalid input: expected string, number or boolean',
    )
  })

  it('is compared with the kind that knows its fields', () => {
    const one = z.strictObject({ id: z.string() })
    const both = z.union([one, z.strictObject({ many: z.array(one) })])
    expect(problem(both, { many: [{ id: 1 }, { id: 2 }, { id: 3 }] })).toMatch(
      /^many\.0\.id: .*; many\.1\.id/,
    )
    expect(problem(both, { id: 1 })).toMatch(/^id: /)
  })

  it('keeps the words that the schema has for it', () => {
    expect(ask({ filter: { year: 2024 } })).toBe(
      'filter.year: takes one of eq, ne, in, gt, gte, lt, lte with a value, or exists with true or false',
    )
  })
})
