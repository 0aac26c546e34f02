import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { z } from 'zod'
import {
  deleteDocumentRoute,
  getDocumentRoute,
  getJobRoute,
  listDocumentsRoute,
  postDocumentsDocumented,
  putDocumentRoute,
} from '../../shared/api/documents.ts'
import { type searchRequest, searchRoute } from '../../shared/api/search.ts'
import {
  becomesLive,
  type Caller,
  newKey,
  newTenant,
  PATIENCE,
  platform,
  putLive,
  readEvents,
  send,
  unique,
} from './platform.ts'

let owner: Caller
let collection: string
beforeAll(async () => {
  owner = await newTenant()
})

const search = async (caller: Caller, query: string, more: Partial<z.input<typeof searchRequest>> = {}) =>
  (await caller.call(searchRoute, { body: { query, collection, ...more } })).hits
const idsFor = async (caller: Caller, query: string, more?: Partial<z.input<typeof searchRequest>>) =>
  (await search(caller, query, more)).map(({ documentId }) => documentId).toSorted()

const contentOf = async (caller: Caller, id: string, version?: number) => {
  const query = version === undefined ? '' : `?version=${version}`
  const path = `/v1/collections/${collection}/documents/${encodeURIComponent(id)}/content${query}`
  const response = await fetch(platform.url + path, { headers: { authorization: `Bearer ${caller.key}` } })
  return { status: response.status, text: await response.text() }
}

describe('a document', () => {
  beforeAll(() => {
    collection = unique('ways')
  })

  it('goes in under an id of the caller, is found, and re-extracts at its span', async () => {
    const text = '# Köln\n\nThe cathedral 🏰 of Köln has two spires.\n\n## Trains\n\nA zebrafish is no train.'
    await putLive(owner, collection, 'guides/köln.md', {
      text,
      mediaType: 'text/markdown',
      metadata: { year: 2026 },
    })
    const [hit] = await search(owner, 'zebrafish')
    expect(hit).toMatchObject({
      documentId: 'guides/köln.md',
      title: 'Köln',
      version: 1,
      metadata: { year: 2026 },
    })
    const { text: canonical } = await contentOf(owner, 'guides/köln.md', 1)
    expect(canonical.slice(hit?.start, hit?.end)).toBe(hit?.text)
    expect(hit?.text).toContain('zebrafish')
  })

  it('goes in with many others at once, each with an answer of its own, in order', async () => {
    const documents = Array.from({ length: 30 }, (_, index) => ({
      id: `many-${String(index).padStart(2, '0')}`,
      text: `Parcel number ${index} holds a gyroscope.`,
    }))
    const answer = await owner.call(postDocumentsDocumented, { params: { collection }, body: { documents } })
    const accepted = 'data' in answer ? answer.data : []
    expect(accepted.map(({ documentId }) => documentId)).toEqual(documents.map(({ id }) => id))
    await vi.waitFor(async () => {
      for (const { jobId = '' } of accepted)
        expect(await owner.call(getJobRoute, { params: { id: jobId } })).toMatchObject({ state: 'done' })
    }, PATIENCE)
    // Every passage has some likeness to any question, so others come after those that say the word.
    expect(await idsFor(owner, 'gyroscope', { topK: 30 })).toEqual(documents.map(({ id }) => id))
  })

  it('goes in as a file of a form, under its file name', async () => {
    const form = new FormData()
    form.append(
      'files',
      new File(['# Oboes\n\nAn oboe has a double reed.'], 'oboe.md', { type: 'text/markdown' }),
    )
    form.append(
      'files',
      new File(['<h1>Bassoon</h1><p>A bassoon too.'], 'bassoon.html', { type: 'text/html' }),
    )
    const { status, body } = await send(owner, 'POST', `/v1/collections/${collection}/documents`, form)
    expect({ status, body }).toMatchObject({
      status: 202,
      body: { data: [{ documentId: 'oboe.md' }, { documentId: 'bassoon.html' }] },
    })
    await becomesLive(owner, collection, 'oboe.md')
    await becomesLive(owner, collection, 'bassoon.html')
    expect((await search(owner, 'double reed'))[0]).toMatchObject({ documentId: 'oboe.md', title: 'Oboes' })
    expect((await contentOf(owner, 'bassoon.html')).text).not.toContain('<')
  })

  it('that comes again unchanged does no work', async () => {
    const body = { text: 'Nothing new under the sun.', metadata: { a: 1, b: 2 } }
    await putLive(owner, collection, 'same', body)
    const again = { ...body, metadata: { b: 2, a: 1 } }
    expect(
      await owner.call(putDocumentRoute, { params: { collection, id: 'same' }, body: again }),
    ).toMatchObject({
      documentId: 'same',
      version: 1,
      unchanged: true,
    })
    const more = { ...body, metadata: { a: 1 } }
    expect(
      await owner.call(putDocumentRoute, { params: { collection, id: 'same' }, body: more }),
    ).toMatchObject({
      version: 2,
    })
  })

  it('that cannot be read fails with the reason, and is never found', async () => {
    const base64 = btoa('\xff\xfe\xfa quicksilver')
    const { jobId = '' } = await owner.call(putDocumentRoute, {
      params: { collection, id: 'broken' },
      body: { base64, mediaType: 'text/plain' },
    })
    const events = await readEvents(
      await fetch(`${platform.url}/v1/jobs/${jobId}/events`, {
        headers: { authorization: `Bearer ${owner.key}` },
      }),
    )
    expect(events.at(-1)).toMatchObject({ event: 'state', data: { state: 'failed' } })
    const document = await owner.call(getDocumentRoute, { params: { collection, id: 'broken' } })
    expect(document).toMatchObject({ state: 'failed', liveVersion: null, error: { code: 'invalid_request' } })
    expect(await idsFor(owner, 'quicksilver')).not.toContain('broken')
  })
})

