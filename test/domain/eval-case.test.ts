import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ANSWER_OUTCOMES, RATINGS } from '../../shared/domain/answer.ts'
import { evalCase } from '../../shared/domain/eval-case.ts'

const cited = { documentId: 'leave.md', version: 2, start: 9, end: 40, cited: true }
const read = { documentId: 'travel.md', version: 1, start: 0, end: 12, cited: false }
const answered = {
  requestId: 'req_1',
  collection: 'notes',
  question: 'How many days?',
  turns: 0,
  outcome: 'answered' as const,
  sources: [cited, read],
  rating: 'up' as const,
  correctAnswer: null,
  route: { model: 'mini' },
  template: { name: 'qa', version: 2, builtIn: true },
}
const about = {
  question: 'How many days?',
  collection: 'notes',
  requestId: 'req_1',
  model: 'mini',
  template: { name: 'qa', version: 2, builtIn: true },
}

describe('a rated answer as a case', () => {
  it('holds the cited sources as relevant when it was rated up', () => {
    expect(evalCase(answered)).toEqual({
      ...about,
      rating: 'up',
      relevant: [{ documentId: 'leave.md', start: 9, end: 40 }],
    })
  })

  it('holds the correct answer, and none of its sources, when it was rated down', () => {
    expect(evalCase({ ...answered, rating: 'down', correctAnswer: '30' })).toEqual({
      ...about,
      rating: 'down',
      relevant: [],
      answer: '30',
    })
  })

  it('leaves open whether an abstention was right, until someone gives the answer', () => {
    const abstained = { ...answered, outcome: 'abstained' as const, sources: [], rating: 'down' as const }
    expect(evalCase(abstained)).toEqual({ ...about, rating: 'down', relevant: [], unanswerable: null })
    expect(evalCase({ ...abstained, correctAnswer: '30' })).not.toHaveProperty('unanswerable')
  })

  it('names no template where none was kept', () => {
    expect(evalCase({ ...answered, template: null })).not.toHaveProperty('template')
  })

  it('is none when nothing is known to be right, or the question needs its conversation', () => {
    expect(evalCase({ ...answered, rating: 'down' })).toBeNull()
    expect(evalCase({ ...answered, turns: 2 })).toBeNull()
  })

  it('never calls relevant what was not both cited and rated up', () => {
    const source = fc.record({
      documentId: fc.string(),
      version: fc.nat(),
      start: fc.nat(),
      end: fc.nat(),
      cited: fc.boolean(),
    })
    const rated = fc.record({
      requestId: fc.string(),
      collection: fc.string(),
      question: fc.string(),
      turns: fc.nat(2),
      outcome: fc.constantFrom(...ANSWER_OUTCOMES),
      sources: fc.array(source),
      rating: fc.constantFrom(...RATINGS),
      correctAnswer: fc.option(fc.string()),
      route: fc.record({ model: fc.string() }),
      template: fc.constant(null),
    })
    fc.assert(
      fc.property(rated, (one) => {
        const relevant = evalCase(one)?.relevant ?? []
        const approved = one.sources.filter((each) => each.cited && one.rating === 'up')
        expect(relevant.length).toBe(relevant.length === 0 ? 0 : approved.length)
        for (const span of relevant) expect(approved).toContainEqual(expect.objectContaining(span))
      }),
    )
  })
})
