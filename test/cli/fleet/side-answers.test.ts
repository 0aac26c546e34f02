import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { demoAnswer } from '../../../cli/fleet/answers.ts'
import { composeReply } from '../../../cli/fleet/reply.ts'
import { type Case, judgingPrompt, readVerdicts, verdictTokens } from '../../../shared/domain/judging.ts'
import type { ChatMessage } from '../../../shared/domain/passage.ts'
import { readRewriting, rewritingPrompt, TECHNIQUES } from '../../../shared/domain/rewriting.ts'
import { sourcesOf } from '../../domain/grounding/sources.ts'

const frame = { id: 'chatcmpl-1', created: 0, model: 'm' }
const answerTo = (messages: readonly ChatMessage[], maxTokens: number) =>
  composeReply({ messages: [...messages], max_tokens: maxTokens }, demoAnswer, frame).tokens.join('')

const sources = sourcesOf('Everyone has 30 days of leave a year.', 'Trains are booked by the office.').map(
  (source) => ({ ...source, title: 'Leave' }),
)
const sentence = (claim: number, text: string, ...cites: readonly number[]) => ({ claim, text, cites })

describe('a simulated judge', () => {
  it.each([null, '¦'])(
    'goes by the words that a sentence shares with what it cites, marked by %s',
    (mark) => {
      const open: Case = {
        mark,
        sources,
        sentences: [
          sentence(0, 'Everyone has 30 days of leave a year.', 1),
          sentence(2, 'The office books trains on Mondays and Fridays.', 2),
          sentence(3, 'Trains are booked by the office.', 1),
          sentence(4, 'Trains are booked by the office.'),
        ],
      }
      const said = answerTo(judgingPrompt('How many days?', open, 'k3f9'), verdictTokens(open))
      expect([...(readVerdicts(said, open) ?? [])]).toEqual([
        [0, 'supported'],
        [2, 'partially'],
        [3, 'unsupported'],
        [4, 'supported'],
      ])
    },
  )

  it('always says something of every sentence, in as many tokens as it may have', () => {
    const texts = fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 32 })
    fc.assert(
      fc.property(texts, (all) => {
        const open = { mark: null, sources, sentences: all.map((text, claim) => sentence(claim, text, 1)) }
        const said = answerTo(judgingPrompt('How many days?', open, 'k3f9'), verdictTokens(open))
        expect(readVerdicts(said, open)?.size).toBe(all.length)
      }),
    )
  })
})

describe('a simulated rewording', () => {
  it('has what was asked for, made of the question', () => {
    const conversation = [
      { role: 'user', content: 'How many days of leave do engineers have?' },
      { role: 'assistant', content: 'Thirty [1].' },
    ] as const
    const said = answerTo(rewritingPrompt('And how are they booked?', conversation, TECHNIQUES), 400)
    expect(readRewriting(said, TECHNIQUES)).toEqual({
      standalone: 'How many days of leave do engineers have? And how are they booked?',
      queries: ['booked'],
      passage: 'This is about booked.',
    })
    const techniques = ['multi_query', 'decompose'] as const
    const split = answerTo(
      rewritingPrompt('How is leave approved, and who books trains?', [], techniques),
      400,
    )
    expect(readRewriting(split, techniques)).toEqual({
      standalone: null,
      queries: [
        'leave approved books trains',
        'approved books trains',
        'leave approved books',
        'How is leave approved?',
        'who books trains?',
      ],
      passage: null,
    })
  })

  it('of a question without a telling word has its own words', () => {
    const said = answerTo(rewritingPrompt('Why is that?', [], ['multi_query']), 400)
    expect(readRewriting(said, ['multi_query'])?.queries[0]).toBe('why is that')
  })

  it('is usable whatever the question says, in as many tokens as it may have', () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 2_000 }), fc.string(), (long, odd) => {
        const said = answerTo(rewritingPrompt(`${long} ${odd}`, [], TECHNIQUES), 400)
        expect(readRewriting(said, TECHNIQUES)?.queries.length).toBeGreaterThan(0)
      }),
      { numRuns: 30 },
    )
  })
})
