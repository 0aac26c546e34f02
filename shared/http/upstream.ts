import { AppError } from '../errors.ts'

/** Longest wait an origin can make us tell a client. */
const MAX_RETRY_AFTER_MS = 3_600_000

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
