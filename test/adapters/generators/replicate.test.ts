import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { headersAuthorizer } from '../../../shared/adapters/authorizers/headers.ts'
import { replicateGenerator } from '../../../shared/adapters/generators/replicate.ts'
import {
  collect,
  generationRequest,
  generatorContract,
  originContract,
  textOf,
} from '../../contract/generator.ts'
import { type Replicate, startReplicate } from '../../doubles/replicate.ts'
import { breakOrigin, stageOf, stageOrigin } from '../../doubles/stage.ts'

const at = (url: string, key = 'r8') =>
  replicateGenerator({ url, authorizer: headersAuthorizer({ authorization: `Bearer ${key}` }), fetch })

describe('Replicate’s predictions', () => {
  let replicate: Replicate
  beforeAll(async () => {
    replicate = await startReplicate(await stageOrigin({ answer: 'two miles\noff the mole' }), 'r8')
  })
  afterAll(() => replicate.close())
  const run = async (rest = {}) =>
    collect(
      await at(replicate.url).generate(
        generationRequest({ model: 'meta/meta-llama-3-70b-instruct', ...rest }),
        new AbortController().signal,
      ),
    )

  describe('Generator contract', () => generatorContract(() => at(replicate.url)))

  it('asks an official model by name, others by version, and lets no prediction live for ever', async () => {
    await run()
    expect(replicate.predictions.at(-1)).toMatchObject({
      path: '/v1/models/meta/meta-llama-3-70b-instruct/predictions',
      headers: { 'cancel-after': '15m' },
    })
    await run({ model: 'someone/finetune:5c7d5dc6' })
    expect(replicate.predictions.at(-1)).toMatchObject({
      path: '/v1/predictions',
      body: { version: '5c7d5dc6' },
    })
  })

  it('writes a conversation down as one prompt', async () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hello!' },
      { role: 'user', content: [{ type: 'text', text: 'Where?' }] },
    ]
    await run({ messages, parameters: { temperature: 0.2, stop: ['END', '###'], user: 'u1' } })
    expect(replicate.predictions.at(-1)?.body.input).toEqual({
      prompt: 'User: Hello\n\nAssistant: Hello!\n\nUser: Where?\n\nAssistant:',
      system_prompt: 'Be brief.',
      max_tokens: 64,
      temperature: 0.2,
      stop_sequences: 'END,###',
    })
  })

  it.each([
    { parameters: { tools: [] } },
    { parameters: { response_format: { type: 'json_object' } } },
    { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
  ])('says that it cannot, so that another endpoint is asked: %o', async (rest) => {
    const before = replicate.predictions.length
    await expect(run(rest)).rejects.toMatchObject({ code: 'no_endpoint' })
    expect(replicate.predictions.length).toBe(before)
  })

  it('reads a model that does not stream when it has ended', async () => {
    replicate.script('no-stream')
    expect(textOf(await run())).toBe('two miles\noff the mole')
  })

  it('takes its token to no other host', async () => {
    replicate.script('stream-elsewhere')
    expect(textOf(await run())).toBe('two miles\noff the mole')
  })

  it('an account without credit is the operator’s problem', async () => {
    replicate.script('unpaid')
    await expect(run()).rejects.toMatchObject({ code: 'upstream_rejected', details: { status: 402 } })
  })
})

describe('origin contract: replicate', () =>
  originContract(async (script) => {
    const replicate = await startReplicate(await stageOrigin(script), 'r8')
    return stageOf(
      replicate,
      ({ url = replicate.url, key } = {}) => at(url, key),
      (fault) => (fault === 'cut' ? breakOrigin(replicate.origin, fault) : replicate.script(fault)),
    )
  }))
