import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../shared/api/common.ts'
import { type Accepted, ingestWorker, real } from './ingest-worker.ts'

type Problem = { error: { code: string; message: string; requestId: string } }
type Many = { data: Accepted[] }

const files = (...names: string[]) => {
  const form = new FormData()
  for (const name of names) form.append('files', new File([`# About ${name}\n`], name), name)
  return form
}

describe('unchanged content', () => {
  it('does no work, whatever order its fields come in', async () => {
    const worker = await ingestWorker()
    const more = { title: 'A', metadata: { a: 1, b: 'x' }, labels: ['l', 'm'] }
    const first = await worker.put('a.md', 'text', more)
    const objects = await worker.objects()
    const json = { labels: ['m', 'l'], metadata: { b: 'x', a: 1 }, title: 'A', text: 'text' }
    const again = () => worker.answer<Accepted>(200, 'PUT', worker.document('a.md'), { json })
    expect(await again()).toEqual({ ...first, unchanged: true })
    await worker.deliver()
    // Nothing is left to wait for, so no job is named.
    expect(await again()).toEqual({ documentId: 'a.md', version: 1, unchanged: true })
    expect(worker.sent).toEqual([])
    expect((await worker.objects()).filter((key) => key.endsWith('/raw'))).toEqual(objects)
  })

  it.each([
    { title: 'B' },
    { metadata: { a: 2 } },
    { acl: ['x'] },
    { labels: ['y'] },
    { mediaType: 'text/plain' },
  ])('is changed by %o', async (change) => {
    const worker = await ingestWorker()
    await worker.put('a.md', 'text')
    expect(await worker.put('a.md', 'text', change)).toMatchObject({ version: 2 })
  })

  it('sent twenty times at once makes one version, and keeps one upload', async () => {
    const worker = await ingestWorker()
    await worker.answer(201, 'PUT', 'collections/docs', { json: {} })
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const response = await worker.call('PUT', worker.document('a.md'), { json: { text: 'same' } })
        return { status: response.status, ...(await response.json<Accepted>()) }
      }),
    )
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(new Set(answers.map(({ version, jobId }) => `${version} ${jobId}`)).size).toBe(1)
    expect(await worker.objects()).toHaveLength(1)
    expect(worker.sent).toHaveLength(1)
  })
})

describe('requests that race', () => {
  it('give different contents of one document different versions, and the newest is live in the end', async () => {
    const worker = await ingestWorker()
    const accepted = await Promise.all(
      Array.from({ length: 10 }, (_, i) => worker.put('a.md', `version by writer ${i}`)),
    )
    const versions = accepted.map(({ version }) => version).toSorted((a, b) => a - b)
    expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    await Promise.all(worker.sent.splice(0).map((jobId) => worker.deliver([jobId])))
    expect(await worker.status('a.md')).toMatchObject({ state: 'live', version: 10, liveVersion: 10 })
    expect((await worker.search('writer')).map(({ version }) => version)).toEqual([10])
    const keys = await worker.objects()
    expect(
      keys.filter((key) => key.includes(accepted.find((a) => a.version === 10)?.jobId ?? '?')),
    ).toHaveLength(2)
    expect(keys).toHaveLength(2)
  })

  it('make one collection', async () => {
    const worker = await ingestWorker()
    const statuses = await Promise.all(
      Array.from(
        { length: 5 },
        async () => (await worker.call('PUT', 'collections/docs', { json: {} })).status,
      ),
    )
    expect(statuses.filter((status) => status === 201)).toHaveLength(1)
    expect(statuses.filter((status) => status === 200)).toHaveLength(4)
  })

  it('with the delete of the collection are told to come again, and leave no rows behind', async () => {
    const worker = await ingestWorker()
    await worker.answer(201, 'PUT', 'collections/docs', { json: {} })
    const objects = {
      ...real.objects,
      put: async (...call: Parameters<typeof real.objects.put>) => {
        await worker.answer(200, 'DELETE', 'collections/docs')
        await real.objects.put(...call)
      },
    }
    const other = await ingestWorker({ objects })
    const by = { tenantId: worker.tenantId }
    const refused = await other.call('PUT', worker.document('a.md'), { json: { text: 'x' }, by })
    const { error } = await refused.json<Problem>()
    expect([refused.status, error.code]).toEqual([409, 'conflict'])
    await worker.answer(201, 'PUT', 'collections/docs', { json: {} })
    expect(await worker.answer<Many>(200, 'GET', 'collections/docs/documents')).toMatchObject({ data: [] })
  })
})

