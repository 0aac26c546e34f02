import { describe, expect, it } from 'vitest'
import { findClaims, groundingOf } from '../../../shared/domain/grounding/claims.ts'
import { sourcesOf } from './sources.ts'

const sources = sourcesOf(
  'The harbour pilot boards ships two miles off the mole. The fee is 420 euros.',
  'Ships longer than 90 metres need a tug.',
)

const claims = (answer: string) =>
  findClaims(answer, sources).map(({ start, end, ...rest }) => ({ text: answer.slice(start, end), ...rest }))

describe('claims of an answer', () => {
  it('gives every sentence the citations that follow it', () => {
    expect(
      claims('The pilot boards ships off the mole. [1] Ships longer than 90 metres need a tug [2].'),
    ).toMatchObject([
      { text: 'The pilot boards ships off the mole. [1]', sources: [1], supported: true, reason: null },
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
      reason: 'uncited',
    })
  })

  it('finds an invented number however right the words are', () => {
    expect(claims('The pilot fee is 420 euros [1].')[0]?.supported).toBe(true)
    const [claim] = claims('The harbour pilot fee of ships is 240 euros [1].')
    expect(claim?.supported).toBe(false)
    expect(claim?.support).toBeLessThanOrEqual(0.3)
    expect(claim).toMatchObject({
      reason: 'number',
      checks: { numbers: { stated: 1, missing: ['240 euros'] }, names: { missing: [] } },
    })
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
