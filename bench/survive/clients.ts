import { EventSourceParserStream } from 'eventsource-parser/stream'
import type { Caller, Order } from './orders.ts'

/** What a client saw of one request. `torn`: neither a whole answer nor an error that says what happened. */
export type Outcome = {
  readonly kind: 'answered' | 'refused' | 'broken' | 'left' | 'torn'
  /** Error code, or what was torn. */
  readonly code: string
  readonly durationMs: number
  readonly firstByteMs: number | null
  readonly attempts: readonly { readonly endpoint: string; readonly outcome: string }[]
}
type Seen = Pick<Outcome, 'kind' | 'code'> & { readonly attempts?: Outcome['attempts'] }

/** Sends one order as any HTTP client would and reads what comes to its end, or leaves when the order says so. */
export async function place(url: string, { key }: Caller, order: Order): Promise<Outcome> {
  const startedMs = performance.now()
  const leaving = new AbortController()
  const timer = order.leavesAfterMs === null ? null : setTimeout(() => leaving.abort(), order.leavesAfterMs)
  let firstByteMs: number | null = null
  const spoke = () => {
    firstByteMs ??= performance.now() - startedMs
  }
  const seen = await send(url, key, order, leaving.signal, spoke).catch((thrown: unknown): Seen => {
    if (leaving.signal.aborted) return { kind: 'left', code: 'client' }
    return { kind: 'torn', code: thrown instanceof Error ? thrown.message : String(thrown) }
  })
  if (timer) clearTimeout(timer)
  return { attempts: [], ...seen, firstByteMs, durationMs: performance.now() - startedMs }
}

async function send(
  url: string,
  key: string,
  { path, body, isStreamed }: Order,
  signal: AbortSignal,
  spoke: () => void,
): Promise<Seen> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body), signal })
  spoke()
  if (!response.ok) return refusal(await response.json())
  if (!isStreamed) return whole(await response.json())
  return path === '/v1/query' ? ourEvents(response) : openaiChunks(response)
}

type Json = Readonly<Record<string, unknown>>
const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Json)[name] : undefined

function refusal(body: unknown): Seen {
  const code = field(field(body, 'error'), 'code')
  return typeof code === 'string' ? { kind: 'refused', code } : { kind: 'torn', code: 'error without a code' }
}

function whole(body: unknown): Seen {
  const answer = field(body, 'answer')
  const choices = field(body, 'choices')
  const finish = Array.isArray(choices) ? field(choices[0], 'finish_reason') : undefined
  const isWhole = (typeof answer === 'string' && answer !== '') || typeof finish === 'string'
  const attempts = attemptsOf(field(body, 'route') ?? field(field(body, 'fairlead'), 'route'))
  return isWhole ? { kind: 'answered', code: 'ok', attempts } : { kind: 'torn', code: 'half an answer' }
}

function attemptsOf(route: unknown): Outcome['attempts'] {
  const attempts = field(route, 'attempts')
  return Array.isArray(attempts) ? (attempts as Outcome['attempts']) : []
}

async function* events(response: Response) {
  const parsed = response.body
    ?.pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
  for await (const event of parsed ?? []) yield event
}

/** `done` is the last event of a whole answer, `error` of a broken one. */
async function ourEvents(response: Response): Promise<Seen> {
  let seen: Seen = { kind: 'torn', code: 'a stream without an end' }
  for await (const { event, data } of events(response)) {
    if (seen.kind !== 'torn') return { kind: 'torn', code: `${event} after the end` }
    const body: unknown = JSON.parse(data)
    if (event === 'done') seen = { kind: 'answered', code: 'ok', attempts: attemptsOf(field(body, 'route')) }
    if (event === 'error') seen = { ...refusal(body), kind: 'broken' }
  }
  return seen
}

/** `[DONE]` after a finish reason ends a whole answer; a chunk with an error ends a broken one. */
async function openaiChunks(response: Response): Promise<Seen> {
  let seen: Seen = { kind: 'torn', code: 'a stream without an end' }
  let finish: unknown = null
  for await (const { data } of events(response)) {
    if (seen.kind !== 'torn') return { kind: 'torn', code: 'a chunk after the end' }
    if (data === '[DONE]') {
      seen =
        typeof finish === 'string'
          ? { kind: 'answered', code: 'ok' }
          : { kind: 'torn', code: '[DONE] without a finish reason' }
      continue
    }
    const chunk: unknown = JSON.parse(data)
    if (field(chunk, 'error') !== undefined) seen = { ...refusal(chunk), kind: 'broken' }
    const choices = field(chunk, 'choices')
    finish = (Array.isArray(choices) ? field(choices[0], 'finish_reason') : null) ?? finish
  }
  return seen
}