describe('POST documents', () => {
  it('takes one JSON document and gives it an id', async () => {
    const worker = await ingestWorker()
    const json = { text: 'One.' }
    const one = await worker.answer<Accepted>(202, 'POST', 'collections/docs/documents', { json })
    expect(one).toMatchObject({ version: 1, documentId: expect.stringMatching(/^doc_\w+$/) as string })
    const named = await worker.answer(202, 'POST', 'collections/docs/documents', {
      json: { ...json, id: 'n' },
    })
    expect(named).toMatchObject({ documentId: 'n' })
  })

  it('takes many and answers in their order, telling which were unchanged', async () => {
    const worker = await ingestWorker()
    await worker.put('b.md', 'B')
    const documents = ['c', 'b', 'a'].map((name) => ({ id: `${name}.md`, text: name.toUpperCase() }))
    const { data } = await worker.answer<Many>(202, 'POST', 'collections/docs/documents', {
      json: { documents },
    })
    expect(data.map(({ documentId, unchanged }) => [documentId, unchanged])).toEqual([
      ['c.md', undefined],
      ['b.md', true],
      ['a.md', undefined],
    ])
    await worker.answer<Many>(200, 'POST', 'collections/docs/documents', { json: { documents } })
    expect(worker.sent).toHaveLength(3)
  })

  it('takes a thousand documents in one request', async () => {
    const worker = await ingestWorker()
    const documents = Array.from({ length: 1_000 }, (_, i) => ({ id: `${i}.md`, text: `Document ${i}` }))
    const { data } = await worker.answer<Many>(202, 'POST', 'collections/docs/documents', {
      json: { documents },
    })
    expect(new Set(data.map(({ jobId }) => jobId)).size).toBe(1_000)
    // No other test's cron finds them.
    await worker.answer(200, 'DELETE', 'collections/docs')
  })

  it('takes files, each under its relative name', async () => {
    const worker = await ingestWorker()
    const names = ['README.md', 'guides/set up/köln "1".md', 'index.html']
    const form = files(...names)
    const { data } = await worker.answer<Many>(202, 'POST', 'collections/docs/documents', { form })
    expect(data.map(({ documentId }) => documentId)).toEqual(names)
    await worker.deliver()
    for (const name of names) expect(await worker.status(name)).toMatchObject({ state: 'live' })
    expect(await worker.status('index.html')).toMatchObject({ mediaType: 'text/html' })
  })

  it('trusts an extension before the type that a part claims, and the claim where there is none', async () => {
    const worker = await ingestWorker()
    const form = new FormData()
    form.append('files', new File(['x'], 'a.md', { type: 'application/x-genesis-rom' }))
    form.append('files', new File(['x'], 'NOTES', { type: 'text/plain; charset=utf-8' }))
    await worker.answer<Many>(202, 'POST', 'collections/docs/documents', { form })
    expect(await worker.status('a.md')).toMatchObject({ mediaType: 'text/markdown' })
    expect(await worker.status('NOTES')).toMatchObject({ mediaType: 'text/plain' })
  })
})

describe('the media type', () => {
  it.each([
    ['guide.md', {}, 'text/markdown'],
    ['guide', { title: 'guide.html' }, 'text/html'],
    ['guide', {}, 'text/plain'],
    ['guide.md', { mediaType: 'Text/HTML; charset=UTF-8' }, 'text/html'],
  ])('of %s with %o is %s', async (id, more, mediaType) => {
    const worker = await ingestWorker()
    await worker.put(id, 'text', more)
    expect(await worker.status(id)).toMatchObject({ mediaType })
  })
})

