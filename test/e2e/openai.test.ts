import OpenAI, { AuthenticationError, BadRequestError, NotFoundError, PermissionDeniedError } from 'openai'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Caller, newEndpoint, newKey, newTenant, platform, putLive } from './platform.ts'

let caller: Caller
beforeAll(async () => {
  caller = await newTenant()
})

const clientOf = (apiKey: string) => new OpenAI({ baseURL: `${platform.url}/v1`, apiKey, maxRetries: 0 })
/** At the price of the tests' endpoints: $1 and $2 a million tokens. */
const spent = (promptTokens: number, completionTokens: number) => {
  const costNanoUsd = 1_000 * promptTokens + 2_000 * completionTokens
  return { promptTokens, completionTokens, costNanoUsd, costUsd: costNanoUsd / 1e9, estimated: false }
}
const messages = [{ role: 'user' as const, content: 'How many words?' }]

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}

/** What the client throws when this is asked; nothing when it is answered. */
const failure = (apiKey: string, model: string, content = 'Hello') =>
  clientOf(apiKey)
    .chat.completions.create({ model, messages: [{ role: 'user', content }] })
    .then(
      () => undefined,
      (error: unknown) => error,
    )

describe("OpenAI's own client", () => {
  it('gets a whole completion with usage and the route it took', async () => {
    const { model, id } = await newEndpoint({ answer: 'Five words and no more.' })
    const completion = await clientOf(caller.key).chat.completions.create({ model, messages })
    expect(completion).toMatchObject({
      object: 'chat.completion',
      model,
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          message: { role: 'assistant', content: 'Five words and no more.' },
        },
      ],
      usage: { completion_tokens: 5 },
      fairlead: { route: { endpoint: id } },
    })
    const { prompt_tokens = 0, total_tokens } = completion.usage ?? {}
    expect(prompt_tokens).toBeGreaterThan(0)
    expect(total_tokens).toBe(prompt_tokens + 5)
    expect(completion).toMatchObject({ fairlead: { usage: spent(prompt_tokens, 5) } })
  })

  it.each([
    { includeUsage: true, usage: [{ completion_tokens: 5 }] },
    { includeUsage: false, usage: [] },
  ])('streams the same text, with usage in the last chunk when asked ($includeUsage)', async (expected) => {
    const { model } = await newEndpoint({ answer: 'Five words and no more.' })
    const stream = await clientOf(caller.key).chat.completions.create({
      model,
      messages,
      stream: true,
      ...(expected.includeUsage && { stream_options: { include_usage: true } }),
    })
    const chunks = await collect(stream)
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(
      'Five words and no more.',
    )
    expect(chunks.map(({ choices }) => choices[0]?.finish_reason).filter(Boolean)).toEqual(['stop'])
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)
    expect(chunks.flatMap(({ usage }) => usage ?? [])).toMatchObject(expected.usage)
    expect(chunks.at(-1)?.choices).toHaveLength(expected.includeUsage ? 0 : 1)
    const last = chunks.find(({ choices }) => choices[0]?.finish_reason)
    const { usage } = (last as unknown as { fairlead: { usage: { promptTokens: number } } }).fairlead
    expect(usage).toMatchObject(spent(usage.promptTokens, 5))
    expect(usage.promptTokens).toBeGreaterThan(0)
  })

  it('gets an answer from documents, with the sources in a field of ours', async () => {
    const { place } = await newEndpoint({ answer: 'It is 30 days [1], they say [7].' })
    await putLive(caller, 'notes', 'leave.md', { text: 'Everyone has 30 days of leave a year.' })
    const fairlead = { collection: 'notes', requirements: { residency: [place] } }
    const question = { role: 'user' as const, content: 'How many days of leave does everyone have?' }
    const completion = await clientOf(caller.key).chat.completions.create(
      // @ts-expect-error our own field
      { model: 'tier-s', messages: [question], fairlead },
    )
    expect(completion).toMatchObject({
      choices: [{ message: { content: 'It is 30 days [1], they say.' } }],
      fairlead: {
        sources: [{ number: 1, documentId: 'leave.md', text: 'Everyone has 30 days of leave a year.' }],
      },
    })
  })

  it.each([{ stream: false }, { stream: true }])(
    'is told which sentences its documents support, and what a judge says of them (stream: $stream)',
    async ({ stream }) => {
      const answer = 'Everyone has 30 days of leave a year [1]. It is 45 days [1]. Trains run at night [9].'
      const { place } = await newEndpoint({ answer, endpoint: { tier: 'm' } })
      const judge = await newEndpoint({ place, answer: '{"1": "supported", "2": "unsupported"}' })
      await putLive(caller, 'claims', 'leave.md', { text: 'Everyone has 30 days of leave a year.' })
      const fairlead = {
        collection: 'claims',
        requirements: { residency: [place] },
        verification: { judge: true },
      }
      const question = { role: 'user' as const, content: 'How many days of leave does everyone have?' }
      const body = { model: 'tier-m', messages: [question], fairlead }
      const client = clientOf(caller.key)
      const chunks: unknown[] = stream
        ? await collect(await client.chat.completions.create({ ...body, stream }))
        : [await client.chat.completions.create(body)]
      expect(chunks.at(-1)).toMatchObject({
        choices: [{ finish_reason: 'stop' }],
        fairlead: {
          outcome: 'answered',
          claims: [
            { start: 0, sources: [1], supported: true, reason: null, judged: 'supported' },
            { supported: false, reason: 'number', judged: null },
            { supported: false, reason: 'uncited', judged: 'unsupported' },
          ],
          grounding: expect.closeTo(41 / 79, 1) as number,
          unsupported: { number: 1, uncited: 1 },
          removedCitations: 1,
          judge: { endpoint: judge.id, failure: null },
          usage: {
            costNanoUsd: expect.any(Number) as number,
            estimated: false,
            retrieval: { costNanoUsd: 0 },
          },
        },
      })
    },
  )

  it('is told that its documents do not answer', async () => {
    await putLive(caller, 'notes', 'leave.md', { text: 'Everyone has 30 days of leave a year.' })
    const question = { role: 'user' as const, content: 'Who painted the ceiling of the Sistine Chapel?' }
    const fairlead = { collection: 'notes', requirements: { tier: 'xl', levels: ['on_premises'] } }
    const completion = await clientOf(caller.key).chat.completions.create(
      // @ts-expect-error our own field
      { model: 'auto', messages: [question], fairlead },
    )
    expect(completion).toMatchObject({
      fairlead: { outcome: 'abstained', abstention: 'no_evidence', claims: [], grounding: 0 },
    })
  })

  it('passes its own parameters on to the origin and hides nothing it said', async () => {
    const { model, origin } = await newEndpoint()
    await clientOf(caller.key).chat.completions.create({
      model,
      messages,
      temperature: 0.25,
      seed: 7,
      max_tokens: 3,
    })
    expect(origin.requests[0]?.body).toMatchObject({
      model,
      temperature: 0.25,
      seed: 7,
      max_tokens: 3,
      messages,
    })
    expect(origin.requests[0]?.body).not.toHaveProperty('fairlead')
  })

  it.each(['priority', 'kv_transfer_params'])(
    "cannot give orders to the origin's own scheduler: %s",
    async (name) => {
      const { model, origin } = await newEndpoint()
      await clientOf(caller.key).chat.completions.create({ model, messages, seed: 7, [name]: -1 })
      expect(origin.requests[0]?.body).toMatchObject({ seed: 7 })
      expect(origin.requests[0]?.body).not.toHaveProperty(name)
    },
  )

  it('lists the models it may use', async () => {
    const { model } = await newEndpoint()
    const ids = (await collect(clientOf(caller.key).models.list())).map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(['auto', 'tier-s', 'tier-m', 'tier-l', 'tier-xl', model]))
  })
})

