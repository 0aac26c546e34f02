import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    originUrl: string
  }
}

/** What one address answers, and how often it was asked. */
type Page = { status: number; headers: Record<string, string>; body: string; delayMs: number; asked: number }

/** A real HTTP server outside workerd whose pages tests put there: `PUT` sets what `GET` answers, `POST` tells how often that was asked for. */
export default async function setup(project: TestProject) {
  const pages = new Map<string, Page>()
  const server = createServer((request, response) => {
    const page = pages.get(request.url ?? '/') ?? { status: 404, headers: {}, body: '', delayMs: 0, asked: 0 }
    pages.set(request.url ?? '/', page)
    void serve(page, request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  project.provide('originUrl', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return () => {
    server.closeAllConnections()
    server.close()
  }
}

async function serve(page: Page, request: IncomingMessage, response: ServerResponse) {
  if (request.method === 'PUT') {
    Object.assign(page, { asked: 0, delayMs: 0 }, JSON.parse(await text(request)))
    response.end()
  } else if (request.method === 'POST') response.end(String(page.asked))
  else {
    page.asked += 1
    await setTimeout(page.delayMs)
    response.writeHead(page.status, page.headers).end(page.body)
  }
}
