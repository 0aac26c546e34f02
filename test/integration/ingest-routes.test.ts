import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { dropCollection, findCollection } from '../../shared/db/collections.ts'
import type { Principal } from '../../shared/domain/principal.ts'
import { embedderSet } from '../../shared/registry/embedders.ts'
import { createDeps } from '../../workers/ingest/deps.ts'
import { type Accepted, type Document, embeddersWith, ingestWorker, real } from './ingest-worker.ts'

type Page<T> = { data: T[]; nextCursor: string | null }
type Listed = Document & { documentId: string }

describe('collections', () => {
  it('are made with a profile that stands, and labels that change', async () => {
    const worker = await ingestWorker()
    const made = await worker.answer(201, 'PUT', 'collections/docs', {
      json: { profile: 'l', labels: ['a'] },
    })
    expect(made).toMatchObject({
      name: 'docs',
      profile: 'l',
      store: 'embedded',
      embedder: 'edge-static',
      labels: ['a'],
      documents: 0,
      chunks: 0,
    })
    const changed = await worker.answer(200, 'PUT', 'collections/docs', { json: { labels: ['b'] } })
    expect(changed).toMatchObject({ profile: 'l', labels: ['b'] })
    const refused = await worker.answer(409, 'PUT', 'collections/docs', { json: { profile: 's' } })
    expect(refused).toMatchObject({
      error: { code: 'conflict', message: expect.stringContaining('"docs" was made with "l"') as string },
    })
    expect(await worker.answer(200, 'GET', 'collections/docs')).toEqual(changed)
  })

  it('have settings for search that stay until others are given', async () => {
    const worker = await ingestWorker()
    const put = (status: number, json: object) => worker.answer(status, 'PUT', 'collections/docs', { json })
    const retrieval = { weights: { lexical: 1, dense: 0 }, rerank: false, topK: 3 }
    const made = await put(201, { retrieval, synonyms: [[' PTO ', 'Paid  time off']] })
    expect(made).toMatchObject({ labels: [], retrieval, synonyms: [['pto', 'paid time off']] })
    expect(await put(200, { labels: ['a'] })).toMatchObject({ labels: ['a'], retrieval })
    expect(await put(200, {})).toMatchObject({ labels: ['a'], retrieval })
    const changed = await put(200, { retrieval: { rerank: true } })
    expect(changed).toMatchObject({
      retrieval: { rerank: 'late-interaction' },
      synonyms: [['pto', 'paid time off']],
    })
    expect(await worker.answer(200, 'GET', 'collections/docs')).toEqual(changed)
    const { data } = await worker.answer<Page<object>>(200, 'GET', 'collections')
    expect(data).toEqual([changed])
    expect(await put(200, { retrieval: {}, synonyms: [] })).toMatchObject({
      labels: ['a'],
      retrieval: {},
      synonyms: [],
    })
    expect(await worker.answer(200, 'GET', 'collections/docs')).toHaveProperty('retrieval', {})
  })

  it('that name a reranker which nobody has are refused, and stay as they were', async () => {
    const worker = await ingestWorker({ rerankers: new Set(['late-interaction', 'bge']) })
    const put = (status: number, retrieval: object) =>
      worker.answer(status, 'PUT', 'collections/docs', { json: { retrieval } })
    const kept = await put(201, { rerank: 'bge' })
    expect(await put(400, { rerank: 'tei' })).toMatchObject({
      error: {
        code: 'invalid_request',
        message: 'retrieval.rerank: there is no reranker "tei"; there is late-interaction, bge',
      },
    })
    expect(await worker.answer(200, 'GET', 'collections/docs')).toEqual(kept)
    const { rerankers } = createDeps({
      ...env,
      RERANKERS: '[{"id": "bge", "kind": "tei", "url": "https://x.test"}]',
    })
    expect([...rerankers]).toEqual(['late-interaction', 'bge'])
  })

  it('come into being with their first document', async () => {
    const worker = await ingestWorker()
    await worker.put('a.md', 'text')
    expect(await worker.answer(200, 'GET', 'collections/docs')).toMatchObject({ profile: 'm', documents: 0 })
    await worker.deliver()
    expect(await worker.answer(200, 'GET', 'collections/docs')).toMatchObject({ documents: 1, chunks: 1 })
  })

  it('are listed by name, page by page, those that the key may use', async () => {
    const worker = await ingestWorker()
    for (const name of ['c', 'a', 'd', 'b'])
      await worker.answer(201, 'PUT', `collections/${name}`, { json: {} })
    const by = { collections: ['d', 'a', 'b', 'missing'] }
    const first = await worker.answer<Page<{ name: string }>>(200, 'GET', 'collections?limit=2', { by })
    expect(first.data.map(({ name }) => name)).toEqual(['a', 'b'])
    const path = `collections?limit=2&cursor=${first.nextCursor}`
    const second = await worker.answer<Page<{ name: string }>>(200, 'GET', path, { by })
    expect([second.data.map(({ name }) => name), second.nextCursor]).toEqual([['d'], null])
  })

  it('embedded by another embedder take no documents', async () => {
    const worker = await ingestWorker()
    await worker.put('a.md', 'text')
    const upgraded = await ingestWorker({ embedders: embeddersWith({ id: 'edge-static-2' }) })
    const by = { tenantId: worker.tenantId }
    const refused = await upgraded.call('PUT', worker.document('b.md'), { json: { text: 'x' }, by })
    expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('edge-static-2')])
  })

  it('are embedded by whom they name, for life', async () => {
    const other = { ...real.embedders.standard, id: 'minilm:all-MiniLM-L6-v2:256' }
    const embedders = embedderSet([real.embedders.standard, other], 'edge-static')
    const worker = await ingestWorker({ embedders })
    const put = (status: number, json: object) => worker.answer(status, 'PUT', 'collections/docs', { json })
    expect(await put(400, { embedder: 'nobody' })).toMatchObject({
      error: {
        code: 'invalid_request',
        message: expect.stringContaining('"edge-static", "minilm"') as string,
      },
    })
    expect(await put(201, { embedder: 'minilm' })).toMatchObject({ embedder: other.id })
    expect(await put(200, { embedder: other.id })).toMatchObject({ embedder: other.id })
    expect(await put(409, { embedder: 'edge-static' })).toMatchObject({
      error: {
        code: 'conflict',
        message: expect.stringContaining('embedder: "docs" was made with') as string,
      },
    })
    await worker.put('a.md', 'text')
    await worker.deliver()
    const embedding = { tokens: expect.any(Number) as number, costNanoUsd: 0 }
    expect(worker.log).toContainEqual(
      expect.objectContaining({ event: 'document_job', result: 'live', embedding }),
    )
  })

  it('are deleted with everything in them', async () => {
    const worker = await ingestWorker()
    await worker.put('a.md', 'text')
    await worker.put('b.md', 'text')
    await worker.deliver()
    const namespace = await worker.namespace()
    expect(await worker.answer(200, 'DELETE', 'collections/docs')).toEqual({
      collection: 'docs',
      documents: 2,
      deleted: true,
    })
    expect(await worker.deps.index.count(namespace)).toEqual({ documents: 0, chunks: 0 })
    expect(await worker.objects()).toEqual([])
    await worker.answer(404, 'GET', 'collections/docs')
    await worker.answer(404, 'DELETE', 'collections/docs')
    await worker.answer(201, 'PUT', 'collections/docs', { json: {} })
    expect(await worker.answer<Page<Listed>>(200, 'GET', 'collections/docs/documents')).toMatchObject({
      data: [],
    })
  })
})

