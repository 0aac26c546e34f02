import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerTypeOf } from '../../shared/domain/abstention/answer-type.ts'
import { assessEvidence } from '../../shared/domain/abstention.ts'
import { sourcesOf } from './grounding/sources.ts'

const FEE = 'The pilot fee for tankers is 420 euros. Tugs are paid apart.'
const outcome = (question: string, texts: readonly string[], hasConversation = false) =>
  assessEvidence(question, sourcesOf(...texts), { hasConversation }).outcome

describe('evidence for a question', () => {
  it('is enough when a passage says what is asked', () => {
    expect(assessEvidence('How much is the pilot fee for tankers?', sourcesOf(FEE))).toEqual({
      outcome: 'answerable',
    })
  })

  it('is none without passages and with passages on something else', () => {
    expect(outcome('How much is the pilot fee for tankers?', [])).toBe('no_evidence')
    expect(outcome('Which museum shows the paintings of Vermeer?', [FEE])).toBe('no_evidence')
  })

  it('is insufficient when passages on the subject lack what is asked for', () => {
    const question = 'When did Captain Ruiz abolish the pilot fee in Rotterdam?'
    expect(outcome(question, [FEE])).toBe('insufficient')
  })

  it('never depends on the order of the passages', () => {
    const passages = [FEE, 'The harbour closes at ten.', 'The pilot fee for tankers is 510 euros.']
    fc.assert(
      fc.property(fc.shuffledSubarray(passages), fc.shuffledSubarray(passages), (a, b) => {
        fc.pre(a.toSorted().join('|') === b.toSorted().join('|'))
        const question = 'How much is the pilot fee for tankers?'
        expect(outcome(question, a)).toBe(outcome(question, b))
      }),
    )
  })
})

describe('evidence in other words than the question', () => {
  const LEAVE = ['Paid time off accrues at two weeks a month. Trains are booked by the office.']
  const synonyms = [['pto', 'paid time off', 'vacation', 'holiday']]
  const assess = (question: string, texts: readonly string[] = LEAVE) =>
    assessEvidence(question, sourcesOf(...texts), { synonyms }).outcome

  it.each(['How many vacation days do I get?', 'How much PTO do I get?', 'How long is a holiday?'])(
    'answers "%s" when a synonym of the collection stands there',
    (question) => {
      expect(assess(question)).toBe('answerable')
      expect(outcome(question, LEAVE)).not.toBe('answerable')
    },
  )

  it('needs all words of an entry in one sentence and what stands above it', () => {
    const split = ['Trains are paid by the office. Time is up. Lights are off.']
    expect(assess('How is vacation?', split)).not.toBe('answerable')
    const [source] = sourcesOf('Off for 25 days.')
    if (!source) throw new Error('no source')
    const headed = [{ ...source, headings: ['Paid time'] }]
    expect(assessEvidence('How long is vacation?', headed, { synonyms }).outcome).toBe('answerable')
  })

  it('contradicts itself in synonyms, too', () => {
    const two = ['Every year has 25 days of vacation for all.', 'Every year has 30 days of vacation for all.']
    expect(assess('How many days of PTO are there?', two)).toBe('conflicting')
  })

  it('is judged by the kind of answer that the last line asks for', () => {
    expect(answerTypeOf('How much is the fee?\nAnd who pays it?')).toBe('person')
    expect(answerTypeOf('How much is the fee?\nAnd in Bremen?')).toBe('number')
    expect(answerTypeOf('Explain the fee.\nAnd in Bremen?')).toBeNull()
  })
})

