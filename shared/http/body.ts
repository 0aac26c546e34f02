import { AppError } from '../errors.ts'

/** Larger than any honest answer. */
export const MAX_BODY_BYTES = 16_000_000

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

/** For a read that fails: the head had come, so the connection broke. Our own limits are passed on. */
export function broken(cause: unknown): never {
  if (cause instanceof AppError) throw cause
  throw new AppError('upstream_unavailable', 'The connection to the model server broke', { cause })
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
