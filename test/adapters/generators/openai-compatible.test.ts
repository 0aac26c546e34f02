import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Scripted } from '../../../cli/fleet/faults.ts'
import { type Origin, startOrigin } from '../../../cli/fleet/origin.ts'
import { headersAuthorizer } from '../../../shared/adapters/authorizers/headers.ts'
import { openaiCompatibleGenerator } from '../../../shared/adapters/generators/openai-compatible.ts'
import { collect, generationRequest, generatorContract } from '../../contract/generator.ts'

let origin: Origin
beforeAll(async () => {
  origin = await startOrigin({
    answerTokenCount: 6,
    apiKey: 'secret',
    model: 'test-model',
    contextTokens: 4_096,
  })
})
afterAll(() => origin.close())
afterEach(() => origin.script())

const at = (url: string, token = 'secret') =>
  openaiCompatibleGenerator({
    url,
    authorizer: headersAuthorizer({ authorization: `Bearer ${token}` }),
    fetch,
  })
const generator = (token?: string) => at(origin.url, token)
const run = async (rest = {}, token?: string) =>
  collect(await generator(token).generate(generationRequest(rest), new AbortController().signal))

describe('Generator contract: openai-compatible', () => generatorContract(() => generator()))

describe('what it sends', () => {
  it('is OpenAI’s body with usage asked for, the caller’s parameters and the token', async () => {
    await run({ parameters: { temperature: 0.2, stop: ['x'] } })
    const { body, headers } = origin.requests.at(-1) ?? {}
    expect(headers?.authorization).toBe('Bearer secret')
    expect(body).toMatchObject({
      model: 'test-model',
      max_tokens: 64,
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0.2,
      stop: ['x'],
    })
  })

  it('never lets parameters override what was reserved for', async () => {
    await run({ parameters: { max_tokens: 100_000, model: 'dearer' } })
    expect(origin.requests.at(-1)?.body).toMatchObject({ max_tokens: 64, model: 'test-model' })
  })
})

describe('what it hears', () => {
  it('is the origin’s exact usage, streamed or plain', async () => {
    const [streamed, plain] = await Promise.all([run({ stream: true }), run({ stream: false })])
    expect(streamed.at(-1)).toEqual(plain.at(-1))
    expect(plain.at(-1)).toMatchObject({ type: 'usage', usage: { completionTokens: 6 } })
  })

  it('ends well without usage when the origin reports none', async () => {
    origin.script({ kind: 'noUsage' })
    expect((await run()).some(({ type }) => type === 'usage')).toBe(false)
  })

  it.each<[string, Scripted, string]>([
    ['429', { kind: 'refuse', status: 429, retryAfter: 7 }, 'upstream_unavailable'],
    ['503', { kind: 'refuse', status: 503 }, 'upstream_unavailable'],
    ['an HTML page with 200', { kind: 'html', status: 200 }, 'upstream_rejected'],
    ['an HTML page with 502', { kind: 'html', status: 502 }, 'upstream_unavailable'],
    ['a cut after two tokens', { kind: 'cut', afterTokens: 2 }, 'upstream_unavailable'],
    ['a malformed event', { kind: 'malformed', afterTokens: 2 }, 'upstream_rejected'],
  ])('%s is a typed error', async (_, fault, code) => {
    origin.script(fault)
    await expect(run()).rejects.toMatchObject({ name: 'AppError', code })
  })

  it('begins with the first word: a server that only named the speaker has said nothing yet', async () => {
    expect((await run())[0]).toMatchObject({ type: 'chunk', text: 'word0' })
    origin.script({ kind: 'cut', afterTokens: 0 })
    const events = await generator().generate(generationRequest(), new AbortController().signal)
    await expect(events[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'upstream_unavailable',
    })
  })

  it('passes the origin’s Retry-After on', async () => {
    origin.script({ kind: 'refuse', status: 429, retryAfter: 7 })
    await expect(run()).rejects.toMatchObject({ details: { retryAfterMs: 7_000 } })
  })

  it('a wrong token is the operator’s problem, not a fault to retry', async () => {
    await expect(run({}, 'wrong')).rejects.toMatchObject({ code: 'upstream_rejected', retryable: false })
  })

  it('a prompt that is too long keeps the origin’s own words', async () => {
    const messages = [{ role: 'user', content: 'word '.repeat(20_000) }]
    await expect(run({ messages })).rejects.toMatchObject({ code: 'context_length_exceeded', status: 400 })
  })

  it('a server that is not there is unavailable', async () => {
    const nowhere = at('http://127.0.0.1:9/v1')
    await expect(nowhere.generate(generationRequest(), new AbortController().signal)).rejects.toMatchObject({
      code: 'upstream_unavailable',
      details: { kind: 'connect' },
    })
  })
})

it('leaving the answer closes the connection to the origin', async () => {
  const slow = await startOrigin({ answerTokenCount: 200, tokenDelayMs: 20, model: 'test-model' })
  const events = await at(slow.url).generate(generationRequest(), new AbortController().signal)
  for await (const _ of events) break
  await expect.poll(() => slow.requests[0]?.disconnected, { timeout: 5_000 }).toBe(true)
  expect(slow.requests[0]?.tokenTimesMs.length).toBeLessThan(100)
  await slow.close()
})
