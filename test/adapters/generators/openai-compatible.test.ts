import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Scripted } from '../../../cli/fleet/faults.ts'
import { type Origin, startOrigin } from '../../../cli/fleet/origin.ts'
import { headersAuthorizer } from '../../../shared/adapters/authorizers/headers.ts'
import { openaiCompatibleGenerator } from '../../../shared/adapters/generators/openai-compatible.ts'
import {
  collect,
  generationRequest,
  generatorContract,
  originContract,
  textOf,
} from '../../contract/generator.ts'
import { stageOf } from '../../doubles/stage.ts'

const at = (url: string, key = 'secret') =>
  openaiCompatibleGenerator({ url, authorizer: headersAuthorizer({ authorization: `Bearer ${key}` }), fetch })
const never = () => new AbortController().signal

describe('a server with OpenAI’s chat completions', () => {
  let origin: Origin
  beforeAll(async () => {
    origin = await startOrigin({ answerTokenCount: 6, apiKey: 'secret', model: 'test/model' })
  })
  afterAll(() => origin.close())
  const run = async (rest = {}) => collect(await at(origin.url).generate(generationRequest(rest), never()))

  describe('Generator contract', () => generatorContract(() => at(origin.url)))
  describe('origin contract', () =>
    originContract(async (script) => {
      const staged = await startOrigin({
        ...script,
        apiKey: 'secret',
        model: 'test/model',
        contextTokens: 4_096,
      })
      return stageOf({ origin: staged, close: staged.close }, ({ url = staged.url, key } = {}) =>
        at(url, key),
      )
    }))

  describe('what it is sent', () => {
    it('is OpenAI’s body with usage asked for, the caller’s parameters and the token', async () => {
      await run({ parameters: { temperature: 0.2, stop: ['x'] } })
      const { body, headers } = origin.requests.at(-1) ?? {}
      expect(headers?.authorization).toBe('Bearer secret')
      expect(body).toMatchObject({
        model: 'test/model',
        max_tokens: 64,
        stream: true,
        stream_options: { include_usage: true },
        temperature: 0.2,
        stop: ['x'],
      })
    })

    it('never lets parameters override what was reserved for', async () => {
      await run({ parameters: { max_tokens: 100_000, max_completion_tokens: 100_000, model: 'dearer' } })
      expect(origin.requests.at(-1)?.body).toMatchObject({ max_tokens: 64, model: 'test/model' })
      expect(origin.requests.at(-1)?.body).not.toHaveProperty('max_completion_tokens')
    })

    it('continues the answer that another endpoint began, as its own unfinished turn', async () => {
      await run({ continuation: 'The pilot boards', maxTokens: 60 })
      expect(origin.requests.at(-1)?.body).toMatchObject({
        messages: [{ role: 'user' }, { role: 'assistant', content: 'The pilot boards' }],
        continue_final_message: true,
        add_generation_prompt: false,
        max_tokens: 60,
      })
      await run()
      expect(origin.requests.at(-1)?.body).not.toHaveProperty('continue_final_message')
    })

    it('names the limit as hosted APIs do, where it is one', async () => {
      const upstream = {
        url: origin.url,
        authorizer: headersAuthorizer({ authorization: 'Bearer secret' }),
        fetch,
      }
      const hosted = openaiCompatibleGenerator({
        ...upstream,
        limitField: 'max_completion_tokens',
        canContinue: false,
      })
      await collect(await hosted.generate(generationRequest(), never()))
      expect(origin.requests.at(-1)?.body).toMatchObject({ max_completion_tokens: 64 })
      expect(origin.requests.at(-1)?.body).not.toHaveProperty('max_tokens')
      expect(hosted.canContinue).toBe(false)
    })
  })

  describe('what is heard', () => {
    it('is the origin’s exact usage, streamed or plain, and nowhere else', async () => {
      const [streamed, plain] = await Promise.all([run({ stream: true }), run({ stream: false })])
      expect(streamed.at(-1)).toEqual(plain.at(-1))
      expect(plain.at(-1)).toMatchObject({ type: 'usage', usage: { completionTokens: 6 } })
      const objects = [...streamed, ...plain].flatMap((event) => (event.type === 'chunk' ? [event.raw] : []))
      expect(JSON.stringify(objects)).not.toContain('usage')
    })

    it.each<[string, Scripted]>([
      ['none', { kind: 'noUsage' }],
      ['more than was allowed', { kind: 'wrongUsage', as: 'tooLarge' }],
      ['zero', { kind: 'wrongUsage', as: 'zero' }],
      ['a negative number', { kind: 'wrongUsage', as: 'negative' }],
      ['a word', { kind: 'wrongUsage', as: 'string' }],
    ])('usage that cannot be true is none: %s', async (_, fault) => {
      for (const stream of [true, false]) {
        origin.script(fault)
        const events = await run({ stream })
        expect(textOf(events)).toContain('word5')
        expect(events.map(({ type }) => type)).not.toContain('usage')
      }
    })

    it.each<[string, Scripted]>([
      ['twice', { kind: 'wrongUsage', as: 'twice' }],
      ['in a chunk with words', { kind: 'wrongUsage', as: 'withChoices' }],
    ])('usage that is told %s is told once', async (_, fault) => {
      origin.script(fault)
      const usages = (await run()).filter(({ type }) => type === 'usage')
      expect(usages).toMatchObject([{ usage: { completionTokens: 6 } }])
    })

    it.each<[string, Scripted]>([
      ['CRLF', { kind: 'crlf' }],
      ['a flood of comments', { kind: 'comments', perToken: 500 }],
      ['characters cut in two', { kind: 'splitUtf8' }],
      ['no [DONE]', { kind: 'noDone' }],
    ])('the text is whole with %s', async (_, fault) => {
      origin.script(fault)
      expect(textOf(await run())).toBe('word0 word1 word2 word3 word4 word5')
    })

    it('begins with the first word: a server that only named the speaker has said nothing yet', async () => {
      expect((await run())[0]).toMatchObject({ type: 'chunk', text: 'word0' })
      origin.script({ kind: 'cut', afterTokens: 0 })
      const events = await at(origin.url).generate(generationRequest(), never())
      await expect(events[Symbol.asyncIterator]().next()).rejects.toMatchObject({
        code: 'upstream_unavailable',
      })
    })

    it('a malformed event is unreadable, not an answer', async () => {
      origin.script({ kind: 'malformed', afterTokens: 2 })
      await expect(run()).rejects.toMatchObject({ code: 'upstream_rejected' })
    })
  })
})
