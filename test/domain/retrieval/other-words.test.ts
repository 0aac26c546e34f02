import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { synonymsOf } from '../../../shared/domain/retrieval/other-words.ts'
import { stems } from '../../../shared/domain/terms.ts'

describe('what a text says of a question in other words', () => {
  const said = (question: string, text: string, above: string, ...synonyms: string[][]) =>
    [...synonymsOf({ text: question, synonyms }).withSaid(new Set(stems(text)), new Set(stems(above)))].join(
      ' ',
    )

  it('is added to it as the question says it', () => {
    expect(said('car prices', 'new automobiles', '', ['car', 'automobile'])).toBe('new automobil car')
    expect(said('PTO', 'time off that is paid', '', ['pto', 'paid time off'])).toBe('time off paid pto')
    expect(said('paid time off', 'PTO', '', ['pto', 'paid time off'])).toBe('pto paid time off')
    expect(said('car prices', 'new trains', '', ['car', 'automobile'])).toBe('new train')
    expect(said('train', 'automobiles', '', ['car', 'automobile'])).toBe('automobil')
  })

  it('may stand in part above it, but not as a whole: what is above holds for every sentence', () => {
    expect(said('PTO', 'off', 'paid time', ['pto', 'paid time off'])).toBe('off pto')
    expect(said('PTO', 'trains', 'paid time off', ['pto', 'paid time off'])).toBe('train')
  })

  it('never takes anything away, and adds only words of the question', () => {
    const word = fc.constantFrom('car', 'auto', 'train', 'paid', 'time', 'off', 'pto')
    const text = fc.array(word, { maxLength: 5 }).map((all) => all.join(' '))
    const groups = fc.array(fc.array(text, { minLength: 2, maxLength: 3 }), { maxLength: 3 })
    fc.assert(
      fc.property(text, text, groups, (question, passage, synonyms) => {
        const own = new Set(stems(passage))
        const { replaceable, withSaid } = synonymsOf({ text: question, synonyms })
        const all = withSaid(own)
        expect([...own].every((stem) => all.has(stem))).toBe(true)
        for (const stem of all)
          expect(own.has(stem) || (stems(question).includes(stem) && replaceable.has(stem))).toBe(true)
      }),
    )
  })
})
