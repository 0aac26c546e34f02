import { AppError } from '../errors.ts'
import type { Authorizer } from '../ports/authorizer.ts'
import { broken, MAX_BODY_BYTES, parseJson, readLimited } from './body.ts'
import { refusal } from './failure.ts'

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
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
}

/**
 * Sends one request and answers its head, whatever the status. Redirects are not followed: an address is registered by an operator, never
 * chosen by what answers there. An origin that cannot be reached at all is told apart by `details.kind`.
 */
export async function callUpstream(
  { authorizer, fetch }: Upstream,
  { url, method = 'POST', headers: given, json }: Call,
  signal: AbortSignal,
): Promise<Response> {
  const body = json === undefined ? '' : JSON.stringify(json)
  const plain = { ...given, ...(body !== '' && { 'content-type': 'application/json' }) }
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
  const response = await callUpstream(upstream, call, signal)
  if (!response.ok) throw await refusal(response)
  const body = parseJson(await readLimited(response, MAX_BODY_BYTES).catch(broken))
  if (body === undefined) throw new AppError('upstream_rejected', 'The model server did not send JSON')
  return body
}
