import { join } from 'node:path'
import { apiClient } from '../lib/client.ts'
import { findDocuments } from '../lib/documents.ts'
import { HANDBOOK, PROJECT } from '../lib/project.ts'
import { type Upload, uploadDocuments } from '../lib/upload.ts'
import type { Address } from './furnish.ts'
import { noLog, openLog } from './log.ts'
import { startRuntime } from './runtime.ts'
import { openState } from './state.ts'
import { type LocalWorker, localWorkers, ROUTER } from './workers.ts'

export type PlatformOptions = {
  /** On 127.0.0.1; 0 takes any free one. */
  readonly port: number
  readonly stateDir: string
  /** Index docs/ as the collection `handbook`; default true. */
  readonly handbook?: boolean
  /** Write no log. */
  readonly quiet?: boolean
  readonly onProgress?: Upload['onProgress']
}
export type Platform = Address & { readonly stop: () => Promise<void> }

const MINUTE_MS = 60_000

/** The whole platform on this machine. Resolves when everything answers, interrupted work is taken up and the handbook is live. */
export async function startPlatform({
  port,
  stateDir,
  handbook = true,
  quiet = false,
  onProgress,
}: PlatformOptions): Promise<Platform> {
  // Whatever was opened when something fails is closed again, in reverse.
  await using opened = new AsyncDisposableStack()
  const state = openState(stateDir)
  opened.defer(state.release)
  const log = quiet ? noLog : openLog(stateDir)
  opened.defer(log.close)
  const workers = await localWorkers()
  const starting = startRuntime({
    workers: workers.map((worker) => withSecrets(worker, state.pepper)),
    port,
    dataDir: join(stateDir, 'runtime'),
    onLog: log.write,
    onRestart: () => void keepUp('start'),
  })
  // The database's tools are loaded while workerd starts.
  const [runtime, { furnish }] = await Promise.all([starting, import('./furnish.ts')])
  opened.defer(runtime.stop)
  const keepUp = (occasion: 'start' | 'minute') =>
    runtime.runSchedules(occasion).catch((error: unknown) => log.write(`schedules failed: ${String(error)}`))
  const platform = await furnish(runtime, state)
  // Queues here live in memory: what a crash took from them is found in the database and sent again.
  await keepUp('start')
  const schedules = setInterval(() => void keepUp('minute'), MINUTE_MS)
  opened.defer(() => clearInterval(schedules))
  if (handbook) await indexHandbook(platform, onProgress)
  const open = opened.move()
  return { ...platform, stop: () => open.disposeAsync() }
}

/** Locally keys are marked as test keys, and origins' tokens come from the environment. */
function withSecrets(worker: LocalWorker, pepper: string): LocalWorker {
  if (worker.name !== ROUTER) return worker
  const origins = Object.entries(process.env).filter(([name]) => name.startsWith('ORIGIN_'))
  const secrets = { ...Object.fromEntries(origins), KEY_PEPPER: pepper, ENVIRONMENT: 'test' }
  return { ...worker, bindings: { ...worker.bindings, ...secrets } }
}

async function indexHandbook({ url, apiKey }: Address, onProgress: Upload['onProgress']) {
  const client = apiClient({ url, key: apiKey })
  const found = await findDocuments([join(PROJECT, 'docs')])
  const { failed } = await uploadDocuments({ client, collection: HANDBOOK, found, onProgress })
  const [first] = failed
  if (first) throw new Error(`the handbook's document ${first.id} failed: ${first.reason}`)
}