it('of two deletes of one collection, the slower leaves the one made since alone', async () => {
  const worker = await ingestWorker()
  await worker.put('a.md', 'text')
  const { db } = worker.deps
  const read = await findCollection(db, worker.tenantId, 'docs')
  if (!read) throw new Error('there is no collection "docs"')
  await worker.answer(200, 'DELETE', 'collections/docs')
  await worker.put('b.md', 'text')
  expect(await dropCollection(db, read, Date.now())).toBe(0)
  expect(await worker.status('b.md')).toMatchObject({ state: 'queued' })
})

describe('documents', () => {
  it.each(['a/b/c.md', '100% sure?.md', 'a#b&c=d+e.md', '%2F', 'köln 🏰.md', '...', 'content', ' '])(
    'are found under the id %o, whatever it is spelt with',
    async (id) => {
      const worker = await ingestWorker()
      expect(await worker.put(id, 'text')).toMatchObject({ documentId: id })
      await worker.deliver()
      expect(await worker.status(id)).toMatchObject({ documentId: id, state: 'live' })
      const content = await worker.call('GET', `${worker.document(id)}/content`)
      expect([content.status, await content.text()]).toEqual([200, 'text'])
      expect(await worker.answer(200, 'DELETE', worker.document(id))).toMatchObject({ documentId: id })
    },
  )

  it('tell all that is known of them', async () => {
    const worker = await ingestWorker()
    const more = { title: 'T', metadata: { year: 2026, tags: ['a', 'b'] }, labels: ['l'], acl: ['group:x'] }
    await worker.put('a.md', 'text', more)
    expect(await worker.status('a.md')).toEqual({
      ...more,
      documentId: 'a.md',
      version: 1,
      liveVersion: null,
      state: 'queued',
      mediaType: 'text/markdown',
      chunks: 0,
      bytes: 4,
      updatedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    })
  })

  it('are listed by id, page by page, by state, without the deleted ones', async () => {
    const worker = await ingestWorker()
    for (const id of ['c', 'a', 'd', 'b']) await worker.put(id, 'text')
    await worker.deliver()
    await worker.put('d', 'changed')
    await worker.answer(200, 'DELETE', worker.document('a'))
    const ids = async (query: string) => {
      const page = await worker.answer<Page<Listed>>(200, 'GET', `collections/docs/documents?${query}`)
      return [page.data.map(({ documentId }) => documentId), page.nextCursor]
    }
    expect(await ids('limit=2')).toEqual([['b', 'c'], 'c'])
    expect(await ids('limit=2&cursor=c')).toEqual([['d'], null])
    expect(await ids('state=queued')).toEqual([['d'], null])
    expect(await ids('state=live')).toEqual([['b', 'c'], null])
    expect(await ids('state=deleted')).toEqual([['a'], null])
  })

  it('have no content before they are live, and say so', async () => {
    const worker = await ingestWorker()
    await worker.put('a', 'text')
    for (const query of ['', '?version=1', '?version=2']) {
      const missing = await worker.answer(404, 'GET', `${worker.document('a')}/content${query}`)
      expect(missing).toMatchObject({ error: { code: 'not_found' } })
    }
  })

  it('are deleted for good, with a receipt that stays the same when asked again', async () => {
    const worker = await ingestWorker()
    await worker.put('a', 'secret', { title: 'Secret', metadata: { who: 'me' } })
    await worker.deliver()
    const receipt = await worker.answer(200, 'DELETE', worker.document('a'))
    expect(receipt).toMatchObject({
      version: 2,
      stores: { index: 'deleted', objects: 'deleted', database: 'deleted' },
    })
    expect(await worker.answer(200, 'DELETE', worker.document('a'))).toEqual(receipt)
    expect(await worker.search('secret')).toEqual([])
    expect(await worker.objects()).toEqual([])
    for (const query of ['', '?version=1', '?version=2'])
      await worker.answer(404, 'GET', `${worker.document('a')}/content${query}`)
    expect(await worker.status('a')).toMatchObject({ state: 'deleted', title: null, metadata: {}, bytes: 0 })
    await worker.answer(404, 'DELETE', worker.document('never'))
  })
})