describe('conflicting evidence', () => {
  const fee = (amount: string) => `The pilot fee for tankers is ${amount}.`

  it('is two documents that give one thing two values', () => {
    expect(
      assessEvidence('How much is the pilot fee for tankers?', sourcesOf(fee('420 euros'), fee('510 euros'))),
    ).toEqual({ outcome: 'conflicting', reason: 'passage 1 says 420 euros, passage 2 says 510 euros' })
  })

  it.each([
    ['When was the lock opened?', 'The lock was opened on 3 May 2011.', 'The lock was opened in June 2012.'],
    ['When was the lock opened?', 'The lock was opened in 1911.', 'The lock was opened in 1921.'],
    ['Who runs the lock?', 'The lock is run by Anna Berg.', 'The lock is run by Tom Hill.'],
    ['Where is the lock?', 'The old lock stands in Bremen.', 'The old lock stands in Emden.'],
    [
      'Is a pilot compulsory for tankers?',
      'A pilot is compulsory for tankers.',
      'A pilot is not compulsory for tankers.',
    ],
  ])('%s', (question, one, other) => {
    expect(outcome(question, [one, other])).toBe('conflicting')
  })

  it.each([
    [
      'How much is the pilot fee?',
      'In 2019 the pilot fee was 420 euros.',
      'In 2020 the pilot fee was 510 euros.',
    ],
    [
      'How much is the pilot fee?',
      'The pilot fee in Bremen is 420 euros.',
      'The pilot fee in Emden is 510 euros.',
    ],
    ['How long is the lock?', 'The lock is 2 km long.', 'The lock is 2,000 metres long.'],
    [
      'How many people live there in Bremen?',
      'In Bremen live 569,396 people.',
      'In Bremen live about 570,000 people.',
    ],
    ['When was the lock opened?', 'The lock was opened on 3 May 2011.', 'The lock was opened in 2011.'],
    ['Who runs the lock?', 'The lock is run by Anna Berg.', 'The lock is run by Ms Berg.'],
    [
      'How much is the fee?',
      'The fee of tugs is 420 euros.',
      'The harbour pays a yearly fee of 20,000 euros to the state.',
    ],
  ])('is none in different things or in one value written twice: %s %s', (question, one, other) => {
    expect(outcome(question, [one, other])).not.toBe('conflicting')
  })

  it('is none within one document, whose parts may speak of different cases', () => {
    const [one, other] = sourcesOf(fee('420 euros'), fee('510 euros'))
    if (!one || !other) throw new Error('no sources')
    const sources = [one, { ...other, documentId: one.documentId }]
    expect(assessEvidence('How much is the pilot fee for tankers?', sources).outcome).toBe('answerable')
  })

  it('is found for any two amounts of a unit, and for none that are the same', () => {
    const amount = fc.integer({ min: 2, max: 499 })
    fc.assert(
      fc.property(amount, amount, fc.constantFrom('euros', 'km', 'days', '%'), (a, b, unit) => {
        const found = outcome('What is the pilot fee for tankers?', [
          fee(`${a} ${unit}`),
          fee(`${b} ${unit}`),
        ])
        expect(found).toBe(a === b ? 'answerable' : 'conflicting')
      }),
    )
  })
})

describe('an underspecified question', () => {
  it.each(['fees', 'What does it cost?', 'When was he born?', 'How does this work?', 'What about them?'])(
    '%s',
    (question) => {
      expect(outcome(question, [FEE])).toBe('underspecified')
      expect(outcome(question, [FEE], true)).not.toBe('underspecified')
    },
  )

  it.each([
    'Is it possible to pay the pilot fee later?',
    'How long does it take to get a pilot?',
    'What does a tanker pay when it enters?',
    'Who pays when they need a tug for tankers?',
    'Where can pilots leave their boats?',
    'What does this policy say of tugs?',
    '領航費是多少',
  ])('is not: %s', (question) => {
    expect(outcome(question, [FEE])).not.toBe('underspecified')
  })

  const titled = (...titles: readonly string[]) =>
    sourcesOf(...titles.map((_, i) => `It has a population of ${i + 1}0,000 people.`)).map((source, i) => ({
      ...source,
      title: titles[i] ?? '',
    }))

  it('could mean two things of one name that are documented equally well', () => {
    const sources = titled('Springfield, Ohio', 'Springfield, Illinois')
    expect(assessEvidence('What is the population of Springfield?', sources)).toEqual({
      outcome: 'underspecified',
      reason: 'the question could mean Springfield, Ohio or Springfield, Illinois: say which',
    })
    expect(assessEvidence('What is the population of Springfield in Ohio?', sources).outcome).not.toBe(
      'underspecified',
    )
    const long =
      'What is the population of Springfield in Ohio, counted with people who have been there for a year, a month or a day?'
    const equal = sources.map((source) => ({
      ...source,
      text: `${long} 10,000 people.`,
    }))
    expect(assessEvidence(long, equal).outcome).not.toBe('underspecified')
    expect(
      assessEvidence('What is the population of Springfield?', titled('Springfield, Ohio', 'Salem, Ohio'))
        .outcome,
    ).not.toBe('underspecified')
  })

  it('is told before anything else, whatever was found', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 3 }), (texts) => {
        expect(outcome('What does it cost?', texts)).toBe('underspecified')
      }),
    )
  })
})
