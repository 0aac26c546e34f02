import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { apiClient } from '../../cli/lib/client.ts'
import { findDocuments } from '../../cli/lib/documents.ts'
import { EXIT } from '../../cli/lib/failure.ts'
import { describeSummary, uploadDocuments } from '../../cli/lib/upload.ts'

type Sent = { id: string; mediaType: string; text?: string; base64?: string }

const refusal = (code: string) => ({ error: { code, message: 'No.', requestId: 'req_1' } })

function accept(documents: readonly Sent[]): [number, unknown] {
  if (documents.some(({ text }) => text === 'no key')) return [403, refusal('forbidden')]
  if (documents.some(({ text }) => text === 'refused')) return [400, refusal('invalid_request')]
  const data = documents.map(({ id, text }) => {
    const accepted = { documentId: id, version: 1, jobId: id }
    return text === 'same' ? { ...accepted, unchanged: true } : accepted
  })
  return [202, { data }]
}

function job(id: string, isFirstQuestion: boolean) {
  const ended = id.startsWith('failing') ? 'failed' : 'done'
  const documentState = ended === 'failed' ? 'failed' : 'live'
  const of = { collection: 'notes', documentId: id, version: 1, documentState, attempts: 1, updatedAt: '' }
  return { ...of, jobId: id, state: isFirstQuestion ? 'queued' : ended }
}

const failedDocument = (documentId: string) => ({
  documentId,
  version: 1,
  liveVersion: null,
  state: 'failed',
  title: null,
  mediaType: 'text/markdown',
  metadata: {},
  labels: [],
  acl: null,
  chunks: 0,
  bytes: 1,
  updatedAt: '',
  error: { code: 'invalid_request', message: 'Not readable.' },
})

/** Answers as the ingest Worker does; what becomes of a document is told by its text or its name. */
async function ingestDouble() {
  const batches: Sent[][] = []
  let questions = 0
  const answer = async (request: IncomingMessage): Promise<[number, unknown]> => {
    const name = decodeURIComponent(request.url?.split('/').at(-1) ?? '')
    if (request.method === 'GET')
      return [200, request.url?.startsWith('/v1/jobs/') ? job(name, questions++ === 0) : failedDocument(name)]
    const { documents } = (await json(request)) as { documents: Sent[] }
    batches.push(documents)
    return accept(documents)
  }
  const server = createServer((request, response) => {
    void answer(request).then(([status, body]) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return { client: apiClient({ url: `http://127.0.0.1:${port}`, key: 'key' }), batches }
}

function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
  const root = mkdtempSync(join(tmpdir(), 'fairlead-upload-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content)
  return root
}

it('waits for every document and counts what became of it', async () => {
  const { client } = await ingestDouble()
  const found = await findDocuments([
    folderWith({ 'a.md': 'new', 'b.md': 'same', 'failing.md': 'new', 'x.pdf': '' }),
  ])
  const progress: string[] = []
  const onProgress = (done: number, total: number) => void progress.push(`${done}/${total}`)
  const summary = await uploadDocuments({ client, collection: 'notes', found, onProgress })
  const failed = [{ id: 'failing.md', reason: 'Not readable. (invalid_request)' }]
  expect(summary).toEqual({ collection: 'notes', documents: 3, live: 1, unchanged: 1, failed, skipped: 1 })
  expect(progress).toEqual(['1/3', '2/3', '3/3'])
  expect(describeSummary(summary)).toBe(
    'notes: 3 documents, 1 live, 1 unchanged, 1 failed, 1 skipped\n  failing.md: Not readable. (invalid_request)',
  )
})

it('lets a refused document fail alone, and the others of its request go on', async () => {
  const { client } = await ingestDouble()
  const found = await findDocuments([folderWith({ 'a.md': 'new', 'b.md': 'refused', 'c.md': 'new' })])
  const summary = await uploadDocuments({ client, collection: 'notes', found })
  expect(summary).toMatchObject({ live: 2, failed: [{ id: 'b.md', reason: 'No. (invalid_request, req_1)' }] })
})

it('stops at a refusal that no document is to blame for', async () => {
  const { client, batches } = await ingestDouble()
  const found = await findDocuments([folderWith({ 'a.md': 'no key', 'b.md': 'new' })])
  const refused = { exitCode: EXIT.refused, code: 'forbidden' }
  await expect(uploadDocuments({ client, collection: 'notes', found })).rejects.toMatchObject(refused)
  expect(batches).toHaveLength(1)
})

it('sends many documents in several requests, each document once', async () => {
  const { client, batches } = await ingestDouble()
  const files = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`${index}.txt`, 'new']))
  const found = await findDocuments([folderWith(files)])
  expect(await uploadDocuments({ client, collection: 'notes', found })).toMatchObject({
    live: 250,
    failed: [],
  })
  expect(batches.length).toBeGreaterThan(2)
  expect(new Set(batches.flat().map(({ id }) => id)).size).toBe(250)
  expect(batches.flat()).toHaveLength(250)
})

it('sends bytes that are no text unharmed, and nothing that cannot be read or is too large', async () => {
  const { client, batches } = await ingestDouble()
  const root = folderWith({ 'latin1.txt': Buffer.from([0x63, 0xe9]), 'huge.md': '' })
  truncateSync(join(root, 'huge.md'), 25_000_001)
  symlinkSync(join(root, 'nowhere'), join(root, 'broken.md'))
  const summary = await uploadDocuments({ client, collection: 'notes', found: await findDocuments([root]) })
  expect(batches.flat()).toEqual([{ id: 'latin1.txt', mediaType: 'text/plain', base64: 'Y+k=' }])
  expect(summary).toMatchObject({ documents: 3, live: 1 })
  expect(summary.failed).toEqual([
    { id: 'broken.md', reason: 'cannot be read (ENOENT)' },
    { id: 'huge.md', reason: 'has 25000001 bytes; a document may have 25000000' },
  ])
})
