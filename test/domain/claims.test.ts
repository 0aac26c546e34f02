import { describe, expect, it } from 'vitest'
import { findClaims, groundingOf } from '../../shared/domain/claims.ts'
import type { Source } from '../../shared/domain/passage.ts'

const sources: Source[] = [
  'The harbour pilot boards ships two miles off the mole. The fee is 420 euros.',
  'Ships longer than 90 metres need a tug.',
].map((text, i) => ({
  number: i + 1,
  documentId: `d${i}`,
  version: 1,
  title: '',
  start: 0,
  end: text.length,
  text,
  headings: [],
  labels: [],
  score: 1,
}))

const claims = (answer: string) =>
  findClaims(answer, sources).map(({ start, end, ...rest }) => ({ text: answer.slice(start, end), ...rest }))

describe('claims of an answer', () => {
  it('gives every sentence the citations that follow it', () => {
    expect(
      claims('The pilot boards ships off the mole. [1] Ships longer than 90 metres need a tug [2].'),
    ).toEqual([
      { text: 'The pilot boards ships off the mole. [1]', sources: [1], support: 1, supported: true },
      { text: 'Ships longer than 90 metres need a tug [2].', sources: [2], support: 1, supported: true },
    ])
  })

  it('does not take a sentence for supported that cites the wrong source, or none', () => {
    expect(claims('Ships longer than 90 metres need a tug [1].')[0]).toMatchObject({
      sources: [1],
      supported: false,
    })
    expect(claims('Ships longer than 90 metres need a tug.')[0]).toMatchObject({
      sources: [],
      supported: false,
      support: 1,
    })
  })

  it('finds an invented number however right the words are', () => {
    expect(claims('The pilot fee is 420 euros [1].')[0]?.supported).toBe(true)
    const [claim] = claims('The harbour pilot fee of ships is 240 euros [1].')
    expect(claim?.supported).toBe(false)
    expect(claim?.support).toBeLessThanOrEqual(0.3)
  })

  it('weighs grounding by length and knows none in an empty answer', () => {
    expect(groundingOf(findClaims('Ships longer than 90 metres need a tug [2].', sources))).toBe(1)
    expect(groundingOf(findClaims('', sources))).toBe(0)
    const half = groundingOf(
      findClaims(
        'Ships longer than 90 metres need a tug [2]. Elephants paint wonderful pictures too [2].',
        sources,
      ),
    )
    expect(half).toBeGreaterThan(0.3)
    expect(half).toBeLessThan(0.6)
  })
})
