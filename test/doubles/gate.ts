import { once } from 'node:events'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { type Call, listen } from '../../cli/fleet/http.ts'
import type { Origin } from '../../cli/fleet/origin.ts'

/** A vendor's API on loopback, with a simulated model server behind it that does the generating. */
export type Double = { readonly url: string; readonly origin: Origin; readonly close: () => Promise<void> }

/** A request as it came in, byte for byte. */
export type Incoming = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}
export type Reply = {
  readonly status: number
  /** Text is sent as a page of it, anything else as JSON. */
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export async function readIncoming(request: IncomingMessage): Promise<Incoming> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  const { method = '', url = '', headers } = request
  return { method, path: url, headers, body: Buffer.concat(parts).toString() }
}

export function sendReply(response: ServerResponse, { status, body, headers = {} }: Reply): void {
  const isText = typeof body === 'string'
  const type = isText ? 'text/html; charset=utf-8' : 'application/json'
  response.writeHead(status, { 'content-type': type, ...headers }).end(isText ? body : JSON.stringify(body))
}

/** Aborts when the client leaves before its answer is complete. */
export function leaving(response: ServerResponse): AbortSignal {
  const left = new AbortController()
  response.on('close', () => {
    if (!response.writableFinished) left.abort()
  })
  return left.signal
}

export const askOrigin = (origin: Origin, body: string, signal: AbortSignal): Promise<Response> =>
  fetch(`${origin.url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal,
  })

/** The data of a stream that is written as vLLM writes it. */
export async function* sentData({ body }: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const part of body ?? []) {
    const events = (rest + decoder.decode(part, { stream: true })).split('\n\n')
    rest = events.pop() ?? ''
    yield* events.map((event) => event.slice('data: '.length))
  }
}

/** Hands an answer on as it comes, through `rewrite` where the vendor words it differently; breaks off where it breaks off. */
export async function relay(
  response: ServerResponse,
  answer: Response,
  rewrite: (text: string) => string = (text) => text,
): Promise<void> {
  const { status, headers, body } = answer
  const kept = ['content-type', 'retry-after'].flatMap((name) => {
    const value = headers.get(name)
    return value === null ? [] : [[name, value]]
  })
  response.writeHead(status, Object.fromEntries(kept))
  try {
    for await (const part of body ?? []) {
      const text = rewrite(new TextDecoder().decode(part))
      if (!response.write(text)) await once(response, 'drain')
    }
    response.end()
  } catch {
    response.destroy()
  }
}

/** The model server behind a door that lets in whom `admit` has nothing against. */
export async function startGate(
  origin: Origin,
  admit: (incoming: Incoming) => Reply | null | Promise<Reply | null>,
): Promise<Double> {
  const serve = async ({ request, response }: Call) => {
    const incoming = await readIncoming(request)
    const refused = await admit(incoming)
    if (refused) return sendReply(response, refused)
    const answer = await askOrigin(origin, incoming.body, leaving(response)).catch(() => null)
    if (answer) await relay(response, answer)
    else response.destroy()
  }
  return behind(origin, await listen(0, serve), '/v1')
}

/** Both ends of a double as one. */
export function behind(
  origin: Origin,
  front: { readonly url: string; readonly close: () => Promise<void> },
  path: string,
): Double {
  const close = async () => {
    await front.close()
    await origin.close()
  }
  return { url: `${front.url}${path}`, origin, close }
}
