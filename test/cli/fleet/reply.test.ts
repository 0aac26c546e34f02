import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { demoAnswer } from '../../../cli/fleet/answers.ts'
import { startOrigin } from '../../../cli/fleet/origin.ts'
import { composeReply } from '../../../cli/fleet/reply.ts'
import type { ChatBody } from '../../../cli/fleet/shapes.ts'
import { writePrompt } from '../../../shared/domain/prompt.ts'
import { DEFAULT_TEMPLATE } from '../../../shared/domain/template.ts'

const frame = { id: 'chatcmpl-1', created: 0, model: 'm' }
const compose = (body: ChatBody) => composeReply(body, demoAnswer, frame)
const user = (content: string) => ({ role: 'user', content })
const continuing = (messages: ChatBody['messages'] = [], begun: string): ChatBody => ({
  messages: [...messages, { role: 'assistant', content: begun }],
  continue_final_message: true,
  add_generation_prompt: false,
})

const PROMPT = { format: 'text', template: DEFAULT_TEMPLATE, marker: 'k3f9', hints: [] } as const

const source = {
  number: 2,
  documentId: 'leave.md',
  version: 1,
  title: 'Leave',
  start: 0,
  end: 60,
  text: 'Everyone has 30 days of leave a year. Trains are booked by the office.',
  headings: [],
  labels: [],
  score: 1,
  probability: 1,
}

describe('an answer', () => {
  it('that was begun is gone on with so that both parts make the unbroken one', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), (question, cut) => {
        const messages = [user(question)]
        const whole = compose({ messages }).tokens.join('')
        const begun = whole.slice(0, cut % (whole.length + 1))
        const rest = compose(continuing(messages, begun))
        expect(begun + rest.tokens.join('')).toBe(whole)
        expect(rest.finishReason).toBe('stop')
      }),
    )
  })

  it('that another model began is gone on with from the same length', () => {
    const messages = [user('Why?')]
    const whole = compose({ messages }).tokens
    expect(compose(continuing(messages, 'Quite other words')).tokens).toEqual(whole.slice(3))
  })

  it('is whole only when it may be as long', () => {
    const { tokens, finishReason } = compose({ messages: [user('Why?')], max_tokens: 5 })
    expect([tokens.length, finishReason]).toEqual([5, 'length'])
  })

  it.each(['tags', 'words'] as const)(
    'quotes the source that our own prompt numbers and marks by %s, and says so when none answers',
    (marking) => {
      const options = { ...PROMPT, template: { ...DEFAULT_TEMPLATE, marking } }
      const answerTo = (question: string) =>
        demoAnswer({ messages: [...writePrompt(question, [], [source], options).messages] })
      expect(answerTo('How many days of leave does everyone have?')).toBe(
        'Everyone has 30 days of leave a year. [2]',
      )
      expect(answerTo('Who painted the ceiling?')).toBe('The sources do not contain the answer.')
    },
  )

  it('quotes sources in brackets too', () => {
    const prompt =
      '[1] The pilot boards two miles off.\n[2] Coffee is served at nine.\n\nQuestion: When is coffee served?'
    expect(demoAnswer({ messages: [user(prompt)] })).toBe('Coffee is served at nine. [2]')
  })
})

describe('continuing over HTTP', () => {
  it('counts only what is new, and refuses what contradicts itself as vLLM does', async () => {
    const origin = await startOrigin({ answerTokenCount: 6 })
    onTestFinished(() => origin.close())
    const ask = (body: ChatBody) =>
      fetch(`${origin.url}/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ model: origin.model, ...body }),
      })
    const body = continuing([user('Count')], 'word0 word1 wo')
    expect(await (await ask(body)).json()).toMatchObject({
      choices: [{ message: { content: 'rd2 word3 word4 word5' } }],
      usage: { completion_tokens: 4 },
    })
    expect((await ask({ ...body, add_generation_prompt: undefined })).status).toBe(400)
    const nothingLeft = await ask({
      ...continuing([user('Count')], 'word0 word1 word2 word3 word4 word5'),
      stream: true,
    })
    expect(await nothingLeft.text()).toMatch(/"finish_reason":"stop"[^\n]*\n\ndata: \[DONE\]\n\n$/)
  })
})
