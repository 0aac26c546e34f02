import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { queryRequest, requirements, retrieval, verification } from '../../shared/api/ask.ts'
import { collectionRequest } from '../../shared/api/collections.ts'
import { chatRequest } from '../../shared/api/openai.ts'
import { searchRequest } from '../../shared/api/search.ts'
import { describeIssues } from '../../shared/http/issues.ts'

const problem = (schema: z.ZodType, value: object, route: string) =>
  describeIssues(schema.safeParse(value).error?.issues ?? [], route)
const ask = (more: object) => problem(queryRequest, { question: 'a', collection: 'b', ...more }, '/v1/query')
const search = (more: object) =>
  problem(searchRequest, { query: 'a', collection: 'b', ...more }, '/v1/search')

describe('a field that stands one level too high', () => {
  it.each([
    ...Object.keys(retrieval.shape).map((field) => [field, 'retrieval']),
    ...Object.keys(requirements.shape).map((field) => [field, 'requirements']),
    ...Object.keys(verification.shape).map((field) => [field, 'verification']),
  ])('beside a question: %s goes into %s', (field, place) => {
    expect(ask({ [field]: 1 })).toBe(`Unrecognized key: "${field}" (goes into ${place})`)
  })

  it("is named with its place on OpenAI's route", () => {
    const body = { model: 'auto', messages: [{ role: 'user' }], fairlead: { collection: 'b', tier: 'm' } }
    expect(problem(chatRequest, body, '/v1/chat/completions')).toBe(
      'fairlead: Unrecognized key: "tier" (goes into fairlead.requirements)',
    )
  })

  it('is told from one that nobody knows', () => {
    expect(ask({ hints: true, colour: 1, cut: 1 })).toBe(
      'Unrecognized keys: "hints", "colour", "cut" ("hints" goes into retrieval, "cut" goes into retrieval)',
    )
    expect(ask({ colour: 1 })).toBe('Unrecognized key: "colour"')
  })

  it('is named with its place in a search and in the settings of a collection', () => {
    expect(search({ minProbability: 0.5 })).toBe('Unrecognized key: "minProbability" (goes into retrieval)')
    expect(problem(collectionRequest, { hints: true }, '/v1/collections/notes')).toBe(
      'Unrecognized key: "hints" (goes into retrieval)',
    )
  })
})

it('a field that only a question has is called so in a search, wherever it stands', () => {
  expect(search({ hints: true })).toBe('Unrecognized key: "hints" (is for questions only)')
  expect(search({ retrieval: { rewrite: ['condense'] } })).toBe(
    'retrieval: Unrecognized key: "rewrite" (is for questions only)',
  )
})

it('other routes have fields of their own', () => {
  expect(problem(searchRequest, { query: 'a', collection: 'b', tier: 'm' }, '/v1/endpoints/a')).toBe(
    'Unrecognized key: "tier"',
  )
})
