import { describe, expect, it } from 'vitest'
import { type AnswerChecks, describeDoubts } from '../../cli/lib/doubts.ts'

type Claim = AnswerChecks['claims'][number]
type Reason = Claim['reason']

const none = { stated: 0, missing: [] }

type Sentence = readonly [text: string, reason: Reason, checks?: Partial<Claim['checks']>]

/** Claims of the sentences, one after the other in the answer, each with why it is not supported. */
function answerOf(...sentences: readonly Sentence[]) {
  let answer = ''
  const claims = sentences.map(([text, reason, checks = {}]): Claim => {
    const start = answer.length
    answer += `${text} `
    const unseen = { numbers: none, dates: none, names: none, quotes: none } as const
    const all = { ...unseen, polarity: 'same' as const, entailment: 0.5, ...checks }
    const end = start + text.length
    const rest = { sources: [], support: 0, judged: null, checks: all }
    return { start, end, supported: reason === null, reason, ...rest }
  })
  return { answer, claims }
}

function doubts(...sentences: readonly Sentence[]) {
  const { answer, claims } = answerOf(...sentences)
  return describeDoubts(answer, { claims, removedCitations: 0 }).split('\n')
}

describe('the doubts about an answer', () => {
  it('are none where its sources support all of it', () => {
    const { answer, claims } = answerOf(['Leave is 30 days [1].', null])
    expect(describeDoubts(answer, { claims, removedCitations: 0 })).toBe('')
    expect(describeDoubts('', { claims: [], removedCitations: 0 })).toBe('')
  })

  it.each<[Reason, Partial<Claim['checks']>, string]>([
    ['uncited', {}, 'cites no source'],
    ['number', { numbers: { stated: 2, missing: ['45', '7'] } }, 'number not in what it cites: 45, 7'],
    ['date', { dates: { stated: 1, missing: ['3 May'] } }, 'date not in what it cites: 3 May'],
    ['name', { names: { stated: 1, missing: ['Ann\u001B[1m'] } }, 'name not in what it cites: Ann[1m'],
    ['quote', { quotes: { stated: 1, missing: ['so\nit is'] } }, 'quotation not in what it cites: so it is'],
    ['polarity', { polarity: 'opposite' }, 'says the opposite of what it cites'],
    ['entailment', {}, 'does not follow from what it cites'],
    ['judge', {}, 'the judge does not find it in what it cites'],
  ])('name each sentence with its reason: %s', (reason, checks, told) => {
    expect(doubts(['Leave is long.', null], ['It  is\u0007 so [1].', reason, checks])).toEqual([
      'Not supported by the sources: 1 of 2 sentences.',
      `- It is so [1]. (${told})`,
    ])
  })

  it('stay short: long sentences are cut, and many are counted', () => {
    const lines = doubts(...Array.from({ length: 10 }, () => ['x'.repeat(500), 'uncited'] as const))
    expect(lines).toHaveLength(1 + 8 + 1)
    expect(lines[1]).toBe(`- ${'x'.repeat(160)}… (cites no source)`)
    expect(lines.at(-1)).toBe('- and 2 more; --json has all')
  })

  it('count the citations that were taken out', () => {
    const { answer, claims } = answerOf(['Leave is 30 days [1].', null])
    expect(describeDoubts(answer, { claims, removedCitations: 2 })).toBe(
      'Removed: 2 citations of sources that the model was not given.',
    )
  })
})
