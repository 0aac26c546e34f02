import { join } from 'node:path'
import type { V4WorkerOptions } from 'miniflare'
import { PROJECT } from '../lib/project.ts'
import { bundleWorker } from './bundle.ts'

/** The router comes first: it is the one the world sees. */
const WORKERS = [
  { folder: 'router', config: 'wrangler.toml' },
  { folder: 'rag', config: 'workers/rag/wrangler.toml' },
  { folder: 'ingest', config: 'workers/ingest/wrangler.toml' },
  { folder: 'cost', config: 'workers/cost/wrangler.toml' },
] as const

export const ROUTER = 'fairlead-router'

export type LocalWorker = V4WorkerOptions & { readonly name: string }

/** The Workers with their code and all that their wrangler.toml binds, so that configuration has one source, deployed or local. */
export async function localWorkers(): Promise<LocalWorker[]> {
  // esbuild is a process of its own: the bundles are ready before wrangler is loaded.
  const bundles = Promise.all(WORKERS.map(({ folder }) => bundleWorker(folder)))
  // Otherwise wrangler says on stdout which .env files it saw, and keeps a log of its own in the home folder.
  process.env['WRANGLER_LOG'] ??= 'error'
  process.env['WRANGLER_WRITE_LOGS'] ??= 'false'
  const [wrangler, codes] = await Promise.all([import('wrangler'), bundles])
  return WORKERS.map(({ config: path }, index) => {
    const config = wrangler.unstable_readConfig({ config: join(PROJECT, path) })
    const { modulesRules: _, ...options } = wrangler.unstable_getMiniflareWorkerOptions(config).workerOptions
    return {
      ...options,
      name: config.name ?? path,
      modulesRoot: PROJECT,
      modules: codes[index] ?? [],
      // Only what the file says: wrangler would add whatever a .env file holds.
      bindings: config.vars,
      stripCfConnectingIp: false,
    }
  })
}