describe('a request that cannot be served', () => {
  const big = 'x'.repeat(LIMITS.documentBytes + 1)
  const one = (json: unknown) => ['PUT', 'collections/docs/documents/a.md', { json }] as const
  const many = (json: unknown) => ['POST', 'collections/docs/documents', { json }] as const
  const documents = (...more: object[]) => many({ documents: more.map((rest) => ({ text: 'x', ...rest })) })
  const form = (fill: (form: FormData) => void) => {
    const made = new FormData()
    fill(made)
    return ['POST', 'collections/docs/documents', { form: made }] as const
  }
  const cases: [string, Parameters<Awaited<ReturnType<typeof ingestWorker>>['call']>, number, string][] = [
    ['no content', [...one({})], 400, 'send exactly one of text, base64 and chunks'],
    ['two contents', [...one({ text: 'x', base64: '' })], 400, 'send exactly one of text, base64 and chunks'],
    ['a chunk of nothing', [...one({ chunks: ['x', ' '] })], 400, 'chunks.1: must not be empty'],
    ['no chunks', [...one({ chunks: [] })], 400, 'chunks:'],
    ['chunks of a type', [...one({ chunks: ['x'], mediaType: 'text/html' })], 400, 'mediaType: leave it out'],
    ['base64 that is none', [...one({ base64: 'ä' })], 400, 'base64:'],
    ['an unknown field', [...one({ text: 'x', colour: 1 })], 400, 'colour'],
    ['an unknown field of one of many', [...documents({}, { colour: 1 })], 400, 'documents.1'],
    [
      'a type that no parser reads',
      [...one({ text: 'x', mediaType: 'application/pdf' })],
      415,
      'mediaType: "application/pdf"',
    ],
    [
      'a charset that is not UTF-8',
      [...one({ text: 'x', mediaType: 'text/plain; charset=latin1' })],
      415,
      'mediaType:',
    ],
    ['bytes of no known type', [...many({ base64: 'AAAA' })], 415, 'mediaType: the type is not known'],
    ['more than 25 MB of text', [...one({ text: big })], 413, 'text: has 25000001 bytes'],
    [
      'more than 25 MB of text in few characters',
      [...one({ text: 'ä'.repeat(12_500_001) })],
      413,
      'text: has 25000002 bytes',
    ],
    ['more than 25 MB of base64', [...one({ base64: btoa(big) })], 413, 'base64: has 25000001 bytes'],
    [
      'more than 25 MB in a file',
      [...form((made) => made.append('files', new File([big], 'big.md')))],
      413,
      'files "big.md": has 25000001',
    ],
    [
      'a thousand and one documents',
      [...documents(...Array.from({ length: 1_001 }, () => ({})))],
      413,
      'documents: has 1001',
    ],
    [
      'a thousand and one files',
      [
        ...form((made) => {
          for (let i = 0; i <= 1_000; i += 1) made.append('files', new File(['x'], `${i}.md`))
        }),
      ],
      413,
      'files: has 1001',
    ],
    ['no documents', [...documents()], 400, 'documents:'],
    ['no files', [...form(() => {})], 400, 'files:'],
    ['one id twice', [...documents({ id: 'a' }, { id: 'a' })], 400, 'documents.1.id: "a" is sent twice'],
    [
      'one file name twice',
      [
        ...form((made) => {
          for (const text of ['x', 'y']) made.append('files', new File([text], 'a.md'))
        }),
      ],
      400,
      'files "a.md": "a.md" is sent twice',
    ],
    [
      'a file in another field',
      [...form((made) => made.append('upload', new File(['x'], 'a.md')))],
      400,
      'upload: is not known',
    ],
    ['a text part', [...form((made) => made.append('files', 'x'))], 400, 'files: is not known'],
    [
      'a file of no known type',
      [...form((made) => made.append('files', new File(['x'], 'logo.png')))],
      415,
      'files "logo.png":',
    ],
    ['an id that no URL could name', [...documents({ id: '..' })], 400, 'documents.0.id: may not be'],
    ['a control character in an id', [...documents({ id: 'a\nb' })], 400, 'documents.0.id: may not contain'],
    [
      'an id of more than 512 bytes',
      [...documents({ id: 'ä'.repeat(257) })],
      400,
      'documents.0.id: may have at most 512 bytes',
    ],
    [
      'broken JSON',
      ['POST', 'collections/docs/documents', { body: '{', headers: { 'content-type': 'application/json' } }],
      400,
      'JSON',
    ],
    [
      'broken multipart',
      [
        'POST',
        'collections/docs/documents',
        { body: 'x', headers: { 'content-type': 'multipart/form-data; boundary=b' } },
      ],
      400,
      'multipart',
    ],
    [
      'another content type',
      ['POST', 'collections/docs/documents', { body: 'x', headers: { 'content-type': 'text/markdown' } }],
      415,
      'application/json or multipart/form-data',
    ],
    [
      'another content type for one document',
      ['PUT', 'collections/docs/documents/a', { body: 'x', headers: { 'content-type': 'text/markdown' } }],
      415,
      'application/json',
    ],
    [
      'a request beyond every limit',
      [
        'PUT',
        'collections/docs/documents/a',
        { body: 'x', headers: { 'content-type': 'application/json', 'content-length': '100000001' } },
      ],
      413,
      '100000000 bytes',
    ],
    [
      'a collection name with a slash',
      ['PUT', 'collections/a%2Fb', { json: {} }],
      400,
      'collection: use 1 to 63',
    ],
  ]
  it.each(cases)('with %s is told so, and nothing is stored', async (_, request, status, message) => {
    const worker = await ingestWorker()
    const response = await worker.call(...request)
    const { error } = await response.json<Problem>()
    expect([response.status, error.message]).toEqual([status, expect.stringContaining(message)])
    expect(error.requestId).toBe('req_1')
    expect(await worker.objects()).toEqual([])
    expect(worker.sent).toEqual([])
  })
})

it('a queue that does not answer delays a document and loses nothing', async () => {
  const worker = await ingestWorker({ send: () => Promise.reject(new Error('no queue')) })
  const { jobId } = await worker.put('a.md', 'text')
  expect(worker.log).toMatchObject([{ event: 'jobs_not_sent', jobIds: [jobId] }])
  await worker.deliver([jobId])
  expect(await worker.status('a.md')).toMatchObject({ state: 'live' })
})
