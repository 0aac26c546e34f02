import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseMark, markedTokens, markWords, tokensOnceMarked, unmark } from '../../shared/domain/marking.ts'

const USUAL = ['¦', '¤', '¶', '†', '¬']
/** Any text, with the usual marks and white space of all kinds far more often than chance has it. */
const text = fc
  .array(
    fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...USUAL, ' ', '\n', '\r\n', '\t', ' ', '\n\n')),
  )
  .map((parts) => parts.join(''))
const texts = fc.array(text)
const inOneLine = (given: string) => given.replaceAll(/\s+/g, ' ')
const words = (given: string) => given.match(/\S+/g)?.length ?? 0

describe('a mark', () => {
  it('stands in none of the texts, whichever marks they have', () => {
    fc.assert(
      fc.property(texts, fc.string(), (given, seed) => {
        const mark = chooseMark(given, seed)
        expect(Array.from(mark)).toHaveLength(1)
        for (const one of given) expect(one).not.toContain(mark)
      }),
    )
    expect(USUAL).not.toContain(chooseMark(USUAL, 'k3f9'))
  })

  it('is found even where a text has every character up to the surrogates', () => {
    const all = Array.from({ length: 0xd8_00 }, (_, point) => String.fromCodePoint(point)).join('')
    expect(chooseMark([all], 'k3f9').codePointAt(0)).toBe(0xe0_00)
  })

  it('differs from request to request, and is what Unicode normalisation leaves alone', () => {
    const seeds = Array.from({ length: 100 }, (_, i) => i.toString(16).padStart(8, '0'))
    const marks = new Set(seeds.map((seed) => chooseMark([], seed)))
    expect([...marks].toSorted()).toEqual(USUAL.toSorted())
    for (const mark of marks) expect(mark.normalize('NFKC')).toBe(mark)
  })
})

describe('marked text', () => {
  it('is the original again without its marks, up to runs of white space', () => {
    fc.assert(
      fc.property(text, (given) => {
        const mark = chooseMark([given], 'k3f9')
        expect(inOneLine(unmark(markWords(given, mark), mark))).toBe(inOneLine(given))
      }),
    )
  })

  it('has the mark between any two words and no blank at all, and keeps its lines', () => {
    fc.assert(
      fc.property(text, (given) => {
        const mark = chooseMark([given], 'k3f9')
        const marked = markWords(given, mark)
        expect(marked).not.toMatch(/[^\S\n]/)
        expect(marked.split('\n')).toHaveLength(given.split('\n').length)
        const parts = marked.split(mark).filter((part) => part.trim() !== '')
        expect(parts).toHaveLength(words(given))
      }),
    )
    expect(markWords('- one  two\n- three\n\nfour', '¦')).toBe('-¦one¦two¦\n-¦three¦\n\nfour')
  })

  it('takes a token more for each mark, and for a mark that is not usual one for each of its bytes', () => {
    const count = (given: string) => words(given)
    expect(tokensOnceMarked('a b c', count)).toBe(3 + 3)
    expect(markedTokens('a¦b¦c', '¦', count)).toBe(3 + 3)
    expect(markedTokens('a←b←c', '←', count)).toBe(3 + 6)
    expect(markedTokens('a b c', null, count)).toBe(3)
  })

  it('is counted before as it is counted after', () => {
    fc.assert(
      fc.property(text, (given) => {
        const plain = USUAL.reduce((left, mark) => left.replaceAll(mark, ''), given)
        expect(markedTokens(markWords(plain, '¦'), '¦', words)).toBe(tokensOnceMarked(plain, words))
      }),
    )
  })
})
