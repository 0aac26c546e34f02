import { createParser } from 'eventsource-parser'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { readLimited, retryAfterMs } from '../../http/upstream.ts'
import type { GenerationEvent, GenerationRequest, Generator, TokenUsage } from '../../ports/generator.ts'

type Options = {
  /** Base URL with the version: https://host/v1 */
  url: string
  token: string | null
  fetch?: typeof globalThis.fetch
}

// https://platform.openai.com/docs/api-reference/chat: only what we read; vLLM, TensorRT-LLM, llama.cpp and Ollama send the same.
const usage = z.looseObject({ prompt_tokens: z.int().min(0), completion_tokens: z.int().min(0) })
const choice = z.looseObject({
  delta: z.looseObject({ content: z.string().nullish() }).optional(),
  message: z.looseObject({ content: z.string().nullish() }).optional(),
  finish_reason: z.string().nullish(),
})
const completion = z.looseObject({ choices: z.array(choice), usage: usage.nullish().catch(null) })
const failure = z.looseObject({
  error: z.union([
    z.string(),
    z.looseObject({ message: z.string(), code: z.union([z.string(), z.number()]).nullish() }),
  ]),
})

const MAX_BODY_BYTES = 16_000_000
const MAX_ERROR_BYTES = 64_000
const MAX_EVENT_CHARACTERS = 1_000_000

/** Any server with OpenAI's chat completions: vLLM, TensorRT-LLM, llama.cpp, Ollama, Together, Lambda. */
export function openaiCompatibleGenerator({ url, token, fetch = globalThis.fetch }: Options): Generator {
  const endpoint = `${url.replace(/\/+$/, '')}/chat/completions`
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
  return {
    name: 'openai-compatible',
    async generate(request, signal) {
      const body = JSON.stringify(wireBody(request))
      const response = await fetch(endpoint, {
        method: 'POST',
        headers,
        body,
        signal,
        redirect: 'manual',
      }).catch((cause: unknown) => {
        throw new AppError('upstream_unavailable', 'The model server did not answer', { cause })
      })
      if (!response.ok) throw await refusal(response)
      const wanted = request.stream ? 'text/event-stream' : 'application/json'
      if (!response.headers.get('content-type')?.includes(wanted)) {
        await response.body?.cancel()
        throw new AppError('upstream_rejected', `The model server did not send ${wanted}`)
      }
      return request.stream ? streamed(response) : plain(response)
    },
  }
}

function wireBody({ model, messages, maxTokens, stream, parameters }: GenerationRequest) {
  return {
    ...parameters,
    model,
    messages,
    max_tokens: maxTokens,
    stream,
    ...(stream && { stream_options: { include_usage: true } }),
  }
}

/** Statuses that blame the request: our own checks let it through, so the origin's words are the most useful ones. */
const CALLERS_FAULT = new Set([400, 413, 422])

async function refusal(response: Response): Promise<AppError> {
  const text = await readLimited(response, MAX_ERROR_BYTES).catch(() => '')
  const { status } = response
  if (CALLERS_FAULT.has(status)) return callersFault(text, status)
  const isTemporary = status === 429 || status >= 500
  return new AppError(
    isTemporary ? 'upstream_unavailable' : 'upstream_rejected',
    `The model server answered ${status}`,
    { details: { status, ...retryAfterMs(response) } },
  )
}

function callersFault(text: string, status: number): AppError {
  const { data } = failure.safeParse(parseJson(text))
  const message = typeof data?.error === 'string' ? data.error : data?.error.message
  const isTooLong = /context length|maximum context|too long|context_length/i.test(text)
  return new AppError(
    isTooLong ? 'context_length_exceeded' : 'invalid_request',
    message ?? 'The model server refused the request',
    { details: { status } },
  )
}

async function* plain(response: Response): AsyncGenerator<GenerationEvent> {
  const text = await readLimited(response, MAX_BODY_BYTES).catch(broken)
  yield* toEvents(parseJson(text))
}

async function* streamed(response: Response): AsyncGenerator<GenerationEvent> {
  let isFinished = false
  for await (const data of serverSentData(response)) {
    if (data === '[DONE]') return
    for (const event of toEvents(parseJson(data))) {
      isFinished ||= event.type === 'chunk' && event.finishReason !== null
      yield event
    }
  }
  // Some servers leave [DONE] out; one that never said why it stopped was cut off.
  if (!isFinished)
    throw new AppError('upstream_unavailable', 'The model server stopped in the middle of the answer')
}

/** The data of each event; leaving the iteration early cancels the connection. */
async function* serverSentData(response: Response): AsyncGenerator<string> {
  const queue: string[] = []
  const parser = createParser({
    onEvent: ({ data }) => queue.push(data),
    maxBufferSize: MAX_EVENT_CHARACTERS,
  })
  const decoder = new TextDecoder()
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader()
  try {
    for (let next = await reader?.read().catch(broken); next && !next.done; ) {
      parser.feed(decoder.decode(next.value, { stream: true }))
      yield* queue.splice(0)
      next = await reader?.read().catch(broken)
    }
  } finally {
    await reader?.cancel().catch(() => undefined)
  }
}

function* toEvents(body: unknown): Iterable<GenerationEvent> {
  // Looked at first, since zod describes at length why each good chunk is no failure.
  if (hasError(body) && failure.safeParse(body).success)
    throw new AppError('upstream_unavailable', 'The model server reported an error in its answer')
  const parsed = completion.safeParse(body)
  if (!parsed.success)
    throw new AppError('upstream_rejected', 'The model server sent an unreadable answer', {
      cause: parsed.error,
    })
  const [first] = parsed.data.choices
  // Parsed loosely, so `raw` is the origin's own object, field for field.
  if (first && !isOpening(first)) yield { type: 'chunk', ...wordsOf(first), raw: parsed.data }
  if (parsed.data.usage) yield { type: 'usage', usage: toUsage(parsed.data.usage) }
}

const hasError = (body: unknown) => typeof body === 'object' && body !== null && 'error' in body

/**
 * Servers open a stream by naming who speaks, some long before the first token. Nothing is said by that, so it is no event:
 * a server that then breaks or stalls can still be replaced by another.
 */
function isOpening({ delta, finish_reason }: z.infer<typeof choice>): boolean {
  if (!delta || !('role' in delta) || finish_reason) return false
  return Object.entries(delta).every(([key, value]) => key === 'role' || value === '' || value === null)
}

const wordsOf = ({ delta, message, finish_reason }: z.infer<typeof choice>) => ({
  text: delta?.content ?? message?.content ?? '',
  finishReason: finish_reason ?? null,
})

const toUsage = (counts: z.infer<typeof usage>): TokenUsage => ({
  promptTokens: counts.prompt_tokens,
  completionTokens: counts.completion_tokens,
})

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function broken(cause: unknown): never {
  throw new AppError('upstream_unavailable', 'The connection to the model server broke', { cause })
}
