import { describe, expect, it } from 'vitest'
import { filter } from '../../shared/api/common.ts'

const problem = (input: unknown) => {
  const { error } = filter.safeParse(input)
  return error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
}

describe('a filter in a request', () => {
  it('becomes the tree that stores compile', () => {
    expect(filter.parse({ lang: { eq: 'en' }, year: { gte: 2024 } })).toEqual({
      and: [
        { field: 'lang', is: { eq: 'en' } },
        { field: 'year', is: { gte: 2024 } },
      ],
    })
    expect(filter.parse({ not: { or: [{ a: { exists: true } }] } })).toEqual({
      not: { or: [{ and: [{ field: 'a', is: { exists: true } }] }] },
    })
  })

  it.each([
    [{ lang: { like: 'e' } }, /^lang: takes one of eq, ne, in/],
    [{ and: [{ lang: { eq: 'en' } }, { year: { gte: null } }] }, /^and\.1\.year: takes one of/],
    [{ and: [] }, /^and: /],
    [{ and: [{ a: { eq: 1 } }], or: [] }, /or/],
    [{}, /names no field/],
    ['lang = en', /expected record/],
  ])('names what is wrong in %j', (input, message) => {
    expect(problem(input)).toMatch(message)
  })

  it('refuses one that is nested too deep, however deep', () => {
    let deep: unknown = { a: { eq: 1 } }
    for (let i = 0; i < 5_000; i += 1) deep = { not: deep }
    expect(problem(deep)).toMatch(/nested deeper/)
  })
})
