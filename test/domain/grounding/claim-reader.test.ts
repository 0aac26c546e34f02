import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { claimReader } from '../../../shared/domain/grounding/claim-reader.ts'
import { findClaims } from '../../../shared/domain/grounding/claims.ts'
import { sourcesOf } from './sources.ts'

const sources = sourcesOf('The fee is 420 euros. Dr. Tan said: "Wait here."', 'Ships over 90 m need a tug.')

function streamed(answer: string, cuts: readonly number[]) {
  const reader = claimReader(sources)
  const borders = [0, ...cuts.toSorted((a, b) => a - b), answer.length]
  return [
    ...borders.slice(1).flatMap((end, i) => reader.push(answer.slice(borders[i], end))),
    ...reader.end(),
  ]
}

describe('claims of a streamed answer', () => {
  it('come as soon as the next sentence shows that no citation follows', () => {
    const reader = claimReader(sources)
    expect(reader.push('The fee is 420 euros')).toEqual([])
    expect(reader.push('. [1')).toEqual([])
    expect(reader.push('][2] ')).toEqual([])
    expect(reader.push('Ships')).toEqual([])
    expect(reader.push(' over ')).toMatchObject([{ start: 0, end: 28, sources: [1, 2], supported: true }])
    expect(reader.push('90 m need a tug [2].')).toEqual([])
    expect(reader.end()).toMatchObject([{ start: 29, sources: [2], supported: true }])
    expect(reader.end()).toEqual([])
  })

  it('are counted from the beginning of the answer, paragraph after paragraph', () => {
    const answer =
      '# Fees\n\n- The fee is 420 euros [1]\n- Ships over 90 m need a tug [2]\n\nThat is all there is.'
    const claims = streamed(answer, [9, 20, 40, 60, 75])
    expect(claims.map(({ start, end }) => answer.slice(start, end))).toEqual([
      '# Fees',
      'The fee is 420 euros [1]',
      'Ships over 90 m need a tug [2]',
      'That is all there is.',
    ])
  })

  it('leave a citation with the sentence before it, even when a new paragraph begins with it', () => {
    const answer = 'The fee is 420 euros.\n\n[1] Ships over 90 m need a tug. That is all.'
    expect(streamed(answer, [45]).map((claim) => claim.sources)).toEqual([[1], [], []])
    expect(streamed(answer, [45])).toEqual(findClaims(answer, sources))
  })

  it('are those of the whole answer, however it was cut', () => {
    const piece = fc.constantFrom(
      ...'The fee is 420 euros|.|. |? |! |\n|\n\n|- |1. |# | [1]|[2]|[1, 2]|(http|[9]| |"|“|”|`|3.5|e.g. |Dr. |am 31. |März |z. |B. |Nr. |U.S. |The |and|Ships| over|| 90 m'.split(
        '|',
      ),
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
        fc.array(fc.nat({ max: 200 }), { maxLength: 60 }),
        (answer, cuts) => {
          const within = cuts.map((cut) => cut % (answer.length + 1))
          expect(streamed(answer, within)).toEqual(findClaims(answer, sources))
        },
      ),
      { numRuns: 300 },
    )
  })
})
