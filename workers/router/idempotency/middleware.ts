import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { LIMITS } from '../../../shared/api/common.ts'
import type { ApiEnv } from '../../../shared/api/define-route.ts'
import { AppError } from '../../../shared/errors.ts'
import { errorFields } from '../../../shared/log.ts'
import type { EventSink } from '../../../shared/ports/event-sink.ts'
import type { ReplayRpc } from '../../../shared/ports/objects.ts'
import { type Body, openAnswer, sealAnswer } from './answer.ts'
import { recorded } from './recording.ts'
import { joined, openVault, type Vault } from './vault.ts'

export type IdempotencyDeps = {
  readonly replay: (name: string) => ReplayRpc
  readonly pepper: string
  readonly log: EventSink
}

const LEASE_MS = 30_000
const HEARTBEAT_MS = 10_000
/** A result that is still worked on is asked for again this soon. */
const RUNNING_RETRY_MS = 1_000
/** How long work goes on for a client that left and may come back with its key. Cloudflare ends what runs 30 seconds after a client left. */
const GRACE_MS = 25_000
const STORE_ATTEMPTS = 3
const STORE_AGAIN_AFTER_MS = 200

/**
 * `Idempotency-Key` on any POST: the first result is given again for 24 hours, whatever happened to the connection. Costs nothing without the
 * header. Source: https://docs.stripe.com/api/idempotent_requests
 */
export function idempotent(deps: IdempotencyDeps) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    const key = c.req.header('idempotency-key')
    if (key === undefined || c.req.method !== 'POST') return next()
    requireUsable(key, c.req.raw)
    const { principal, requestId: holder } = c.get('context')
    const body = await readBody(c.req.raw)
    const vault = await openVault(deps.pepper, principal.tenantId, key)
    const replay = deps.replay(vault.name)
    const fingerprint = await vault.fingerprint(asked(c, body))
    const decision = await replay.claim({ fingerprint, holder, leaseMs: LEASE_MS })
    switch (decision.type) {
      case 'replay':
        return openAnswer(vault, decision.parts)
      case 'running':
        throw new AppError('conflict', 'The first request with this Idempotency-Key has not ended', {
          details: { retryAfterMs: RUNNING_RETRY_MS },
        })
      case 'different':
        throw new AppError(
          'idempotency_conflict',
          'This Idempotency-Key belongs to another request: method, path, body and API key must be the same',
        )
      case 'run': {
        const done = run(deps, c, { next, body, vault, replay })
        c.executionCtx.waitUntil(done.catch(() => undefined))
        await done
      }
    }
  })
}

function requireUsable(key: string, { headers }: Request) {
  const max = LIMITS.idempotencyKeyChars
  if (key.length === 0 || key.length > max)
    throw new AppError('invalid_request', `Idempotency-Key: must have 1 to ${max} characters`)
  // Every sending of a form has another random boundary, so no two of them are the same request.
  if (/^multipart\//i.test(headers.get('content-type') ?? ''))
    throw new AppError(
      'invalid_request',
      'Idempotency-Key: send JSON, or leave the header out; documents that are sent again under their ids change nothing anyway',
    )
}

async function readBody({ headers, body }: Request): Promise<Uint8Array> {
  const max = LIMITS.idempotentRequestBytes
  const parts: Uint8Array[] = []
  let size = Number(headers.get('content-length') ?? 0)
  const tooLarge = () =>
    new AppError('payload_too_large', `With an Idempotency-Key a request may have ${max} bytes`)
  if (size > max) throw tooLarge()
  size = 0
  for await (const part of body ?? []) {
    size += part.byteLength
    if (size > max) throw tooLarge()
    parts.push(part)
  }
  return joined(parts)
}

/** The caller with all its rights belongs to the request: what one key may see is not replayed to another, nor to one that may no longer. */
function asked(c: Context<ApiEnv>, body: Uint8Array): Uint8Array {
  const { method, url, headers } = c.req.raw
  const { pathname, search } = new URL(url)
  const { keyId, scopes, collections, principals } = c.get('context').principal
  const rights = [keyId, scopes, collections, principals]
  const head = JSON.stringify([rights, method, pathname + search, headers.get('content-type')])
  return joined([new TextEncoder().encode(`${head}\n`), body])
}

type Run = {
  readonly next: () => Promise<void>
  readonly body: Uint8Array
  readonly vault: Vault
  readonly replay: ReplayRpc
}

async function run(deps: IdempotencyDeps, c: Context<ApiEnv>, { next, body, vault, replay }: Run) {
  const { requestId: holder } = c.get('context')
  const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work)
  const stopKeeping = keepLease(deps, replay, holder, waitUntil)
  let hasEffect = false
  c.set('onEffect', () => {
    hasEffect = true
  })
  c.set('clientSignal', patient(c.req.raw.signal))
  // A signal of ours could not go on to the Workers that own some of the routes.
  c.req.raw = new Request(c.req.raw, { method: 'POST', body, signal: null })
  try {
    await next()
  } catch (error) {
    stopKeeping()
    throw error
  }
  const { res } = c
  if (!hasEffect && isRepeatable(res.status)) {
    stopKeeping()
    await replay.release(holder)
    return
  }
  const store = async (kept: Body) => {
    stopKeeping()
    await insist(deps, holder, async () => replay.store(holder, await sealAnswer(vault, res, kept, holder)))
  }
  if (res.body === null) return store({ bytes: joined([]), lost: null })
  c.res = new Response(recorded(res.body, { onEnd: store, onLeft: waitUntil }), res)
}

/** Refused before anything happened, or failed in a way that the error table calls worth another try: neither is a result. */
function isRepeatable(status: number): boolean {
  return (status >= 400 && status < 500) || status === 503 || status === 504
}

/** Aborts only when the client has been gone for a while: who sent a key is expected back. */
function patient(client: AbortSignal): AbortSignal {
  const gone = new AbortController()
  const wait = () => {
    setTimeout(() => gone.abort(), GRACE_MS)
  }
  if (client.aborted) wait()
  else client.addEventListener('abort', wait, { once: true })
  return gone.signal
}

function keepLease(
  deps: IdempotencyDeps,
  replay: ReplayRpc,
  holder: string,
  waitUntil: (work: Promise<unknown>) => void,
): () => void {
  const extend = () =>
    replay.extend(holder, LEASE_MS).catch((thrown: unknown) => failed(deps, 'extend', holder, thrown))
  const heartbeat = setInterval(() => waitUntil(extend()), HEARTBEAT_MS)
  return () => clearInterval(heartbeat)
}

/** The client waits for this; a record that cannot be stored is no reason to withhold the answer. */
async function insist(deps: IdempotencyDeps, holder: string, store: () => Promise<unknown>) {
  for (let attempt = 1; attempt <= STORE_ATTEMPTS; attempt += 1) {
    try {
      await store()
      return
    } catch (thrown) {
      failed(deps, 'store', holder, thrown)
    }
    await new Promise((resolve) => setTimeout(resolve, STORE_AGAIN_AFTER_MS * attempt))
  }
}

function failed({ log }: IdempotencyDeps, operation: string, requestId: string, thrown: unknown) {
  const error = errorFields(AppError.from(thrown))
  log({ event: 'replay_failed', worker: 'router', requestId, operation, error })
}
