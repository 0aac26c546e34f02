import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  answerTokens,
  type ChatBody,
  chatBody,
  completion,
  contextLengthError,
  countPromptTokens,
  firstChunk,
  malformedRequest,
  modelList,
  type Reply,
  refusal,
  tokenChunk,
  unknownModelError,
  usageChunk,
} from './shapes.ts'

/** What goes wrong with one completion. Token positions count from the start of the answer. */
export type Fault =
  | { readonly kind: 'refuse'; readonly status: 429 | 503; readonly retryAfterSeconds?: number }
  | { readonly kind: 'html'; readonly status: number }
  | { readonly kind: 'noUsage' }
  | { readonly kind: 'cut'; readonly afterTokens: number }
  | { readonly kind: 'stall'; readonly afterTokens: number; readonly forMs: number }
  | { readonly kind: 'malformed'; readonly afterTokens: number }

export type OriginOptions = {
  readonly port?: number
  readonly model?: string
  readonly contextTokens?: number
  /** Text of every answer; default is as many numbered words as `answerTokenCount`. */
  readonly answer?: string | ((body: ChatBody) => string)
  readonly answerTokenCount?: number
  readonly headDelayMs?: number
  readonly tokenDelayMs?: number
  /** When set, requests without this bearer token get 401. */
  readonly apiKey?: string
}

/** One completion as the origin saw it; filled in while it runs. */
export type SeenRequest = {
  readonly body: ChatBody
  readonly headers: IncomingMessage['headers']
  /** When each token was written; the length is the tokens generated. */
  readonly tokenTimesMs: number[]
  /** The client left before the end. */
  disconnected: boolean
  finished: boolean
}

export type Origin = {
  /** Base URL up to /v1, as endpoints are registered. */
  readonly url: string
  readonly model: string
  readonly requests: readonly SeenRequest[]
  /** The next completions go wrong in this order, one fault each; null lets one through. */
  script(...faults: readonly (Fault | null)[]): void
  close(): Promise<void>
}

/** No answer takes longer, whatever its options say. */
const LONGEST_ANSWER_MS = 60_000
const CREATED = 1_767_225_600

const defaults = {
  port: 0,
  model: 'simulated-7b',
  contextTokens: 8_192,
  answerTokenCount: 16,
  headDelayMs: 0,
  tokenDelayMs: 0,
} satisfies OriginOptions

type Settings = OriginOptions & typeof defaults
type Exchange = {
  readonly response: ServerResponse
  readonly seen: SeenRequest
  readonly reply: Reply
  readonly fault: Fault | null
  readonly settings: Settings
  readonly signal: AbortSignal
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

async function readBody(request: IncomingMessage): Promise<ChatBody | undefined> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  try {
    return chatBody.safeParse(JSON.parse(Buffer.concat(parts).toString())).data
  } catch {
    return undefined
  }
}

function compose(body: ChatBody, id: string, settings: Settings): Reply {
  const numbered = Array.from({ length: settings.answerTokenCount }, (_, index) => `word${index}`).join(' ')
  const answer = typeof settings.answer === 'function' ? settings.answer(body) : (settings.answer ?? numbered)
  const all = answerTokens(answer)
  const tokens = all.slice(0, body.max_completion_tokens ?? body.max_tokens ?? all.length)
  return {
    id,
    created: CREATED,
    model: settings.model,
    tokens,
    finishReason: tokens.length < all.length ? 'length' : 'stop',
    promptTokens: countPromptTokens(body.messages),
  }
}

/** Generates token by token; false when the fault ended the answer early. Throws when the client leaves. */
async function generate(
  { response, seen, reply, fault, settings, signal }: Exchange,
  onToken: (position: number) => void,
) {
  await sleep(settings.headDelayMs, undefined, { signal })
  for (const position of reply.tokens.keys()) {
    if (fault && 'afterTokens' in fault && position === fault.afterTokens) {
      if (fault.kind === 'stall') await sleep(fault.forMs, undefined, { signal })
      else return fault.kind
    }
    if (settings.tokenDelayMs > 0) await sleep(settings.tokenDelayMs, undefined, { signal })
    onToken(position)
    seen.tokenTimesMs.push(Date.now())
    if (response.writableNeedDrain) await once(response, 'drain', { signal })
  }
  return 'finished'
}

