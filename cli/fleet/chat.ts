import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Completions, SeenRequest } from './completions.ts'
import type { Fault, FaultQueue } from './faults.ts'
import { type Call, readJson, send } from './http.ts'
import { type Answer, composeReply } from './reply.ts'
import {
  type ChatBody,
  CREATED,
  chatBody,
  contextLengthError,
  contradictoryContinuation,
  countPromptTokens,
  malformedRequest,
  refusal,
  unknownModelError,
} from './shapes.ts'

/** What a completion needs of its origin. */
export type ChatServer = {
  readonly settings: {
    readonly model: string
    readonly contextTokens: number
    readonly headDelayMs: number
    readonly requestsKept: number
  }
  readonly faults: FaultQueue
  readonly completions: Completions
  readonly requests: SeenRequest[]
  readonly answer: Answer
  /** Milliseconds until the model is loaded, for a request that comes now. */
  readonly coldMs: () => number
  answered: number
}

/** `POST /v1/chat/completions`, from the body to the engine. */
export async function chat(server: ChatServer, { request, response }: Call): Promise<void> {
  const { settings, requests, faults, completions, answer } = server
  const body = chatBody.safeParse(await readJson(request)).data
  if (!body) return send(response, 400, malformedRequest())
  const { headers } = request
  const seen: SeenRequest = { body, headers, tokenTimesMs: [], disconnected: false, finished: false }
  requests.push(seen)
  if (requests.length > settings.requestsKept) requests.shift()
  const left = new AbortController()
  response.on('close', () => {
    if (seen.finished || response.writableFinished) return
    seen.disconnected = true
    left.abort()
  })
  const fault = faults.take()
  if (isRefused(response, body, fault, settings)) return
  server.answered += 1
  const frame = { id: `chatcmpl-${server.answered}`, created: CREATED, model: settings.model }
  const reply = composeReply(body, answer, frame)
  const slowMs = fault?.kind === 'slowHead' ? fault.delayMs : 0
  const headMs = settings.headDelayMs + slowMs + server.coldMs()
  if (headMs > 0) await sleep(headMs, undefined, { signal: left.signal }).catch(() => {})
  if (left.signal.aborted) return
  const includeUsage = body.stream_options?.include_usage === true
  left.signal.addEventListener('abort', completions.run(seen, { response, reply, fault, includeUsage }))
}

/** Answers what needs no generation; true when it did. */
function isRefused(
  response: ServerResponse,
  body: ChatBody,
  fault: Fault | null,
  { model, contextTokens }: ChatServer['settings'],
): boolean {
  if (isBroken(response, fault)) return true
  const wanted = body.max_completion_tokens ?? body.max_tokens ?? 1
  const promptTokens = countPromptTokens(body.messages)
  if (body.model !== model) send(response, 404, unknownModelError(String(body.model)))
  else if (promptTokens + wanted > contextTokens)
    send(response, 400, contextLengthError(contextTokens, wanted, promptTokens))
  else if (body.continue_final_message === true && body.add_generation_prompt !== false)
    send(response, 400, contradictoryContinuation())
  else return false
  return true
}

/** The faults that come before an answer. */
function isBroken(response: ServerResponse, fault: Fault | null): boolean {
  if (fault?.kind === 'disconnect') response.destroy()
  else if (fault?.kind === 'html')
    response.writeHead(fault.status, { 'content-type': 'text/html' }).end('<html><h1>Bad Gateway</h1></html>')
  else if (fault?.kind === 'refuse') {
    const headers = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) }
    send(response, fault.status, refusal(fault.status), headers)
  } else return false
  return true
}