describe("the errors that OpenAI's client raises", () => {
  it('say that a key is bad', async () => {
    for (const key of ['flk_test_nonsense', caller.key.replace(/.$/, (last) => (last === '0' ? '1' : '0'))]) {
      const error = await failure(key, 'auto')
      expect(error).toBeInstanceOf(AuthenticationError)
      expect(error).toMatchObject({ status: 401, code: 'unauthenticated', type: 'authentication_error' })
    }
  })

  it('say that a model is unknown', async () => {
    const error = await failure(caller.key, 'no-such-model')
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' })
  })

  it('say that a prompt is too long', async () => {
    const { model } = await newEndpoint({ contextTokens: 1_024, endpoint: { contextTokens: 1_024 } })
    const error = await failure(caller.key, model, 'word '.repeat(2_000))
    expect(error).toBeInstanceOf(BadRequestError)
    expect(error).toMatchObject({
      status: 400,
      code: 'context_length_exceeded',
      type: 'invalid_request_error',
    })
  })

  it('say so too when only the origin finds the prompt too long', async () => {
    const { model } = await newEndpoint({ contextTokens: 600, endpoint: { contextTokens: 100_000 } })
    const error = await failure(caller.key, model, 'word '.repeat(2_000))
    expect(error).toBeInstanceOf(BadRequestError)
    expect(error).toMatchObject({ code: 'context_length_exceeded' })
  })

  it('say that a key may not ask', async () => {
    const { key } = await newKey(caller.tenantId, { scopes: ['documents:read'] })
    const error = await failure(key, 'auto')
    expect(error).toBeInstanceOf(PermissionDeniedError)
    expect(error).toMatchObject({ status: 403, code: 'forbidden' })
  })

  it('carry the id of the request, in the header and in the body', async () => {
    const error = await failure(caller.key, 'no-such-model')
    const { requestID, error: body } = error as NotFoundError & { error: { requestId: string } }
    expect(requestID).toMatch(/^req_/)
    expect(body.requestId).toBe(requestID)
  })

  it('end a stream that the origin breaks off', async () => {
    const { model, origin } = await newEndpoint({ tokenDelayMs: 20 })
    origin.script({ kind: 'cut', afterTokens: 2 })
    const stream = await clientOf(caller.key).chat.completions.create({ model, messages, stream: true })
    await expect(collect(stream)).rejects.toThrow(/stopped in the middle|broke/)
  })
})