const VERSIONS = 12
const paragraphs = (version: number) =>
  Array.from(
    { length: 8 },
    (_, part) => `Lighthouse ${part}, edition v${version}. ${'The lamp turns. '.repeat(60)}`,
  )

describe('a document that is replaced again and again', () => {
  it('is at every moment seen in exactly one version, whole', async () => {
    collection = unique('replaced')
    await putLive(owner, collection, 'page', { text: paragraphs(1).join('\n\n') })
    const over = new AbortController()
    const seen: { version: number; texts: string }[][] = []
    const read = async () => {
      while (!over.signal.aborted) {
        const hits = await search(owner, 'lighthouse edition', { topK: 50 })
        seen.push(hits.map(({ version, text }) => ({ version, texts: text })))
      }
    }
    const reading = read()
    for (let version = 2; version <= VERSIONS; version += 1)
      await putLive(owner, collection, 'page', { text: paragraphs(version).join('\n\n') })
    over.abort()
    await reading
    expect(seen.length).toBeGreaterThan(VERSIONS)
    for (const hits of seen) {
      const versions = [...new Set(hits.map(({ version }) => version))]
      expect(versions).toHaveLength(1)
      const said = new Set(
        hits.flatMap(({ texts }) =>
          [...texts.matchAll(/edition v(\d+)/g)].map(([, number]) => Number(number)),
        ),
      )
      expect([...said]).toEqual(versions)
    }
    const order = seen.map(([first]) => first?.version ?? 0)
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect((await search(owner, 'lighthouse'))[0]).toMatchObject({ version: VERSIONS })
  })
})

describe('a deleted document', () => {
  it('is gone from search, listing and content, with a receipt, and can come back as new', async () => {
    collection = unique('deleted')
    await putLive(owner, collection, 'secret', { text: 'The password is swordfish.' })
    await putLive(owner, collection, 'other', { text: 'A swordfish is a fish.' })
    const receipt = await owner.call(deleteDocumentRoute, { params: { collection, id: 'secret' } })
    // The deletion is a version of its own, so that a late job of an earlier one cannot undo it.
    expect(receipt).toMatchObject({ documentId: 'secret', version: 2 })
    expect(Object.values(receipt.stores).length).toBeGreaterThan(1)
    expect(await idsFor(owner, 'swordfish')).toEqual(['other'])
    expect((await contentOf(owner, 'secret')).status).toBe(404)
    expect((await contentOf(owner, 'secret', 1)).status).toBe(404)
    const { data } = await owner.call(listDocumentsRoute, { params: { collection }, query: {} })
    expect(data.filter(({ state }) => state === 'live').map(({ documentId }) => documentId)).toEqual([
      'other',
    ])
    const { version } = await putLive(owner, collection, 'secret', { text: 'The password is sturgeon.' })
    expect(version).toBe(3)
    expect((await search(owner, 'swordfish'))[0]).toMatchObject({ documentId: 'other' })
  })

  it('stays gone when its deletion overtakes its indexing', async () => {
    collection = unique('overtaken')
    for (let round = 0; round < 5; round += 1) {
      const id = `racer-${round}`
      await owner.call(putDocumentRoute, {
        params: { collection, id },
        body: { text: `Tombstone race ${round}.` },
      })
      await owner.call(deleteDocumentRoute, { params: { collection, id } })
    }
    await putLive(owner, collection, 'after', { text: 'Tombstone race is over.' })
    expect(await idsFor(owner, 'tombstone race')).toEqual(['after'])
  })
})