describe('a job', () => {
  it('tells its states until it ends', async () => {
    const worker = await ingestWorker()
    const { jobId } = await worker.put('a', 'text')
    const events = worker.call('GET', `jobs/${jobId}/events`).then((response) => response.text())
    await worker.deliver()
    const states = (await events)
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => {
        expect(event).toMatch(/^event: state\ndata: /)
        const job = JSON.parse(event.replace(/^event: state\ndata: /, '')) as { jobId: string; state: string }
        expect(job.jobId).toBe(jobId)
        return job.state
      })
    expect([states[0], states.at(-1)]).toEqual(['queued', 'done'])
  })

  it('that has ended tells so at once', async () => {
    const worker = await ingestWorker()
    const { jobId } = await worker.put('a', 'text')
    await worker.deliver()
    const text = await (await worker.call('GET', `jobs/${jobId}/events`)).text()
    expect(text.match(/event: state/g)).toHaveLength(1)
  })
})

describe('who may do what', () => {
  const reader: Partial<Principal> = { scopes: ['documents:read'] }

  it('a key reads only with documents:read and writes only with documents:write', async () => {
    const worker = await ingestWorker()
    const { jobId } = await worker.put('a', 'text')
    const reads = [
      'collections',
      'collections/docs',
      'collections/docs/documents',
      worker.document('a'),
      `jobs/${jobId}`,
    ]
    const writes = [
      ['PUT', 'collections/docs', {}],
      ['PUT', worker.document('a'), { text: 'y' }],
      ['POST', 'collections/docs/documents', { text: 'y' }],
      ['DELETE', worker.document('a'), undefined],
      ['DELETE', 'collections/docs', undefined],
    ] as const
    for (const path of reads) {
      await worker.answer(200, 'GET', path, { by: reader })
      await worker.answer(403, 'GET', path, { by: { scopes: ['query', 'documents:write'] } })
    }
    for (const [method, path, json] of writes)
      await worker.answer(403, method, path, { json, by: { scopes: ['query', 'documents:read'] } })
    expect(await worker.status('a')).toMatchObject({ version: 1 })
  })

  it('a key that is held to some collections gets nothing of the others', async () => {
    const worker = await ingestWorker()
    const { jobId } = await worker.put('a', 'text')
    const by = { collections: ['mine'] }
    const document = worker.document('a')
    for (const path of ['collections/docs', 'collections/docs/documents', document, `${document}/content`])
      await worker.answer(403, 'GET', path, { by })
    for (const [method, path, json] of [
      ['PUT', 'collections/docs', {}],
      ['PUT', document, { text: 'y' }],
      ['POST', 'collections/docs/documents', { text: 'y' }],
      ['DELETE', document, undefined],
      ['DELETE', 'collections/docs', undefined],
    ] as const)
      await worker.answer(403, method, path, { json, by })
    for (const path of [`jobs/${jobId}`, `jobs/${jobId}/events`])
      await worker.answer(404, 'GET', path, { by })
    const mine = await worker.answer(202, 'PUT', 'collections/mine/documents/a', { json: { text: 'x' }, by })
    expect(mine).toMatchObject({ documentId: 'a', version: 1 })
  })

  it('nothing of one tenant is there for another', async () => {
    const [worker, other] = [await ingestWorker(), await ingestWorker()]
    const { jobId } = await worker.put('a', 'text')
    await worker.deliver()
    const document = worker.document('a')
    for (const path of ['collections/docs', 'collections/docs/documents', document, `${document}/content`])
      await other.answer(404, 'GET', path)
    for (const path of [`jobs/${jobId}`, `jobs/${jobId}/events`]) await other.answer(404, 'GET', path)
    for (const path of ['collections/docs', document]) await other.answer(404, 'DELETE', path)
    expect(await other.answer(200, 'GET', 'collections')).toEqual({ data: [], nextCursor: null })
    const same = await other.answer<Accepted>(202, 'PUT', document, { json: { text: 'text' } })
    expect(same.version).toBe(1)
    expect(await worker.status('a')).toMatchObject({ state: 'live', version: 1 })
  })

  it('a reader sees a document with an access list only as one whom it names, a writer always', async () => {
    const worker = await ingestWorker()
    const { jobId } = await worker.put('secret', 'text', { acl: ['group:a', 'group:b'] })
    await worker.put('open', 'text')
    await worker.deliver()
    const named: Partial<Principal> = { ...reader, principals: ['group:b'] }
    const stranger: Partial<Principal> = { ...reader, principals: ['group:c'] }
    const paths = [worker.document('secret'), `jobs/${jobId}`]
    for (const path of paths) {
      await worker.answer(200, 'GET', path, { by: named })
      await worker.answer(200, 'GET', path)
      await worker.answer(404, 'GET', path, { by: stranger })
    }
    const content = async (by: Partial<Principal>) =>
      (await worker.call('GET', `${worker.document('secret')}/content`, { by })).status
    expect([await content(named), await content(stranger)]).toEqual([200, 404])
    const list = async (by: Partial<Principal>) => {
      const { data } = await worker.answer<Page<Listed>>(200, 'GET', 'collections/docs/documents', { by })
      return data.map(({ documentId }) => documentId)
    }
    expect([await list(named), await list(stranger)]).toEqual([['open', 'secret'], ['open']])
  })
})

it('a path that is none of ours is told so', async () => {
  const worker = await ingestWorker()
  expect(await worker.answer(404, 'PATCH', 'collections/docs')).toMatchObject({
    error: { code: 'not_found' },
  })
})
