import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export type Call = { readonly request: IncomingMessage; readonly response: ServerResponse }

/** Serves on 127.0.0.1; port 0 takes any free one. */
export async function listen(port: number, serve: (call: Call) => Promise<void>) {
  const server = createServer((request, response) => {
    serve({ request, response }).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    )
  })
  // Clients keep connections for later; one that is closed just then looks like a failure.
  server.keepAliveTimeout = 60_000
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the origin got no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

type Headers = Readonly<Record<string, string>>

export const send = (response: ServerResponse, status: number, body: unknown, headers: Headers = {}) =>
  void response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(body))

/** Undefined when the body is not JSON. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  try {
    return JSON.parse(Buffer.concat(parts).toString())
  } catch {
    return undefined
  }
}
