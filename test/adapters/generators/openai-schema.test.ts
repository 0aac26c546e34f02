import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Origin, startOrigin } from '../../../cli/fleet/origin.ts'
import { chatBody } from '../../../shared/http/chat-completions/request.ts'
import { generationRequest } from '../../contract/generator.ts'
import { sentData } from '../../doubles/gate.ts'
import { published } from '../../doubles/published.ts'

const file = resolve(process.env['FAIRLEAD_DATA'] ?? '../shared/data', 'openapi/openai.yaml')

// The description is public data beside the project, not part of it: without it these tests are skipped, and reported as skipped.
describe.skipIf(!existsSync(file))('OpenAI’s published schemas', () => {
  const document = existsSync(file) ? readFileSync(file, 'utf8') : ''
  let origin: Origin
  beforeAll(async () => {
    origin = await startOrigin({ model: 'test/model', answer: 'two miles off the mole' })
  })
  afterAll(() => origin.close())
  const ask = (rest: object) => {
    const body = JSON.stringify(chatBody(generationRequest(rest)))
    return fetch(`${origin.url}/chat/completions`, { method: 'POST', body })
  }

  it.each([
    { stream: true },
    { stream: false },
    {
      parameters: {
        temperature: 0.2,
        tools: [{ type: 'function', function: { name: 'look' } }],
        stop: ['x'],
      },
    },
    { continuation: 'The pilot' },
  ])('describe what is sent: %o', (rest) => {
    const schema = published(document, 'CreateChatCompletionRequest')
    for (const limitField of ['max_tokens', 'max_completion_tokens'] as const)
      expect(z.safeParse(schema, chatBody(generationRequest(rest), { limitField })).error).toBeUndefined()
    expect(schema.safeParse({ ...chatBody(generationRequest(rest)), messages: 'Hello' }).success).toBe(false)
  })

  it('describe what the simulated model server answers', async () => {
    const schema = published(document, 'CreateChatCompletionResponse')
    const answer: unknown = await (await ask({ stream: false })).json()
    // vLLM itself differs in this: it says null where it has no details.
    const differing = schema.safeParse(answer).error?.issues.map(({ path }) => path.join('.'))
    expect(differing).toEqual(['usage.prompt_tokens_details'])
    expect(schema.safeParse({ ...Object(answer), choices: {} }).success).toBe(false)
  })

  it('describe what it streams', async () => {
    const schema = published(document, 'CreateChatCompletionStreamResponse')
    const chunks: unknown[] = []
    for await (const data of sentData(await ask({}))) if (data !== '[DONE]') chunks.push(JSON.parse(data))
    expect(chunks.length).toBeGreaterThan(5)
    for (const chunk of chunks) expect(schema.safeParse(chunk).error).toBeUndefined()
  })
})
