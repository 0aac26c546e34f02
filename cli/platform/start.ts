import { join } from 'node:path'
import { putCollectionRoute } from '../../shared/api/collections.ts'
import { type EmbedderEntry, readEmbedderList } from '../../shared/registry/embedders.ts'
import { readRerankerList } from '../../shared/registry/rerankers.ts'
import { apiClient } from '../lib/client.ts'
import { findDocuments } from '../lib/documents.ts'
import { EXIT, Failure, reasonOf } from '../lib/failure.ts'
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
  /** Embeds new collections, beside what the environment's EMBEDDERS names. */
  readonly embedder?: EmbedderEntry | undefined
  readonly onProgress?: Upload['onProgress']
}
export type Platform = Address & { readonly stop: () => Promise<void> }

const MINUTE_MS = 60_000
const BUILT_IN = 'edge-static'
const EMBEDDING_WORKERS = ['fairlead-rag', 'fairlead-ingest']

/** The whole platform on this machine. Resolves when everything answers, interrupted work is taken up and the handbook is live. */
export async function startPlatform({
  port,
  stateDir,
  handbook = true,
  quiet = false,
  embedder,
  onProgress,
}: PlatformOptions): Promise<Platform> {
  // Whatever was opened when something fails is closed again, in reverse.
  await using opened = new AsyncDisposableStack()
  const embedders = { ...embedderVariables(embedder), ...rerankerVariables() }
  const state = openState(stateDir)
  opened.defer(state.release)
  const log = quiet ? noLog : openLog(stateDir)
  opened.defer(log.close)
  const workers = await localWorkers()
  // Locally keys are marked as test keys.
  const settings = { router: { KEY_PEPPER: state.pepper, ENVIRONMENT: 'test' }, embedders }
  const starting = startRuntime({
    workers: workers.map((worker) => withSettings(worker, settings)),
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

type Settings = {
  /** What only the router may know. */
  readonly router: Readonly<Record<string, string>>
  readonly embedders: Readonly<Record<string, string>>
}

/** Origins' tokens come from the environment, for all who call origins. */
function withSettings(worker: LocalWorker, { router, embedders }: Settings): LocalWorker {
  const own = new Map([[ROUTER, router], ...EMBEDDING_WORKERS.map((name) => [name, embedders] as const)]).get(
    worker.name,
  )
  if (!own) return worker
  const origins = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[0].startsWith('ORIGIN_') && entry[1] !== undefined,
  )
  return { ...worker, bindings: { ...worker.bindings, ...Object.fromEntries(origins), ...own } }
}

/** Worker variables: the environment's, and the one embedder that was named as well. */
function embedderVariables(added: EmbedderEntry | undefined): Readonly<Record<string, string>> {
  const { EMBEDDERS, DEFAULT_EMBEDDER } = process.env
  const others = asUsage(() => readEmbedderList(EMBEDDERS)).filter(({ id }) => id !== added?.id)
  const list = added ? [...others, added] : others
  const standard = added?.id ?? DEFAULT_EMBEDDER ?? BUILT_IN
  if (standard !== BUILT_IN && !list.some(({ id }) => id === standard))
    throw new Failure(EXIT.usage, `DEFAULT_EMBEDDER: EMBEDDERS has no "${standard}"`)
  return { EMBEDDERS: JSON.stringify(list), DEFAULT_EMBEDDER: standard }
}

/** Worker variable: the environment's, looked at here so that a wrong one stops the start. */
function rerankerVariables(): Readonly<Record<string, string>> {
  const { RERANKERS = '[]' } = process.env
  asUsage(() => readRerankerList(RERANKERS))
  return { RERANKERS }
}

function asUsage<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new Failure(EXIT.usage, reasonOf(error), { cause: error })
  }
}

async function indexHandbook({ url, apiKey }: Address, onProgress: Upload['onProgress']) {
  const client = apiClient({ url, key: apiKey })
  // By the built-in embedder in any case, so that the next start needs no other.
  await client.call(putCollectionRoute, {
    params: { collection: HANDBOOK },
    body: { embedder: BUILT_IN },
  })
  const found = await findDocuments([join(PROJECT, 'docs')])
  const { failed } = await uploadDocuments({ client, collection: HANDBOOK, found, onProgress })
  const [first] = failed
  if (first) throw new Error(`the handbook's document ${first.id} failed: ${first.reason}`)
}
