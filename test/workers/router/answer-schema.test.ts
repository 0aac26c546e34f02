import { describe, expect, it } from 'vitest'
import { requireSchema, schemaCheck } from '../../../workers/router/answer-schema.ts'

const DAYS = {
  type: 'object',
  required: ['days'],
  additionalProperties: false,
  properties: {
    days: { type: 'integer', minimum: 1 },
    by: { type: 'array', items: { $ref: '#/$defs/name' } },
  },
  $defs: { name: { type: 'string', pattern: '^[A-Z]' } },
}
const errorOf = (schema: Record<string, unknown>) => {
  try {
    requireSchema(schema, 'format.jsonSchema')
    return null
  } catch (thrown) {
    return thrown
  }
}
const refused = (what: string) => ({
  code: 'invalid_request',
  message: expect.stringMatching(new RegExp(`^format.jsonSchema: .*${what}`, 's')) as string,
})

describe('a JSON Schema', () => {
  it.each([
    {},
    DAYS,
    { $schema: 'http://json-schema.org/draft-04/schema#', minimum: 1, exclusiveMinimum: true },
    {
      $schema: 'http://json-schema.org/draft-07/schema#',
      items: [{ type: 'string' }],
      dependencies: { a: ['b'] },
    },
    { prefixItems: [true, false], dependentRequired: { a: ['b'] }, 'x-own': [1], examples: [{ $ref: 1 }] },
    { type: 'object', properties: { child: { $ref: '#' }, properties: { type: 'string' } } },
  ])('%j is taken', (schema) => {
    expect(errorOf(schema)).toBeNull()
  })

  it.each([
    [{ type: 'strin' }, '/type: .*does not match'],
    [{ properties: { days: { type: 5 } } }, '/properties/days/type'],
    [{ properties: { days: 'integer' } }, '/properties/days: .*type'],
    [{ required: 'days' }, '/required'],
    [{ anyOf: [] }, '/anyOf'],
    [{ pattern: '(' }, 'Invalid regular expression'],
    [{ patternProperties: { '[': true } }, 'Invalid regular expression'],
    [{ $ref: '#/$defs/none' }, 'leads nowhere'],
    [{ properties: { a: { $ref: 'https://example.com/a.json' } } }, 'leads nowhere'],
    [{ $ref: '#' }, 'without end'],
    [{ allOf: [{ $dynamicRef: '#' }] }, '/allOf/0'],
    [{ description: 'é'.repeat(17_000) }, '34\\d+ bytes'],
  ])('%j is refused by the name of its field', (schema, what) => {
    expect(errorOf(schema)).toMatchObject(refused(what))
  })

  it('that would take exponential time is refused', () => {
    const twice = (n: number) => ({ allOf: [{ $ref: `#/$defs/a${n}` }, { $ref: `#/$defs/a${n}` }] })
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`a${n}`, n === 0 ? {} : twice(n - 1)]),
    )
    expect(errorOf({ ...twice(39), $defs })).toMatchObject(refused('references'))
  })
})

describe('an answer', () => {
  it.each([
    ['{"days": 30, "by": ["Ann"]}', []],
    ['{"days": 0}', [{ path: '/days', message: expect.stringContaining('0') as string }]],
    ['{"days": 1, "more": 2}', [{ path: '/more', message: 'The schema allows nothing here.' }]],
    ['{}', [{ path: '', message: expect.stringContaining('"days"') as string }]],
    [
      '{"days": 1, "by": ["Ann", "bob"]}',
      [{ path: '/by/1', message: expect.stringContaining('pattern') as string }],
    ],
    ['{"days": 3', [{ path: '', message: expect.stringContaining('no JSON') as string }]],
    ['The sources do not say.', [{ path: '', message: expect.stringContaining('no JSON') as string }]],
  ])('%s is told what its schema misses', (answer, errors) => {
    expect(schemaCheck(answer, DAYS)).toEqual({ satisfied: errors.length === 0, errors })
  })

  it('names at most ten errors, by where they are', () => {
    const answer = JSON.stringify({ 'a/b %': Array.from({ length: 12 }, () => 'x') })
    const { satisfied, errors } = schemaCheck(answer, {
      additionalProperties: { type: 'array', items: { type: 'number' } },
    })
    expect(satisfied).toBe(false)
    expect(errors).toHaveLength(10)
    expect(errors.at(-1)?.path).toMatch(/^\/a~1b %\/\d+$/)
  })

  it('that would take exponential time to check is said not to satisfy its schema', () => {
    const both = { allOf: [{ $ref: '#' }, { $ref: '#' }] }
    const answer = `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`
    expect(schemaCheck(answer, { properties: { a: both } })).toEqual({
      satisfied: false,
      errors: [{ path: '', message: expect.stringContaining('references') as string }],
    })
  })

  it('is checked against a schema as it was given', () => {
    const schema = Object.freeze({ properties: Object.freeze({ days: Object.freeze({ type: 'integer' }) }) })
    expect(schemaCheck('{"days": 1}', schema)).toEqual({ satisfied: true, errors: [] })
  })
})
