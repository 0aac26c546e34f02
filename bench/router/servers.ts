import { resolve } from 'node:path'
import type { Target } from '../lib/load.ts'
import { type ServerProcess, startAnnounced } from '../lib/server-process.ts'
import { type Attempt, startLiteLlm, startPortkey } from './competitors.ts'
import { isWholeAnswer, type Mode, requestBody } from './workload.ts'

export type Server = ServerProcess & { readonly name: string; readonly target: (mode: Mode) => Target }
type Choice = { readonly fairlead: boolean; readonly portkey: boolean; readonly litellm: boolean }

const here = (file: string) => resolve(import.meta.dirname, file)

function server(
  name: string,
  process: ServerProcess,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Server {
  const target = (mode: Mode) => ({
    url,
    headers: { 'content-type': 'application/json', ...headers },
    body: requestBody(mode),
  })
  return { name, pid: process.pid, stop: process.stop, target }
}

/** Asks once in each mode, so that no figure is ever taken of a server that answers wrongly. */
async function verify({ name, target }: Server) {
  for (const mode of ['plain', 'streamed'] as const) {
    const { url, headers, body } = target(mode)
    const response = await fetch(url, { method: 'POST', headers: { ...headers }, body })
    const text = await response.text()
    if (!response.ok || !isWholeAnswer(mode, text))
      throw new Error(`${name} answers a ${mode} request with ${response.status}: ${text.slice(0, 400)}`)
  }
}

/** Starts upstream, bare proxy and whatever else was chosen, and calls `started` with each; what cannot run here is told to `skipped`. */
export async function startServers(
  choice: Choice,
  started: (server: Server) => void,
  skipped: (reason: string) => void,
) {
  const add = async (next: Server) => {
    started(next)
    await verify(next)
  }
  const addCompetitor = async (name: string, attempt: Attempt) => {
    if ('skipped' in attempt) skipped(`${name} is left out: ${attempt.skipped}`)
    else await add(server(name, attempt, attempt.url, attempt.headers))
  }
  const upstream = await startAnnounced(here('upstream.ts'), [])
  const upstreamUrl = upstream.announcement['url'] ?? ''
  await add(server('upstream', upstream, `${upstreamUrl}/chat/completions`))
  const bare = await startAnnounced(here('bare-proxy.ts'), [upstreamUrl])
  const bareUrl = bare.announcement['url'] ?? ''
  await add(server('bare proxy', bare, bareUrl))
  // The same process: rounds take turns, so its CPU is told apart by time.
  const throughJavaScript = { pid: bare.pid, stop: async () => undefined }
  await add(server('bare, JS stream', throughJavaScript, bareUrl.replace('/v1/', '/js/v1/')))
  if (choice.fairlead) {
    const fairlead = await startAnnounced(here('fairlead.ts'), [upstreamUrl])
    const { url = '', apiKey = '' } = fairlead.announcement
    await add(server('fairlead', fairlead, url, { authorization: `Bearer ${apiKey}` }))
  }
  if (choice.portkey) await addCompetitor('portkey', await startPortkey(upstreamUrl))
  if (choice.litellm) await addCompetitor('litellm', await startLiteLlm(upstreamUrl))
  else skipped('litellm is left out: ask for it with --litellm (installs it from PyPI)')
}
