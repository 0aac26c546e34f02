import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diversify } from '../../../shared/domain/retrieval/diversity.ts'

const LONG = 'the harbour pilot boards ships two miles off the mole at any hour of the day or night'
const hit = (text: string, score: number) => ({ text, score })
const texts = (hits: readonly { text: string }[]) => hits.map(({ text }) => text)

const anyHits = fc
  .array(fc.array(fc.constantFrom('one', 'two', 'three', 'four', 'five'), { maxLength: 8 }), {
    maxLength: 20,
  })
  .map((all) => all.map((words, i) => hit(words.join(' '), 1 - i / all.length)))

/** What the index of sequences must agree with: every pair compared. */
function jaccard(a: string, b: string): number {
  const shingles = (text: string) => {
    const words = text.split(' ').filter(Boolean)
    return new Set(
      words.slice(0, Math.max(1, words.length - 2)).map((_, i) => words.slice(i, i + 3).join(' ')),
    )
  }
  const [left, right] = [shingles(a), shingles(b)]
  const common = [...left].filter((one) => right.has(one)).length
  return common === 0 ? 0 : common / (left.size + right.size - common)
}

describe('passages that say the same', () => {
  it('stay where nobody minds', () => {
    const hits = [hit(LONG, 1), hit(LONG, 0.9)]
    expect(diversify(hits, 'none')).toEqual(hits)
  })

  it('are left out after the best of them', () => {
    const hits = [hit(LONG, 1), hit(`${LONG} indeed`, 0.9), hit('something else entirely', 0.2)]
    expect(texts(diversify(hits, 'duplicates'))).toEqual([LONG, 'something else entirely'])
  })

  it('may share three sequences of four, not four of five', () => {
    const grown = (text: string) => [hit(text, 1), hit(`${text} more`, 0.9)]
    expect(diversify(grown('one two three four five'), 'duplicates')).toHaveLength(2)
    expect(diversify(grown('one two three four five six'), 'duplicates')).toHaveLength(1)
  })

  it('are left out exactly when four fifths of their three-word sequences agree with one that stays', () =>
    fc.assert(
      fc.property(anyHits, (hits) => {
        const expected: string[] = []
        for (const { text } of hits)
          if (!expected.some((other) => jaccard(text, other) >= 0.8)) expected.push(text)
        expect(texts(diversify(hits, 'duplicates'))).toEqual(expected)
      }),
    ))
})

describe('MMR', () => {
  it('puts a passage that says something new before one that repeats, when it is nearly as good', () => {
    const hits = [hit(LONG, 1), hit(`${LONG} indeed`, 0.9), hit('the fee is paid on arrival', 0.8)]
    expect(texts(diversify(hits, 'mmr'))).toEqual([LONG, 'the fee is paid on arrival', `${LONG} indeed`])
  })

  it('is light: much better beats new', () => {
    const hits = [hit(LONG, 1), hit(`${LONG} indeed`, 0.9), hit('the fee is paid on arrival', 0.6)]
    expect(diversify(hits, 'mmr')).toEqual(hits)
  })

  it('keeps the best first, loses nothing, and changes no order without likeness', () =>
    fc.assert(
      fc.property(anyHits, (hits) => {
        const spread = diversify(hits, 'mmr')
        expect(spread[0]).toBe(hits[0])
        expect(new Set(spread)).toEqual(new Set(hits))
        const unlike = hits.map((one, i) => hit(`a${i} b${i} c${i}`, one.score))
        expect(diversify(unlike, 'mmr')).toEqual(unlike)
      }),
    ))
})