const reader = (principals: string[]) =>
  newKey(owner.tenantId, { scopes: ['query', 'documents:read'], principals })

describe('who sees what', () => {
  beforeAll(async () => {
    collection = unique('seen')
    await putLive(owner, collection, 'open', {
      text: 'Quarterly figures are public.',
      metadata: { lang: 'en', year: 2025 },
    })
    await putLive(owner, collection, 'closed', {
      text: 'Quarterly figures before they are public.',
      metadata: { lang: 'en', year: 2026 },
      acl: ['group:finance', 'user:ada'],
    })
  })

  it('an access list shows a document to its principals alone, whichever way they look', async () => {
    const [ada, eve] = [await reader(['user:ada']), await reader(['group:sales'])]
    expect(await idsFor(ada, 'quarterly figures')).toEqual(['closed', 'open'])
    expect(await idsFor(eve, 'quarterly figures')).toEqual(['open'])
    expect((await contentOf(ada, 'closed')).status).toBe(200)
    expect((await contentOf(eve, 'closed')).status).toBe(404)
    const { data } = await eve.call(listDocumentsRoute, { params: { collection }, query: {} })
    expect(data.map(({ documentId }) => documentId)).toEqual(['open'])
    const asked = await send(eve, 'POST', '/v1/query', {
      question: 'What are quarterly figures?',
      collection,
    })
    expect(JSON.stringify(asked.body)).not.toContain('before they are')
  })

  it('no filter reaches past an access list', async () => {
    const eve = await reader([])
    const filter = { or: [{ year: { eq: 2026 } }, { not: { year: { eq: 1 } } }] }
    expect(await idsFor(eve, 'quarterly figures', { filter })).toEqual(['open'])
  })

  it.each([
    { filter: { year: { gte: 2026 } }, ids: ['closed'] },
    { filter: { year: { in: [2024, 2025] } }, ids: ['open'] },
    { filter: { and: [{ lang: { eq: 'en' } }, { not: { year: { eq: 2025 } } }] }, ids: ['closed'] },
    { filter: { lang: { ne: 'en' } }, ids: [] },
    { filter: { missing: { exists: false } }, ids: ['closed', 'open'] },
  ])('the filter $filter leaves $ids', async ({ filter, ids }) => {
    expect(await idsFor(await reader(['group:finance']), 'quarterly figures', { filter })).toEqual(ids)
  })

  it('a key for some collections is refused at every other', async () => {
    const narrow = await newKey(owner.tenantId, {
      scopes: ['query', 'documents:read', 'documents:write'],
      collections: [collection],
    })
    expect(await idsFor(narrow, 'quarterly figures')).toEqual(['open'])
    const other = unique('elsewhere')
    await putLive(owner, other, 'd', { text: 'Elsewhere.' })
    const refusals = [
      await send(narrow, 'POST', '/v1/search', { query: 'Elsewhere', collection: other }),
      await send(narrow, 'POST', '/v1/query', { question: 'Elsewhere?', collection: other }),
      await send(narrow, 'POST', '/v1/chat/completions', {
        model: 'auto',
        messages: [{ role: 'user', content: 'Elsewhere?' }],
        fairlead: { collection: other },
      }),
      await send(narrow, 'GET', `/v1/collections/${other}`),
      await send(narrow, 'GET', `/v1/collections/${other}/documents/d`),
      await send(narrow, 'PUT', `/v1/collections/${other}/documents/e`, { text: 'x' }),
      await send(narrow, 'DELETE', `/v1/collections/${other}`),
    ]
    for (const refusal of refusals)
      expect(refusal).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
    const { body } = await send(narrow, 'GET', '/v1/collections')
    expect(body).toMatchObject({ data: [{ name: collection }], nextCursor: null })
  })

  it('another tenant sees nothing of it, under the same name or any other', async () => {
    const stranger = await newTenant()
    for (const [method, path, body] of [
      ['POST', '/v1/search', { query: 'quarterly figures', collection }],
      ['POST', '/v1/query', { question: 'quarterly figures?', collection }],
      ['GET', `/v1/collections/${collection}`, undefined],
      ['GET', `/v1/collections/${collection}/documents/open`, undefined],
      ['GET', `/v1/collections/${collection}/documents/open/content`, undefined],
      ['DELETE', `/v1/collections/${collection}/documents/open`, undefined],
    ] as const)
      expect(await send(stranger, method, path, body)).toMatchObject({
        status: 404,
        body: { error: { code: 'not_found' } },
      })
    await putLive(stranger, collection, 'mine', { text: 'Quarterly figures of a stranger.' })
    expect(await idsFor(stranger, 'quarterly figures')).toEqual(['mine'])
    expect(await idsFor(owner, 'quarterly figures')).not.toContain('mine')
  })
})
