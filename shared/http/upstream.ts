import { AppError } from '../errors.ts'
import type { Authorizer } from '../ports/authorizer.ts'

/** Where an origin is, how it is told who calls, and by which door it is reached: the global fetch or an mTLS certificate's. */
export type Upstream = {
  readonly url: string
  readonly authorizer: Authorizer
  readonly fetch: typeof globalThis.fetch
}

/** A GET without a body; a POST with `json` as one. */
type Call = {
  readonly url: string
  readonly method?: 'GET' | 'POST'
  readonly accept?: string
  readonly json?: unknown
}

/** Longest wait an origin can make us tell a client. */
const MAX_RETRY_AFTER_MS = 3_600_000
const MAX_ERROR_BYTES = 64_000

/**
 * Sends one request and answers its head, whatever the status. Redirects are not followed: an address is registered by an operator, never
 * chosen by what answers there. An origin that cannot be reached at all is told apart by `details.kind`.
 */
export async function callUpstream(
  { authorizer, fetch }: Upstream,
  { url, method = 'POST', accept, json }: Call,
  signal: AbortSignal,
): Promise<Response> {
  const body = json === undefined ? '' : JSON.stringify(json)
  const plain = { ...(accept && { accept }), ...(body !== '' && { 'content-type': 'application/json' }) }
  const headers = await authorizer.authorize({ method, url, headers: plain, body }, signal)
  try {
    return await fetch(url, { method, headers, signal, redirect: 'manual', ...(body !== '' && { body }) })
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const details = signal.aborted ? {} : { kind: 'connect' }
    throw new AppError('upstream_unavailable', 'The model server did not answer', { cause, details })
  }
}

/** As `callUpstream`, for exchanges in JSON: a refusal is thrown, the body is read to its end. */
export async function exchangeJson(upstream: Upstream, call: Call, signal: AbortSignal): Promise<unknown> {
  const response = await callUpstream(upstream, { accept: 'application/json', ...call }, signal)
  if (!response.ok) throw await refusal(response)
  const body = parseJson(await readLimited(response, MAX_BODY_BYTES).catch(broken))
  if (body === undefined) throw new AppError('upstream_rejected', 'The model server did not send JSON')
  return body
}

/** Larger than any honest answer. */
export const MAX_BODY_BYTES = 16_000_000

/** Statuses that blame the request: our own checks let it through, so the origin's words are the most useful ones. */
const CALLERS_FAULT = new Set([400, 413, 422])
/** Statuses that may be gone with the next try. */
const TEMPORARY = new Set([408, 425, 429])
const TOO_LONG = /context.?length|context.?window|maximum context|too long|max_model_len/i

/** What a response that is no success means, and for how long; its body is read or let go. */
export async function refusal(response: Response): Promise<AppError> {
  const text = await readLimited(response, MAX_ERROR_BYTES).catch(() => '')
  const { status } = response
  if (CALLERS_FAULT.has(status)) return callersFault(text, status)
  const isTemporary = TEMPORARY.has(status) || status >= 500
  return new AppError(
    isTemporary ? 'upstream_unavailable' : 'upstream_rejected',
    `The model server answered ${status}`,
    { details: { status, ...retryAfterMs(response) } },
  )
}

function callersFault(text: string, status: number): AppError {
  return new AppError(
    TOO_LONG.test(text) ? 'context_length_exceeded' : 'invalid_request',
    errorMessage(parseJson(text)) ?? 'The model server refused the request',
    { details: { status } },
  )
}

/** The words of an error body: OpenAI's `{error: {message}}`, `{error: "…"}`, FastAPI's and Replicate's `{detail: "…"}`. */
export function errorMessage(body: unknown): string | null {
  if (!isFields(body)) return null
  const { error, detail } = body
  const words = isFields(error) ? error['message'] : (error ?? detail)
  return typeof words === 'string' && words !== '' ? words : null
}

export const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** For a read that fails: the head had come, so the connection broke. Our own limits are passed on. */
export function broken(cause: unknown): never {
  if (cause instanceof AppError) throw cause
  throw new AppError('upstream_unavailable', 'The connection to the model server broke', { cause })
}

/** Reads a body to its end, or fails once it is larger than any honest answer. */
export async function readLimited(response: Response, maxBytes: number): Promise<string> {
  if (isDeclaredWithin(response, maxBytes)) return response.text()
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.byteLength
    if (bytes > maxBytes)
      throw new AppError('upstream_rejected', `The answer is larger than ${maxBytes} bytes`)
    text += decoder.decode(part, { stream: true })
  }
  return text + decoder.decode()
}

/** True when the head promises few enough bytes, which HTTP then holds the sender to; the runtime reads such a body at half the cost. */
function isDeclaredWithin({ headers }: Response, maxBytes: number): boolean {
  const length = headers.get('content-length')
  return length !== null && Number(length) <= maxBytes && !headers.has('content-encoding')
}

/** `Retry-After` in seconds or as a date (RFC 9110 §10.2.3); anything negative or unreadable says nothing. */
export function retryAfterMs(response: Response): { retryAfterMs?: number } {
  const header = response.headers.get('retry-after')
  if (header === null) return {}
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now()
  return Number.isFinite(waitMs) && waitMs >= 0 ? { retryAfterMs: Math.min(waitMs, MAX_RETRY_AFTER_MS) } : {}
}
