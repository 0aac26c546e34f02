import { globSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { expect, inject, onTestFinished, vi } from 'vitest'
import type { z } from 'zod'
import { type Origin, type OriginOptions, startOrigin } from '../../cli/fleet/origin.ts'
import { apiClient, type Client } from '../../cli/lib/client.ts'
import { createKeyRoute, createTenantRoute, type keyRequest } from '../../shared/api/access.ts'
import { getDocumentRoute, putDocumentRoute } from '../../shared/api/documents.ts'
import type { endpointRequest } from '../../shared/api/endpoint-request.ts'
import { deleteEndpointRoute, getEndpointRoute, putEndpointRoute } from '../../shared/api/endpoints.ts'

/** Long enough for a slow machine; a wait that takes this long has failed. */
export const PATIENCE = { timeout: 30_000, interval: 50 } as const

export const platform = inject('platform')
export const operator = apiClient({ url: platform.url, key: platform.adminKey })

/** A name that no other test uses, in whichever file. */
export const unique = (what: string) => `${what}-${crypto.randomUUID().slice(0, 8)}`

export type Caller = Client & { readonly tenantId: string; readonly keyId: string; readonly key: string }
type KeyOptions = Omit<z.input<typeof keyRequest>, 'tenantId' | 'name'>

export async function newKey(tenantId: string, options: KeyOptions): Promise<Caller> {
  const { id, key } = await operator.call(createKeyRoute, { body: { ...options, tenantId, name: 'test' } })
  return { ...apiClient({ url: platform.url, key }), tenantId, keyId: id, key }
}

/** A tenant of its own with a key for all but the platform itself. */
export async function newTenant(): Promise<Caller> {
  const id = unique('tenant')
  await operator.call(createTenantRoute, { body: { id, name: id } })
  return newKey(id, { scopes: ['query', 'documents:read', 'documents:write', 'billing:read'] })
}

type DocumentBody = z.input<
  (typeof putDocumentRoute)['request']['body']['content']['application/json']['schema']
>

export async function putLive(caller: Client, collection: string, id: string, body: DocumentBody) {
  const accepted = await caller.call(putDocumentRoute, { params: { collection, id }, body })
  await becomesLive(caller, collection, id, accepted.version)
  return accepted
}

/** Waits until this version, or a later one, is what readers see. */
export async function becomesLive(caller: Client, collection: string, id: string, version = 1) {
  await vi.waitFor(async () => {
    const document = await caller.call(getDocumentRoute, { params: { collection, id } })
    expect(document).toMatchObject({ state: 'live' })
    expect(document.liveVersion).toBeGreaterThanOrEqual(version)
  }, PATIENCE)
}

export type Endpoint = {
  readonly id: string
  readonly origin: Origin
  readonly model: string
  readonly place: string
}
type EndpointOptions = OriginOptions & {
  readonly endpoint?: Partial<z.input<typeof endpointRequest>>
  readonly place?: string
}

/** An origin that is registered for as long as the test runs. Its `place` is a residency that nothing else declares. */
export async function newEndpoint({
  endpoint,
  place = unique('place'),
  ...options
}: EndpointOptions = {}): Promise<Endpoint> {
  const model = options.model ?? unique('model')
  const origin = await startOrigin({ ...options, model })
  onTestFinished(() => origin.close())
  const id = await register({ url: origin.url, model, residency: [place], ...endpoint })
  return { id, origin, model, place }
}

/** Registers an address, whether or not anything answers there. */
export async function register(
  body: Partial<z.input<typeof endpointRequest>> & { url: string; model: string },
) {
  const id = unique('endpoint')
  const price = { inputUsdPerMTok: 1, outputUsdPerMTok: 2 }
  await operator.call(putEndpointRoute, { params: { id }, body: { tier: 's', price, ...body } })
  onTestFinished(async () => void (await operator.call(deleteEndpointRoute, { params: { id } })))
  return id
}

/** The slots of an endpoint are all free again. */
export async function becomesIdle(id: string) {
  await vi.waitFor(async () => {
    const { live } = await operator.call(getEndpointRoute, { params: { id } })
    expect(live).toMatchObject({ inFlight: 0, inFlightTokens: 0 })
  }, PATIENCE)
}

/** Sends as any HTTP client would, and shows the answer as it came. */
export async function send(caller: { readonly key: string }, method: string, path: string, body?: unknown) {
  const isForm = body instanceof FormData
  const response = await fetch(platform.url + path, {
    method,
    headers: {
      authorization: `Bearer ${caller.key}`,
      ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
  })
  return { status: response.status, headers: response.headers, body: await response.json<unknown>() }
}

export type ServerEvent = { readonly event: string; readonly data: Readonly<Record<string, unknown>> }

/** Reads a stream of server-sent events to its end. */
export async function readEvents(response: Response): Promise<ServerEvent[]> {
  const events: ServerEvent[] = []
  const parsed = response.body
    ?.pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
  for await (const { event = 'message', data } of parsed ?? []) events.push({ event, data: JSON.parse(data) })
  return events
}

/** The tenant's lines as they lie in the database file: what an auditor would read. */
export function ledgerLines(tenantId: string, stateDir = platform.stateDir) {
  const file = globSync(join(stateDir, '**/*.sqlite')).find(hasLedger)
  if (file === undefined) throw new Error(`no ledger below ${stateDir}`)
  using database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
  return database.prepare('SELECT * FROM usage_events WHERE tenant_id = ?').all(tenantId)
}

function hasLedger(file: string): boolean {
  using database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
  return database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'usage_events'").get() !== undefined
}
