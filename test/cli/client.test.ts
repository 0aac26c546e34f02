import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { apiClient, type ServerEvent } from '../../cli/lib/client.ts'
import { EXIT } from '../../cli/lib/failure.ts'
import { queryRoute } from '../../shared/api/ask.ts'
import { getDocumentRoute, getJobRoute, listDocumentsRoute } from '../../shared/api/documents.ts'

async function serving(listener: RequestListener, signal?: AbortSignal) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return apiClient({ url: `http://127.0.0.1:${port}`, key: 'key' }, signal)
}

const question = { body: { question: 'Why?', collection: 'notes', stream: true } }

async function collect(events: AsyncGenerator<ServerEvent>) {
  const seen: ServerEvent[] = []
  for await (const event of events) seen.push(event)
  return seen
}

it('fills path and query as the route names them', async () => {
  const seen: (string | undefined)[] = []
  const client = await serving((request, response) => {
    seen.push(request.url)
    response.end('{"data":[],"nextCursor":null}')
  })
  const params = { collection: 'notes' }
  await client.call(listDocumentsRoute, { params, query: { limit: 5, state: 'live', cursor: undefined } })
  await client.call(getDocumentRoute, { params: { ...params, id: 'a b/c?.md' } }).catch(() => {})
  expect(seen).toEqual([
    '/v1/collections/notes/documents?limit=5&state=live',
    '/v1/collections/notes/documents/a%20b%2Fc%3F.md',
  ])
})

it('refuses an answer that does not have the shape of the route', async () => {
  const client = await serving((_request, response) => response.end('{"jobId":1}'))
  await expect(client.call(getJobRoute, { params: { id: 'j' } })).rejects.toThrow(/jobId/)
})

it('passes the platform’s own words on, with an exit code that tells a refusal from a failure', async () => {
  const answer = (status: number, code: string) =>
    serving((_request, response) => {
      response.statusCode = status
      response.end(JSON.stringify({ error: { code, message: 'Because.', requestId: 'req_1' } }))
    })
  const job = { params: { id: 'j' } }
  await expect((await answer(403, 'forbidden')).call(getJobRoute, job)).rejects.toMatchObject({
    exitCode: EXIT.refused,
    code: 'forbidden',
    message: 'Because. (forbidden, req_1)',
  })
  await expect((await answer(500, 'internal')).call(getJobRoute, job)).rejects.toMatchObject({
    exitCode: EXIT.failed,
  })
})

it('says that nothing answers', async () => {
  const client = apiClient({ url: 'http://127.0.0.1:9', key: 'key' })
  await expect(client.call(getJobRoute, { params: { id: 'j' } })).rejects.toMatchObject({
    exitCode: EXIT.unreachable,
    message: expect.stringMatching(/Nothing answers at http:\/\/127\.0\.0\.1:9 \(bad port\).*npm start/),
  })
})

it('reads events as they come, wherever the bytes are cut', async () => {
  const client = await serving((_request, response) => {
    const bytes = Buffer.from('event: text\ndata: {"delta":"é"}\n\n: comment\n\nevent: done\ndata: {}\n\n')
    for (const byte of bytes) response.write(Buffer.of(byte))
    response.end()
  })
  expect(await collect(client.stream(queryRoute, question))).toEqual([
    { event: 'text', data: { delta: 'é' } },
    { event: 'done', data: {} },
  ])
})

it('tells a stream that breaks off from one that is interrupted', async () => {
  const left = new AbortController()
  const broken = (signal?: AbortSignal) =>
    serving((_request, response) => {
      response.write('event: text\ndata: {}\n\n')
      if (!signal) setTimeout(() => response.destroy(), 20)
    }, signal)
  await expect(collect((await broken()).stream(queryRoute, question))).rejects.toThrow('broke off')
  const events = (await broken(left.signal)).stream(queryRoute, question)
  await events.next()
  left.abort()
  await expect(events.next()).rejects.toMatchObject({ name: 'AbortError' })
})
