import { AppError } from '../errors.ts'
import { isFields, parseJson, readLimited } from './body.ts'

const MAX_ERROR_BYTES = 64_000
/** Longest wait an origin can make us tell a client. */
const MAX_RETRY_AFTER_MS = 3_600_000

/** What a response that is no success means, and for how long. `text` is its body, where it has been read already. */
export async function refusal(response: Response, text?: string): Promise<AppError> {
  const said = text ?? (await errorText(response))
  return failure(response.status, errorMessage(parseJson(said)) ?? said, retryAfterMs(response))
}

/** The response, if it is a success of this media type; throws what it means otherwise. */
export async function expectMediaType(response: Response, mediaType: string): Promise<Response> {
  if (!response.ok) throw await refusal(response)
  if (response.headers.get('content-type')?.includes(mediaType)) return response
  await response.body?.cancel()
  throw new AppError('upstream_rejected', `The model server did not send ${mediaType}`)
}

/** The body of a refusal, as far as anyone would read it. */
export const errorText = (response: Response): Promise<string> =>
  readLimited(response, MAX_ERROR_BYTES).catch(() => '')

/** Statuses that blame the request: our own checks let it through, so the origin's words are the most useful ones. */
const CALLERS_FAULT = new Set([400, 413, 422])
/** Statuses that may be gone with the next try. */
const TEMPORARY = new Set([408, 425, 429])
const TOO_LONG =
  /context.?(length|window)|maximum (context|input)|max_model_len|(prompt|input|request) is too long/i
const MAX_WORDS = 1_000

/** A failure by the status that an origin gave it, in the head or later; without a status the origin is to blame, unless it says that the prompt was too long. */
export function failure(status: number | null, words: string, rest: object = {}): AppError {
  const details = status === null ? { ...rest } : { status, ...rest }
  if (status === null ? TOO_LONG.test(words) : CALLERS_FAULT.has(status)) return callersFault(words, details)
  if (status === null)
    return new AppError('upstream_unavailable', 'The model server reported an error', { details })
  const isTemporary = TEMPORARY.has(status) || status >= 500
  const code = isTemporary ? 'upstream_unavailable' : 'upstream_rejected'
  return new AppError(code, `The model server answered ${status}`, { details })
}

/** Only what blames the caller is repeated to him. */
function callersFault(words: string, details: Readonly<Record<string, unknown>>): AppError {
  const isProse = words !== '' && !words.startsWith('<')
  const message = isProse ? words.slice(0, MAX_WORDS) : 'The model server refused the request'
  return new AppError(TOO_LONG.test(words) ? 'context_length_exceeded' : 'invalid_request', message, {
    details,
  })
}

/** The words of an error body: OpenAI's `{error: {message}}`, `{error: "…"}`, older vLLM's `{object: "error", message}`, FastAPI's and Replicate's `{detail: "…"}`. */
export function errorMessage(body: unknown): string | null {
  if (!isFields(body)) return null
  const { object, error, detail } = body
  const words = isFields(error)
    ? error['message']
    : (error ?? (object === 'error' ? body['message'] : detail))
  return typeof words === 'string' && words !== '' ? words : null
}

/** `Retry-After` in seconds or as a date (RFC 9110 §10.2.3); anything negative or unreadable says nothing. */
export function retryAfterMs(response: Response): { retryAfterMs?: number } {
  const header = response.headers.get('retry-after')
  if (header === null) return {}
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now()
  return Number.isFinite(waitMs) && waitMs >= 0 ? { retryAfterMs: Math.min(waitMs, MAX_RETRY_AFTER_MS) } : {}
}