async function stream(exchange: Exchange, includeUsage: boolean) {
  const { response, reply, fault } = exchange
  const event = (data: unknown) => response.write(`data: ${JSON.stringify(data)}\n\n`)
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  event(firstChunk(reply))
  const outcome = await generate(exchange, (position) => event(tokenChunk(reply, position)))
  if (outcome === 'cut') return response.destroy()
  if (outcome === 'malformed') return response.end('data: {"id": "chatcmpl-\n\n')
  if (includeUsage && fault?.kind !== 'noUsage') event(usageChunk(reply))
  return response.end('data: [DONE]\n\n')
}

async function plain(exchange: Exchange) {
  const { response, reply, fault } = exchange
  const outcome = await generate(exchange, () => {})
  if (outcome === 'cut') return response.destroy()
  if (outcome === 'malformed')
    return response.writeHead(200, { 'content-type': 'application/json' }).end('{"id": "chatcmpl-')
  return send(response, 200, completion(reply, fault?.kind !== 'noUsage'))
}

/** Answers what needs no generation; true when it did. */
function refuses(response: ServerResponse, body: ChatBody, fault: Fault | null, settings: Settings): boolean {
  const wanted = body.max_completion_tokens ?? body.max_tokens ?? 1
  const promptTokens = countPromptTokens(body.messages)
  if (fault?.kind === 'refuse') {
    const headers =
      fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) }
    send(response, fault.status, refusal(fault.status), headers)
  } else if (fault?.kind === 'html') {
    response.writeHead(fault.status, { 'content-type': 'text/html' }).end('<html><h1>Bad Gateway</h1></html>')
  } else if (body.model !== settings.model) send(response, 404, unknownModelError(String(body.model)))
  else if (promptTokens + wanted > settings.contextTokens)
    send(response, 400, contextLengthError(settings.contextTokens, wanted, promptTokens))
  else return false
  return true
}

async function complete(exchange: Exchange) {
  const { response, seen } = exchange
  try {
    await (seen.body.stream === true
      ? stream(exchange, seen.body.stream_options?.include_usage === true)
      : plain(exchange))
    seen.finished = true
  } catch (error) {
    if (!exchange.signal.aborted) throw error
    response.destroy()
  }
}

/** A real HTTP server on loopback that behaves like vLLM: deterministic answers, exact usage, faults on demand, and a memory of what it was asked. */
export async function startOrigin(options: OriginOptions = {}): Promise<Origin> {
  const settings: Settings = { ...defaults, ...options }
  const requests: SeenRequest[] = []
  const faults: (Fault | null)[] = []

  async function chat(request: IncomingMessage, response: ServerResponse) {
    const body = await readBody(request)
    if (!body) return send(response, 400, malformedRequest())
    const seen: SeenRequest = {
      body,
      headers: request.headers,
      tokenTimesMs: [],
      disconnected: false,
      finished: false,
    }
    requests.push(seen)
    const left = new AbortController()
    response.on('close', () => {
      if (seen.finished || response.writableFinished) return
      seen.disconnected = true
      left.abort()
    })
    const fault = faults.shift() ?? null
    if (refuses(response, body, fault, settings)) return
    const reply = compose(body, `chatcmpl-${requests.length}`, settings)
    const signal = AbortSignal.any([left.signal, AbortSignal.timeout(LONGEST_ANSWER_MS)])
    await complete({ response, seen, reply, fault, settings, signal })
  }

  async function handle(request: IncomingMessage, response: ServerResponse) {
    const path = `${request.method} ${request.url}`
    if (path === 'GET /health') return void response.writeHead(200).end()
    if (settings.apiKey && request.headers.authorization !== `Bearer ${settings.apiKey}`)
      return send(response, 401, { error: 'Unauthorized' })
    if (path === 'GET /v1/models')
      return send(response, 200, modelList(settings.model, CREATED, settings.contextTokens))
    if (path === 'POST /v1/chat/completions') return chat(request, response)
    return send(response, 404, { detail: 'Not Found' })
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    )
  })
  server.listen(settings.port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the origin got no port')

  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    model: settings.model,
    requests,
    script: (...next) => void faults.push(...next),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
