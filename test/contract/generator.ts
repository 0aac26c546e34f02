import { describe, expect, it } from 'vitest'
import type { Source } from '../../shared/domain/passage.ts'
import type { GenerationEvent, GenerationRequest, Generator } from '../../shared/ports/generator.ts'

const source: Source = {
  number: 1,
  documentId: 'harbour.md',
  version: 1,
  title: 'Harbour',
  start: 0,
  end: 52,
  text: 'The harbour pilot boards ships two miles off the mole.',
  headings: [],
  labels: [],
  score: 1,
  probability: 1,
}

export const generationRequest = (rest: Partial<GenerationRequest> = {}): GenerationRequest => ({
  requestId: crypto.randomUUID(),
  model: 'test/model',
  messages: [{ role: 'user', content: 'Where does the harbour pilot board ships?' }],
  maxTokens: 64,
  stream: true,
  parameters: {},
  evidence: { question: 'Where does the harbour pilot board ships?', synonyms: [], sources: [source] },
  ...rest,
})

export async function collect(events: AsyncIterable<GenerationEvent>): Promise<GenerationEvent[]> {
  const collected: GenerationEvent[] = []
  for await (const event of events) collected.push(event)
  return collected
}

export const textOf = (events: readonly GenerationEvent[]) =>
  events.map((event) => (event.type === 'chunk' ? event.text : '')).join('')

const never = () => new AbortController().signal

/** Every Generator adapter passes this unchanged, against a server that answers well. */
export function generatorContract(create: () => Promise<Generator> | Generator) {
  const run = async (request: GenerationRequest) => collect(await (await create()).generate(request, never()))

  it.each([true, false])('says something and then why it stopped (stream: %s)', async (stream) => {
    const events = await run(generationRequest({ stream }))
    const chunks = events.filter((event) => event.type === 'chunk')
    expect(textOf(events)).not.toBe('')
    expect(chunks.at(-1)?.finishReason).toBe('stop')
    expect(chunks.slice(0, -1).every(({ finishReason }) => finishReason === null)).toBe(true)
  })

  it.each([true, false])(
    'reports usage at most once, and after the last chunk (stream: %s)',
    async (stream) => {
      const types = (await run(generationRequest({ stream }))).map(({ type }) => type)
      expect(types.filter((type) => type === 'usage').length).toBeLessThanOrEqual(1)
      expect(types.indexOf('usage') === -1 || types.indexOf('usage') === types.length - 1).toBe(true)
    },
  )

  it('can be left in the middle', async () => {
    const events = await (await create()).generate(generationRequest(), never())
    for await (const event of events) {
      expect(event.type).toBe('chunk')
      break
    }
  })
}

/** What an origin is told to do wrong. */
export type OriginFault = 'throttled' | 'overloaded' | 'html' | 'cut'
/** A vendor on loopback: whom to call with which key, and what to do wrong next. */
export type Stage = {
  generator(options?: { readonly url?: string; readonly key?: string }): Generator
  script(fault: OriginFault): void
  /** Answers that the model server gave up, since their reader had left. */
  abandoned(): number
  /** Tokens that the model server has generated for the last answer. */
  generated(): number
  close(): Promise<void>
}
type Script = { readonly answer?: string; readonly tokenDelayMs?: number }

const UNICODE = 'naïve café, 東京の港 🚢👩🏽‍🔬 שלום e\u0301 — “done”'
const LONG = Array.from({ length: 400 }, (_, index) => `word${index}`).join(' ')

