import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findClaims } from '../../shared/domain/grounding/claims.ts'
import { jsonAnswerFilter, jsonClaimReader } from '../../shared/domain/json-answer.ts'
import { sourcesOf } from './grounding/sources.ts'

const SOURCES = sourcesOf('The fee is 420 euros.', 'Ships over 90 m need a tug.')

function partsOf(text: string, cuts: readonly number[]): string[] {
  const inside = cuts.map((cut) => Math.min(cut, text.length)).toSorted((a, b) => a - b)
  const borders = [0, ...inside, text.length]
  return borders.slice(1).map((end, i) => text.slice(borders[i], end))
}

/** The answer as shown, however it was cut on its way here, and the claims read of it as it was shown. */
function shown(answer: string, cuts: readonly number[] = []) {
  const filter = jsonAnswerFilter(2)
  const reader = jsonClaimReader(SOURCES)
  const pieces = [...partsOf(answer, cuts).map(filter.push), filter.end()].filter(({ text }) => text !== '')
  const text = pieces.map((piece) => piece.text).join('')
  const claims = [...pieces.flatMap((piece) => reader.push(piece.text)), ...reader.end()]
  const citations = pieces.flatMap((piece) => piece.citations)
  return { text, citations, claims, removed: filter.removed() }
}

const BACKTICKS = '```'

