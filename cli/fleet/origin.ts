import { z } from 'zod'
import { numberedWords } from './answers.ts'
import { type ChatServer, chat } from './chat.ts'
import { createCompletions, type SeenRequest } from './completions.ts'
import type { Load } from './engine.ts'
import { createFaultQueue, type FaultQueue, faultRequest, type Scripted } from './faults.ts'
import { type Call, listen, readJson, send } from './http.ts'
import type { Answer } from './reply.ts'
import type { EngineConfig } from './scheduler.ts'
import { CREATED, modelList } from './shapes.ts'
import { createTicker, type Ticker } from './ticker.ts'
import { steadyTiming } from './timing.ts'

export type OriginOptions = {
  readonly port?: number
  readonly model?: string
  readonly contextTokens?: number
  /** Text of every answer; default is as many numbered words as `answerTokenCount`. */
  readonly answer?: string | Answer
  readonly answerTokenCount?: number
  readonly headDelayMs?: number
  /** Of every token; `timing` takes its place. */
  readonly tokenDelayMs?: number
  readonly timing?: EngineConfig
  /** Shared by origins that run in one process. */
  readonly ticker?: Ticker
  /** When set, requests without this bearer token get 401. */
  readonly apiKey?: string
  /** How long the first request after `idleMs` without any has to wait. */
  readonly coldStart?: ColdStart
  /** How many requests are remembered, the latest; default all. */
  readonly requestsKept?: number
}
type ColdStart = { readonly idleMs: number; readonly durationMs: number }

export type Origin = {
  /** Base URL up to /v1, as endpoints are registered. */
  readonly url: string
  readonly model: string
  readonly requests: readonly SeenRequest[]
  /** The next completions go wrong in this order; null lets one through. The same as `POST /faults`. */
  script(...faults: readonly Scripted[]): void
  load(): Load
  close(): Promise<void>
}

/** The release whose answers and metrics are imitated. */
const VLLM_VERSION = '0.32.0'

const defaults = {
  model: 'simulated-7b',
  contextTokens: 8_192,
  answerTokenCount: 16,
  headDelayMs: 0,
  requestsKept: Number.POSITIVE_INFINITY,
} satisfies OriginOptions

/** A real HTTP server on loopback that behaves like vLLM: exact usage, faults on demand, and a memory of what it was asked. Without `timing` it answers at once. */
export async function startOrigin(options: OriginOptions = {}): Promise<Origin> {
  const settings = { ...defaults, ...options }
  const { model, apiKey, answer = numberedWords(settings.answerTokenCount) } = settings
  const { timing = steadyTiming(settings.tokenDelayMs ?? 0), ticker = createTicker() } = settings
  const server: ChatServer = {
    settings,
    faults: createFaultQueue(() => Date.now()),
    completions: createCompletions({ model, timing, ticker }),
    requests: [],
    answer: typeof answer === 'string' ? () => answer : answer,
    coldMs: settings.coldStart ? coldStarts(settings.coldStart) : () => 0,
    answered: 0,
  }
  const { url, close } = await listen(settings.port ?? 0, (call) => handle(server, call, apiKey))
  return {
    url: `${url}/v1`,
    model,
    requests: server.requests,
    script: (...faults) => server.faults.script(faults),
    load: server.completions.load,
    async close() {
      server.completions.stop()
      await close()
    },
  }
}

const ROUTES: Readonly<Record<string, (server: ChatServer, call: Call) => unknown>> = {
  'GET /faults': ({ faults }, call) => changeFaults(faults, call),
  'POST /faults': ({ faults }, call) => changeFaults(faults, call),
  'DELETE /faults': ({ faults }, call) => changeFaults(faults, call),
  'GET /health': ({ faults }, { response }) =>
    response.writeHead(faults.pending().outageMs > 0 ? 503 : 200).end(),
  'GET /metrics': ({ completions }, { response }) =>
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(completions.metrics()),
  'GET /version': (_, { response }) => send(response, 200, { version: VLLM_VERSION }),
  'GET /v1/models': ({ settings }, { response }) =>
    send(response, 200, modelList(settings.model, CREATED, settings.contextTokens)),
  'POST /v1/chat/completions': chat,
}

/** What an outage leaves alone. */
const ALWAYS_SERVED = new Set(['/faults', '/health'])

async function handle(server: ChatServer, call: Call, apiKey: string | undefined): Promise<void> {
  const { request, response } = call
  const { method, url = '', headers } = request
  const isOut = server.faults.pending().outageMs > 0
  if (isOut && !ALWAYS_SERVED.has(url)) return void request.socket.destroy()
  // Like vLLM, whose key guards only what lies below /v1.
  if (apiKey && url.startsWith('/v1') && headers.authorization !== `Bearer ${apiKey}`)
    return send(response, 401, { error: 'Unauthorized' })
  const route = ROUTES[`${method} ${url}`]
  if (route) await route(server, call)
  else send(response, 404, { detail: 'Not Found' })
}

/** The way to break a running origin: POST adds, DELETE clears, and each shows what is pending. */
async function changeFaults(faults: FaultQueue, { request, response }: Call): Promise<void> {
  if (request.method === 'DELETE') faults.clear()
  if (request.method === 'POST') {
    const { data, error } = faultRequest.safeParse(await readJson(request))
    if (error) return send(response, 400, { error: z.prettifyError(error) })
    faults.script(Array.isArray(data) ? data : [data])
  }
  return send(response, 200, faults.pending())
}

function coldStarts({ idleMs, durationMs }: ColdStart): () => number {
  let usedMs = Number.NEGATIVE_INFINITY
  let warmMs = Number.NEGATIVE_INFINITY
  return () => {
    const now = performance.now()
    if (now - usedMs > idleMs) warmMs = now + durationMs
    usedMs = Math.max(now, warmMs)
    return Math.max(0, warmMs - now)
  }
}