/** Every adapter that talks to an origin passes this too, whole: `start` puts up the vendor with a model server that knows 4,096 tokens. */
export function originContract(start: (script: Script) => Promise<Stage>) {
  const on = async <T>(script: Script, act: (stage: Stage) => Promise<T>): Promise<T> => {
    const stage = await start(script)
    try {
      return await act(stage)
    } finally {
      await stage.close()
    }
  }
  const run = async (stage: Stage, rest: Partial<GenerationRequest> = {}, key?: string) =>
    collect(await stage.generator({ ...(key && { key }) }).generate(generationRequest(rest), never()))

  describe('what is heard', () => {
    it.each([true, false])('is the text, character for character (stream: %s)', (stream) =>
      on({ answer: UNICODE, tokenDelayMs: 1 }, async (stage) => {
        const events = await run(stage, { stream })
        expect(textOf(events)).toBe(UNICODE)
        expect(events.at(-1)).toMatchObject({
          type: 'usage',
          usage: { completionTokens: UNICODE.split(' ').length },
        })
      }),
    )

    it('says when the answer was cut for length', () =>
      on({ answer: LONG }, async (stage) => {
        const chunks = (await run(stage, { maxTokens: 5 })).filter((event) => event.type === 'chunk')
        expect(chunks.at(-1)?.finishReason).toBe('length')
        expect(textOf(chunks).split(' ')).toHaveLength(5)
      }))
  })

  describe('what goes wrong is told apart', () => {
    it.each<[string, OriginFault, object]>([
      ['throttling, and for how long', 'throttled', { details: { status: 429, retryAfterMs: 7_000 } }],
      ['an overload', 'overloaded', { details: { status: 503 } }],
      ['a page with 200', 'html', { code: 'upstream_rejected' }],
    ])('%s', (_, fault, expected) =>
      on({ answer: LONG }, async (stage) => {
        stage.script(fault)
        const told = { name: 'AppError', code: 'upstream_unavailable', ...expected }
        await expect(run(stage)).rejects.toMatchObject(told)
        // and the next answer is whole again
        expect(textOf(await run(stage, { maxTokens: 3 }))).toBe('word0 word1 word2')
      }),
    )

    it('an answer that breaks off, after what was said', () =>
      on({ answer: LONG, tokenDelayMs: 1 }, async (stage) => {
        stage.script('cut')
        const heard: GenerationEvent[] = []
        const listening = async () => {
          for await (const event of await stage.generator().generate(generationRequest(), never()))
            heard.push(event)
        }
        await expect(listening()).rejects.toMatchObject({ code: 'upstream_unavailable', retryable: true })
        expect(textOf(heard)).toBe('word0 word1 word2')
      }))

    it('a key that is not known, without saying it', () =>
      on({}, async (stage) => {
        const refused = await run(stage, {}, 'wrong-key').catch((error: unknown) => error)
        expect(refused).toMatchObject({ code: 'upstream_rejected', retryable: false })
        expect(JSON.stringify(refused) + String(refused)).not.toContain('wrong-key')
      }))

    it('a prompt that is too long', () =>
      on({}, async (stage) => {
        const messages = [{ role: 'user', content: 'word '.repeat(20_000) }]
        await expect(run(stage, { messages })).rejects.toMatchObject({ code: 'context_length_exceeded' })
      }))

    it('a host where nobody listens', () =>
      on({}, async (stage) => {
        const nowhere = stage.generator({ url: 'http://127.0.0.1:9/v1' })
        await expect(nowhere.generate(generationRequest(), never())).rejects.toMatchObject({
          code: 'upstream_unavailable',
          details: { kind: 'connect' },
        })
      }))
  })

  describe('leaving reaches the model server', () => {
    const isLeft = async ({ abandoned, generated }: Stage) => {
      await expect.poll(abandoned, { timeout: 5_000 }).toBe(1)
      return generated() < 300
    }

    it('from the middle of the answer', () =>
      on({ answer: LONG, tokenDelayMs: 20 }, async (stage) => {
        const events = await stage.generator().generate(generationRequest({ maxTokens: 400 }), never())
        for await (const _ of events) break
        expect(await isLeft(stage)).toBe(true)
      }))

    it.each([true, false])('by the signal, before anyone has listened (stream: %s)', (stream) =>
      on({ answer: LONG, tokenDelayMs: 20 }, async (stage) => {
        const left = new AbortController()
        const reason = new Error('the client left')
        const request = generationRequest({ stream, maxTokens: 400 })
        const generating = stage.generator().generate(request, left.signal)
        await expect.poll(stage.generated, { timeout: 5_000 }).toBeGreaterThan(2)
        left.abort(reason)
        await Promise.allSettled([generating])
        expect(await isLeft(stage)).toBe(true)
      }),
    )

    it('by the signal, while listening: the iteration ends at once', () =>
      on({ answer: LONG, tokenDelayMs: 20 }, async (stage) => {
        const left = new AbortController()
        const events = await stage.generator().generate(generationRequest({ maxTokens: 400 }), left.signal)
        const listening = async () => {
          for await (const _ of events) left.abort(new Error('the client left'))
        }
        await expect(listening()).rejects.toBeInstanceOf(Error)
        expect(await isLeft(stage)).toBe(true)
      }))
  })
}
