import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { freePort, type ServerProcess, startForeign } from '../lib/server-process.ts'
import { BENCH_MODEL } from './workload.ts'

/**
 * From 1.14 on, @hono/node-server shares an immutable header list with the upstream's response, and Portkey 1.15.2 answers 500 to every
 * streamed request; with the newest version before that it streams.
 */
const PORTKEY = {
  private: true,
  dependencies: { '@portkey-ai/gateway': '1.15.2' },
  overrides: { '@hono/node-server': '1.13.8' },
}
const LITELLM = 'litellm[proxy]==1.79.3'
const folder = resolve(import.meta.dirname, '../../.bench')

export type Competitor = ServerProcess & {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}
/** A competitor that cannot run here says why. */
export type Attempt = Competitor | { readonly skipped: string }

/** True when the command succeeded; what it says goes to stderr, where the table is not. */
function succeeds(command: string, args: readonly string[], timeoutMs: number): boolean {
  return spawnSync(command, args, { stdio: ['ignore', 2, 2], timeout: timeoutMs }).status === 0
}

export async function startPortkey(upstream: string): Promise<Attempt> {
  const home = join(folder, 'portkey')
  const entry = join(home, 'node_modules/@portkey-ai/gateway/build/start-server.js')
  if (!existsSync(entry)) {
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, 'package.json'), JSON.stringify(PORTKEY))
    if (
      !succeeds('npm', ['install', '--prefix', home, '--no-audit', '--no-fund', '--loglevel=error'], 300_000)
    )
      return { skipped: 'npm could not install @portkey-ai/gateway 1.15.2' }
  }
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server = await startForeign(process.execPath, [entry, '--headless', `--port=${port}`], url, 30_000)
  const headers = {
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': upstream,
    authorization: 'Bearer none',
  }
  return { ...server, url: `${url}/v1/chat/completions`, headers }
}

export async function startLiteLlm(upstream: string): Promise<Attempt> {
  const home = join(folder, 'litellm')
  const entry = join(home, 'bin/litellm')
  if (!existsSync(entry)) {
    if (!succeeds('python3', ['-m', 'venv', home], 120_000))
      return { skipped: 'python3 with venv is not here' }
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', LITELLM]
    if (!succeeds(join(home, 'bin/python'), pip, 900_000))
      return { skipped: `pip could not install ${LITELLM}` }
  }
  // JSON is YAML, and this needs no more of it.
  const config = join(home, 'config.yaml')
  const parameters = { model: `openai/${BENCH_MODEL}`, api_base: upstream, api_key: 'none' }
  writeFileSync(
    config,
    JSON.stringify({ model_list: [{ model_name: BENCH_MODEL, litellm_params: parameters }] }),
  )
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const args = ['--config', config, '--host', '127.0.0.1', '--port', String(port), '--num_workers', '1']
  const server = await startForeign(entry, args, url, 120_000)
  return { ...server, url: `${url}/v1/chat/completions`, headers: { authorization: 'Bearer none' } }
}
