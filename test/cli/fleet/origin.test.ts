import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { type Origin, type OriginOptions, startOrigin } from '../../../cli/fleet/origin.ts'
import { countPromptTokens } from '../../../cli/fleet/shapes.ts'

const dataFolder = process.env['FAIRLEAD_DATA'] ?? resolve(import.meta.dirname, '../../../../shared/data')
const schemaFile = resolve(dataFolder, 'openapi/openai.yaml')
const hasSchema = existsSync(schemaFile)

/** OpenAPI 3.0 and 3.1 words are mixed in the file: only what JSON Schema understands is kept. */
function readSchemas(): Record<string, never> {
  const { components } = parse(readFileSync(schemaFile, 'utf8'), { maxAliasCount: -1 }) as {
    components: { schemas: Record<string, unknown> }
  }
  const text = JSON.stringify(components.schemas, (key, value: unknown) => {
    if (key.startsWith('x-') || ['discriminator', 'deprecated', 'format'].includes(key)) return undefined
    if (typeof value !== 'object' || value === null || !('nullable' in value)) return value
    const { nullable, ...schema } = value
    return nullable === true ? { anyOf: [schema, { type: 'null' }] } : schema
  })
  return JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')) as Record<string, never>
}

const messages = [{ role: 'user', content: 'How many words?' }]
const opened: Origin[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((origin) => origin.close()))
})

async function open(options: OriginOptions = {}) {
  const origin = await startOrigin(options)
  opened.push(origin)
  const ask = (body: Record<string, unknown> = {}, signal?: AbortSignal) =>
    fetch(`${origin.url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: origin.model, messages, ...body }),
      ...(signal && { signal }),
    })
  return { origin, ask }
}

/** Data of every event up to [DONE], as objects. */
function events(text: string): Record<string, unknown>[] {
  const data = text
    .split('\n\n')
    .filter(Boolean)
    .map((block) => block.replace(/^data: /, ''))
  expect(data.pop()).toBe('[DONE]')
  return data.map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('a simulated origin', () => {
  test('gives the same answer and exact usage plain and streamed', async () => {
    const { ask } = await open({ answerTokenCount: 5 })
    const whole = z.looseObject({ usage: z.unknown() }).parse(await (await ask()).json())
    const chunks = events(await (await ask({ stream: true, stream_options: { include_usage: true } })).text())
    const usage = { prompt_tokens: countPromptTokens(messages), completion_tokens: 5, total_tokens: 13 }
    expect(whole).toMatchObject({
      usage,
      choices: [{ message: { content: 'word0 word1 word2 word3 word4' }, finish_reason: 'stop' }],
    })
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage })
    expect(chunks).toHaveLength(1 + 5 + 1)
  })

  test('stops at max_tokens and says so', async () => {
    const { ask } = await open()
    expect(await (await ask({ max_tokens: 2 })).json()).toMatchObject({
      choices: [{ finish_reason: 'length', message: { content: 'word0 word1' } }],
      usage: { completion_tokens: 2 },
    })
  })

  test('sees that a client left and generates no further', async () => {
    const { origin, ask } = await open({ answerTokenCount: 1_000, tokenDelayMs: 5 })
    const leave = new AbortController()
    const response = await ask({ stream: true }, leave.signal)
    await response.body?.getReader().read()
    leave.abort()
    await expect.poll(() => origin.requests[0]?.disconnected).toBe(true)
    const written = origin.requests[0]?.tokenTimesMs.length ?? 0
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(origin.requests[0]).toMatchObject({ finished: false })
    expect(origin.requests[0]?.tokenTimesMs).toHaveLength(written)
  })

  test('refuses, answers HTML and forgets usage on demand, then is well again', async () => {
    const { origin, ask } = await open()
    origin.script(
      { kind: 'refuse', status: 429, retryAfter: 7 },
      { kind: 'html', status: 502 },
      { kind: 'noUsage' },
    )
    const [refused, html, bare, well] = [await ask(), await ask(), await ask(), await ask()]
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7'])
    expect([html.status, html.headers.get('content-type')]).toEqual([502, 'text/html'])
    expect(await bare.json()).not.toHaveProperty('usage')
    expect(await well.json()).toHaveProperty('usage')
  })

  test('cuts, stalls and garbles a stream on demand', async () => {
    const { origin, ask } = await open({ answerTokenCount: 4 })
    origin.script(
      { kind: 'cut', afterTokens: 2 },
      { kind: 'malformed', afterTokens: 1 },
      { kind: 'stall', afterTokens: 3, forMs: 60 },
    )
    await expect((await ask({ stream: true })).text()).rejects.toThrow('terminated')
    expect(origin.requests[0]?.tokenTimesMs).toHaveLength(2)
    const garbled = await (await ask({ stream: true })).text()
    expect(() => events(garbled)).toThrow(/JSON|DONE/)
    const started = Date.now()
    expect(events(await (await ask({ stream: true })).text())).toHaveLength(1 + 4)
    expect(Date.now() - started).toBeGreaterThanOrEqual(55)
  })

  test('refuses a prompt beyond its context the way vLLM does', async () => {
    const { ask } = await open({ contextTokens: 64 })
    const response = await ask({ messages: [{ role: 'user', content: 'x'.repeat(400) }] })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { type: 'BadRequestError', param: 'input_tokens', code: 400 },
    })
  })
})

// Needs the published OpenAPI file: FAIRLEAD_DATA names its folder.
describe.skipIf(!hasSchema)(
  `a simulated origin against OpenAI's schema${hasSchema ? '' : ' (skipped: no FAIRLEAD_DATA)'}`,
  () => {
    test('models, completions and chunks conform', async () => {
      const $defs = readSchemas()
      const schema = (name: string) => z.fromJSONSchema({ $defs, $ref: `#/$defs/${name}` })
      const { origin, ask } = await open({ answerTokenCount: 3 })
      const models = await (await fetch(`${origin.url}/models`)).json()
      const whole = z.looseObject({ usage: z.looseObject({}) }).parse(await (await ask()).json())
      // vLLM says null where OpenAI has an object or nothing.
      const { prompt_tokens_details, ...usage } = whole.usage
      const response = await ask({ stream: true, stream_options: { include_usage: true } })
      expect(schema('ListModelsResponse').safeParse({}).success).toBe(false)
      schema('ListModelsResponse').parse(models)
      schema('CreateChatCompletionResponse').parse({ ...whole, usage })
      const chunk = schema('CreateChatCompletionStreamResponse')
      for (const event of events(await response.text())) chunk.parse(event)
      expect(prompt_tokens_details).toBeNull()
    })
  },
)
