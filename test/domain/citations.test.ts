import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { citationFilter } from '../../shared/domain/citations.ts'

/** The answer as shown, however it was cut on its way here. */
function shown(answer: string, sources: number, cuts: readonly number[] = []) {
  const filter = citationFilter(sources)
  const borders = [0, ...cuts.toSorted((a, b) => a - b), answer.length]
  const parts = borders.slice(1).map((end, i) => filter.push(answer.slice(borders[i], end)))
  parts.push(filter.end())
  return {
    text: parts.map(({ text }) => text).join(''),
    citations: parts.flatMap(({ citations }) => citations),
    removed: filter.removed(),
  }
}

describe('citations in a streamed answer', () => {
  it.each([
    ['Pilots board at the mole [1].', 2, 'Pilots board at the mole [1].', 0],
    ['Pilots board at the mole [3].', 2, 'Pilots board at the mole.', 1],
    ['Both say so [1][2].', 2, 'Both say so [1][2].', 0],
    ['Both say so [1, 2].', 2, 'Both say so [1, 2].', 0],
    ['One of them is invented [1, 7].', 2, 'One of them is invented [1].', 1],
    ['All invented [0][8, 9]', 2, 'All invented', 3],
    ['In [2024] it was a year.', 2, 'In [2024] it was a year.', 0],
    ['A link [7](https://example.com).', 2, 'A link [7](https://example.com).', 0],
    ['Code `list[7]` stays, prose [7] goes.', 2, 'Code `list[7]` stays, prose goes.', 1],
    ['```\na[9] = 1\n```\nthen [9]', 2, '```\na[9] = 1\n```\nthen', 1],
    ['An open [bracket', 2, 'An open [bracket', 0],
    ['It is 30 days a year[1]. Or years.[2]', 2, 'It is 30 days a year[1]. Or years.[2]', 0],
    ['The words are row_ids[12] and a[3].', 2, 'The words are row_ids[12] and a[3].', 0],
    ['A cell is x2[1][7] or maxItems[12].', 2, 'A cell is x2[1][7] or maxItems[12].', 0],
    ['An index m[1, 7] stays whole.', 2, 'An index m[1, 7] stays whole.', 0],
    ['It was (so)[9], a café[9], in 2024[9], years[9].', 2, 'It was (so), a café, in 2024, years.', 4],
    ['Said.[9] "Quoted"[9], **bold**[9].', 2, 'Said. "Quoted", **bold**.', 3],
    ['Given and invented [1][9][2].', 2, 'Given and invented [1][2].', 1],
  ])('%s', (answer, sources, text, removed) => {
    expect(shown(answer, sources)).toMatchObject({ text, removed })
  })

  it('comes out the same however the model cuts its answer', () => {
    const piece = fc.constantFrom(
      'Yes',
      '_',
      'é',
      '\u{1F600}',
      ' ',
      '\n',
      '[1]',
      '[2, 9]',
      '[9]',
      '[',
      ']',
      '`',
      '```',
      '(x)',
      '[12',
      ', 3]',
      '.',
    )
    const answers = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(answers, fc.array(fc.nat(60), { maxLength: 6 }), (answer, cuts) => {
        const inside = cuts.map((cut) => Math.min(cut, answer.length))
        expect(shown(answer, 2, inside)).toEqual(shown(answer, 2))
      }),
    )
  })

  it('leaves text without brackets as it is', () => {
    const text = fc.string({ unit: 'binary' }).map((written) => written.replaceAll('[', '('))
    fc.assert(
      fc.property(text, (answer) => {
        expect(shown(answer, 2)).toMatchObject({ text: answer, removed: 0 })
      }),
    )
  })

  it('cites a source that was given behind a word too', () => {
    expect(shown('years[1] of m[2, 7]', 2).citations).toEqual([
      { number: 1, start: 5, end: 8 },
      { number: 2, start: 13, end: 19 },
    ])
  })

  it('tells where each citation stands in the shown text', () => {
    const { text, citations } = shown('Gone [9]. Kept [2], and both [1, 2].', 2)
    expect(citations.map(({ number, start, end }) => [number, text.slice(start, end)])).toEqual([
      [2, '[2]'],
      [1, '[1, 2]'],
      [2, '[1, 2]'],
    ])
  })

  it('shows text at once, and holds back no more than one unfinished marker', () => {
    const filter = citationFilter(1)
    expect(filter.push('Pilots board').text).toBe('Pilots board')
    expect(filter.push(' at the mole [').text).toBe(' at the mole')
    expect(filter.push('1').text).toBe('')
    expect(filter.push('] and').text).toBe(' [1] and')
  })
})
