import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { database } from '../../shared/db/client.ts'
import { findCollection } from '../../shared/db/collections.ts'
import { tenants } from '../../shared/db/schema.ts'
import { indexNamespace } from '../../shared/domain/collection.ts'
import type { Principal } from '../../shared/domain/principal.ts'
import type { Embedder } from '../../shared/ports/embedder.ts'
import type { Hit } from '../../shared/ports/vector-store.ts'
import { embedderSet } from '../../shared/registry/embedders.ts'
import { createApp, type Deps } from '../../workers/ingest/app.ts'
import { createDeps } from '../../workers/ingest/deps.ts'
import { indexDocuments } from '../../workers/ingest/jobs/index-documents.ts'
import { maintain } from '../../workers/ingest/jobs/maintain.ts'

export type Accepted = { documentId: string; version: number; jobId: string; unchanged?: true }
export type Document = {
  state: string
  version: number
  liveVersion: number | null
  title: string | null
  chunks: number
  error?: { code: string; message: string }
}
type Call = {
  json?: unknown
  form?: FormData
  body?: BodyInit
  headers?: Record<string, string>
  by?: Partial<Principal>
}
export const real = createDeps(env)

/** The built-in embedder, otherwise in what is given. */
export const embeddersWith = (rest: Partial<Embedder>) =>
  embedderSet([{ ...real.embedders.standard, ...rest }], rest.id ?? 'edge-static')

/**
 * The ingest Worker of one fresh tenant over the real database, bucket and shards. Messages wait in `sent` until `deliver` takes
 * them, so that a test decides when, how often and in which order they come; only the log and the clock are kept here.
 */
export async function ingestWorker(rest: Partial<Deps> = {}) {
  const tenantId = `ingest-${crypto.randomUUID()}`
  await database(env.DB).insert(tenants).values({ id: tenantId, name: tenantId, createdAtMs: 0 })
  const log: Record<string, unknown>[] = []
  const sent: string[] = []
  const senders = new Map<string, string | undefined>()
  const send: Deps['send'] = async (messages) => {
    sent.push(...messages.map(({ jobId }) => jobId))
    for (const { jobId, keyId } of messages) senders.set(jobId, keyId)
  }
  const deps: Deps = { ...real, send, log: (event) => void log.push(event), ...rest }
  const owner: Principal = {
    tenantId,
    plan: 'free',
    keyId: 'k',
    scopes: ['documents:read', 'documents:write'],
    collections: null,
    principals: [],
  }

  const call = async (method: string, path: string, { json, form, body, headers, by }: Call = {}) => {
    const sending = json === undefined ? (form ?? body) : JSON.stringify(json)
    const type = json === undefined ? {} : { 'content-type': 'application/json' }
    const init = { method, headers: { ...type, ...headers }, ...(sending !== undefined && { body: sending }) }
    const context = { requestId: 'req_1', principal: { ...owner, ...by } }
    return createApp(deps).fetch(new Request(`https://router/v1/${path}`, init), { context })
  }
  const answer = async <T>(status: number, ...request: Parameters<typeof call>): Promise<T> => {
    const response = await call(...request)
    const text = await response.text()
    expect([response.status, text]).toEqual([status, text])
    return JSON.parse(text) as T
  }

  /** One batch, by default of everything sent and not delivered yet. */
  const deliver = async (jobIds = sent.splice(0), using: Partial<Deps> = {}) => {
    const body = (jobId: string) => {
      const keyId = senders.get(jobId)
      return { type: 'index', jobId, requestId: 'req_1', ...(keyId !== undefined && { keyId }) }
    }
    const messages = jobIds.map((jobId) => ({
      id: crypto.randomUUID(),
      timestamp: new Date(0),
      attempts: 1,
      body: body(jobId),
    }))
    const batch = createMessageBatch('fairlead-ingest', messages)
    await indexDocuments({ ...deps, ...using }, batch)
    const { explicitAcks, retryMessages } = await getQueueResult(batch, createExecutionContext())
    return { acked: explicitAcks.length, retried: retryMessages.length }
  }

  const namespace = async () => {
    const row = await findCollection(deps.db, tenantId, 'docs')
    return indexNamespace(row ?? expect.fail('there is no collection "docs"'))
  }
  const document = (id: string) => `collections/docs/documents/${encodeURIComponent(id)}`
  return {
    tenantId,
    log,
    sent,
    deps,
    call,
    answer,
    deliver,
    document,
    put: (id: string, text: string, more: object = {}) =>
      answer<Accepted>(202, 'PUT', document(id), { json: { text, ...more } }),
    status: (id: string) => answer<Document>(200, 'GET', document(id)),
    maintain: (cron = '* * * * *') => maintain(deps, cron),
    namespace,
    /** What readers find: every hit for the words, the best one first. */
    async search(text: string, principals: string[] = []): Promise<Hit[]> {
      const row = await findCollection(deps.db, tenantId, 'docs')
      if (!row) throw new Error('there is no collection "docs"')
      const { vectors } = await deps.embedders.of(row).embed([text], 'query')
      const [vector] = vectors
      if (!vector) throw new Error('no vector')
      return deps.index.search(await namespace(), { text, vector, topK: 10, principals })
    },
    count: async () => deps.index.count(await namespace()),
    /** Keys in the bucket under this tenant, without the tenant. */
    async objects() {
      const keys = await deps.objects.list(`${tenantId}/`)
      return keys.map((key) => key.slice(tenantId.length + 1))
    },
  }
}
