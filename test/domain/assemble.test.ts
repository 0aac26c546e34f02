import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expand, type Piece, select } from '../../shared/domain/assemble.ts'

const countTokens = (text: string) => text.split(/\s+/).filter(Boolean).length
const limits = (topK: number, budgetTokens: number) => ({ topK, budgetTokens, countTokens })

/** A document cut into chunks that tile it, gaps included. */
function pieces(documentId: string, texts: readonly string[], headings: readonly string[] = []): Piece[] {
  let at = 0
  return texts.map((text, ordinal) => {
    const start = at
    at += text.length + 2
    return {
      documentId,
      version: 1,
      ordinal,
      title: documentId,
      start,
      end: start + text.length,
      text,
      gap: '\n\n',
      headings,
      labels: [],
      score: 1 / (ordinal + 1),
      probability: 0.5,
    }
  })
}

describe('choosing sources', () => {
  it('takes the best that fit, and passes over one that does not', () => {
    const hits = pieces('d', ['one two three', 'a b c d e f g h i j', 'four five'])
    expect(select(hits, limits(5, 6)).map(({ text }) => text)).toEqual(['one two three', 'four five'])
    expect(select(hits, limits(1, 100))).toHaveLength(1)
  })

  it('drops near-duplicates of a better one', () => {
    const text = 'the harbour pilot boards ships two miles off the mole at any hour of the day or night'
    const hits = [
      ...pieces('a', [text]),
      ...pieces('b', [`${text} indeed`]),
      ...pieces('c', ['something else entirely']),
    ]
    expect(select(hits, limits(5, 100)).map(({ documentId }) => documentId)).toEqual(['a', 'c'])
  })
})

describe('growing sources', () => {
  const document = pieces('d', ['one two', 'three four', 'five six', 'seven eight'], ['Guide'])
  const chosen = document.slice(1, 2)

  it('grows into the section while the budget has room, and re-extracts exactly', () => {
    const whole = document.map(({ text, gap }) => text + gap).join('')
    const [source] = expand(chosen, document, limits(1, 6))
    expect(source?.text).toBe('one two\n\nthree four\n\nfive six')
    expect(whole.slice(source?.start, source?.end)).toBe(source?.text)
    expect(expand(chosen, document, limits(1, 4))[0]?.text).toBe('three four\n\nfive six')
    expect(expand(chosen, document, limits(1, 2))[0]?.text).toBe('three four')
  })

  it('does not leave the section', () => {
    const other = document.map((piece) => (piece.ordinal === 2 ? { ...piece, headings: ['Other'] } : piece))
    expect(expand(chosen, other, limits(1, 100))[0]?.text).toBe('one two\n\nthree four')
  })

  it('joins sources that touch into one, and numbers from 1 by score', () => {
    const sources = expand([...document.slice(0, 2), ...pieces('e', ['nine'])], [], limits(5, 100))
    expect(sources.map(({ number, documentId, text }) => [number, documentId, text])).toEqual([
      [1, 'd', 'one two\n\nthree four'],
      [2, 'e', 'nine'],
    ])
  })

  it('never passes the budget, repeats text, or loses a chosen chunk', () => {
    const indices = fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(indices, fc.integer({ min: 0, max: 20 }), (picked, room) => {
        const all = pieces(
          'd',
          Array.from({ length: 8 }, (_, i) => `w${i} x${i}`),
        )
        const wanted = picked.map((i) => all[i]).filter((piece) => piece !== undefined)
        const budget = 2 * wanted.length + room
        const text = expand(wanted, all, limits(8, budget))
          .map((source) => source.text)
          .join('\n')
        const words = text.split(/\s+/).filter(Boolean)
        expect(words.length).toBeLessThanOrEqual(budget)
        expect(new Set(words).size).toBe(words.length)
        for (const i of picked) expect(words).toContain(`w${i}`)
      }),
    )
  })
})