describe('an answer in JSON', () => {
  it.each([
    ['{"days": [25], "limits": [90, 140]}', '{"days": [25], "limits": [90, 140]}', 0],
    ['[[1,2],[3,4]]', '[[1,2],[3,4]]', 0],
    ['[90, 140]', '[90, 140]', 0],
    ['[true, [9]]', '[true, [9]]', 0],
    ['"Ninety [9]."', '"Ninety."', 1],
    ['42', '42', 0],
    ['{"fee": "420 euros [1].", "why": "So [9]"}', '{"fee": "420 euros [1].", "why": "So"}', 1],
    ['{"a": "code `x [9]`", "b": "`", "c": "so [9]"}', '{"a": "code `x [9]`", "b": "`", "c": "so"}', 1],
    [String.raw`{"a": "So\n[9]", "b": "\"[9]"}`, String.raw`{"a": "So\n", "b": "\""}`, 2],
    [String.raw`{"a": "caf\u00e9[9]", "b": "\\[9]"}`, String.raw`{"a": "caf\u00e9", "b": "\\"}`, 2],
    ['{"x [9]": 1, "y": {"z [8]": "w [7]"}}', '{"x [9]": 1, "y": {"z [8]": "w"}}', 1],
    [`${BACKTICKS}json\n{"days": [25]}\n${BACKTICKS}`, '{"days": [25]}', 0],
    [`${BACKTICKS}\n[25, 9]\n${BACKTICKS}\n`, '[25, 9]', 0],
    ['Here it is [9]: {"days": [25]} Anything else?', '{"days": [25]}', 0],
    ['{"days": [25], "cut": "in the mid', '{"days": [25], "cut": "in the mid', 0],
    ['The sources do not say [9].', 'The sources do not say.', 1],
    ['[1] says {nothing} of it [9].', '[1] says {nothing} of it.', 1],
  ])('%s', (answer, text, removed) => {
    expect(shown(answer)).toMatchObject({ text, removed })
  })

  it('is shown as it comes', () => {
    const filter = jsonAnswerFilter(2)
    expect(filter.push('```json\n{').text).toBe('')
    expect(filter.push('"fee').text).toBe('{"fee')
    expect(filter.push('": [4').text).toBe('": [4')
    expect(filter.push('20], "why": "Said').text).toBe('20], "why": "Said')
    expect(filter.push(' [1').text).toBe('')
    expect(filter.push(']"}\n```').text).toBe(' [1]"}')
    expect(filter.end().text).toBe('')
  })

  it('tells where each citation stands in the shown text', () => {
    const { text, citations } = shown('Sure: {"a": [1], "b": "Gone [9]. Kept [2]."}')
    expect(citations.map(({ number, start, end }) => [number, text.slice(start, end)])).toEqual([[2, '[2]']])
  })

  it('stays JSON with the same data apart from what its strings cite', () => {
    const cited = fc
      .array(
        fc.constantFrom('[9]', '[1]', ' ', '"', '\\', '`', 'a', 'é', '\n', '[', ']', '{', '}', ',', ':', '7'),
      )
      .map((parts) => parts.join(''))
    const written = fc.oneof(
      fc.object({ key: cited, values: [fc.integer(), fc.boolean(), fc.constant(null), cited] }),
      fc.array(fc.oneof(fc.array(fc.nat(20)), fc.nat(20), cited)),
    )
    // Where a citation goes, what stood around it may look like another: "[[9]7]".
    const bare = (text: string): string => {
      const less = text.replaceAll(/\s*\[\d+\]/g, '')
      return less === text ? text.replaceAll(/\s/g, '') : bare(less)
    }
    const uncited = (_: string, value: unknown) => (typeof value === 'string' ? bare(value) : value)
    fc.assert(
      fc.property(written, fc.constantFrom(undefined, 2), (value, indent) => {
        const { text } = shown(JSON.stringify(value, null, indent))
        expect(JSON.parse(text, uncited)).toEqual(JSON.parse(JSON.stringify(value), uncited))
      }),
    )
  })

  it('is read alike wherever an escape is cut', () => {
    const answer = String.raw`{"a": "caf\u00e9[9]\n[9] \\[9] \"no\" [1]"}`
    for (let cut = 0; cut <= answer.length; cut += 1) expect(shown(answer, [cut])).toEqual(shown(answer))
  })

  it('comes out the same however the model cuts it', () => {
    const marks = Array.from('{}[]",: \n\\`a7')
    const longer = [
      '\\u00',
      'e9',
      '\\n',
      '```',
      '```json\n',
      '[1]',
      '[9]',
      ' [2, 9]',
      'true',
      'It is 420 [1]. ',
    ]
    const piece = fc.constantFrom(...marks, ...longer, '{"a": "', '{"a": [', '"}', 'Sure: ')
    const answers = fc.array(piece, { maxLength: 14 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(answers, fc.array(fc.nat(80), { maxLength: 6 }), (answer, cuts) => {
        expect(shown(answer, cuts)).toEqual(shown(answer))
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('claims of an answer in JSON', () => {
  it('are the sentences of its strings, where they stand in the JSON', () => {
    const answer = String.raw`{"fee": [420], "said": "The fee is 420 euros [1]. It says \"no fee\" [2].", "more": {"n": ["Caf\u00e9s pay 99 [1]"]}}`
    const { text, claims } = shown(answer)
    expect(claims.map(({ start, end, reason }) => [text.slice(start, end), reason])).toEqual([
      ['The fee is 420 euros [1].', null],
      [String.raw`It says \"no fee\" [2].`, 'quote'],
      [String.raw`Caf\u00e9s pay 99 [1]`, 'number'],
    ])
  })

  it('are what each string alone would claim', () => {
    const texts = fc.array(
      fc.constantFrom('The fee is 420 euros [1].', ' It is "free" [2]. ', 'é\n', '\\', 'No.', ' 99 [1]'),
    )
    fc.assert(
      fc.property(fc.array(texts.map((parts) => parts.join(''))), (values) => {
        const { claims } = shown(JSON.stringify({ values }))
        const alone = values.flatMap((value) => findClaims(value, SOURCES))
        const worth = (claim: (typeof claims)[number]) => [claim.sources, claim.reason, claim.support]
        expect(claims.map(worth)).toEqual(alone.map(worth))
      }),
    )
  })

  it('come as soon as their string is complete', () => {
    const reader = jsonClaimReader(SOURCES)
    expect(reader.push('{"said": "The fee is 420 euros [1].')).toEqual([])
    expect(reader.push('", "n": ')).toMatchObject([{ start: 10, end: 35, supported: true }])
    expect(reader.push('1}')).toEqual([])
    expect(reader.end()).toEqual([])
  })

  it('are those of prose where the model wrote no JSON', () => {
    expect(shown('The fee is 99 euros [1].').claims).toMatchObject([{ start: 0, reason: 'number' }])
  })
})
