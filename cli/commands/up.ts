import { resolve } from 'node:path'
import { isCancel, select } from '@clack/prompts'
import { Command, InvalidArgumentError } from 'commander'
import { putEndpointRoute } from '../../shared/api/endpoints.ts'
import { apiClient } from '../lib/client.ts'
import { collectionFor, describeSkipped, type Found, findDocuments } from '../lib/documents.ts'
import { describeEmbedder, type EmbedderOption, parseEmbedder } from '../lib/embedder.ts'
import { EXIT, Failure } from '../lib/failure.ts'
import { parsePort } from '../lib/options.ts'
import { describeOrigin, type Origin, type OriginOption, parseOrigin } from '../lib/origin.ts'
import { HANDBOOK, PROJECT } from '../lib/project.ts'
import { isAttended, note, print, progressBar } from '../lib/terminal.ts'
import { describeSummary, uploadDocuments } from '../lib/upload.ts'
import type { Platform } from '../platform/start.ts'

type Options = {
  readonly port: number
  readonly state: string
  readonly docs?: string
  readonly origin: readonly OriginOption[]
  readonly embedder?: EmbedderOption
  readonly fleet?: 'simulated'
  readonly fleetSpeed?: number
  readonly handbook: boolean
  readonly json?: boolean
}

export const upCommand = () =>
  new Command('up')
    .description('run the whole platform on this machine until Ctrl-C')
    .option('--port <number>', 'port on 127.0.0.1', parsePort, 8787)
    .option('--state <folder>', 'where documents, budgets and keys are kept', resolve(PROJECT, '.fairlead'))
    .option('--docs <folder>', 'index a folder as a collection of the same name')
    .option(
      '--origin <url[,model,tier]>',
      'register an OpenAI-compatible server; may be repeated',
      addOrigin,
      [],
    )
    .option('--embedder <url[,model]>', 'embed new collections by an OpenAI-compatible server', parseEmbedder)
    .option('--fleet <name>', 'add a fleet of model servers that run here: simulated', parseFleet)
    .option('--fleet-speed <factor>', 'how many times faster than real hardware', parseSpeed)
    .option('--no-handbook', 'do not index the handbook')
    .option('--json', 'print JSON and nothing else')
    .action(up)

function parseFleet(value: string): 'simulated' {
  if (value === 'simulated') return value
  throw new InvalidArgumentError(`There is no fleet "${value}"; the only one is "simulated".`)
}

function parseSpeed(value: string): number {
  const speed = Number(value)
  if (speed >= 0.01 && speed <= 1_000) return speed
  throw new InvalidArgumentError('It has to be a number from 0.01 to 1000; 1 is as fast as the hardware.')
}

const addOrigin = (value: string, earlier: readonly OriginOption[]) => [...earlier, parseOrigin(value)]

async function up(options: Options): Promise<void> {
  const { folder, origins, embedder } = await whatWasNamed(options)
  // Only this command needs the platform's tools, which take longer to load than most commands to run.
  const { startPlatform } = await import('../platform/start.ts')
  let stop = doNothing
  onSignal(() => void stop().finally(() => process.exit(EXIT.ok)))
  const bar = progressBar(HANDBOOK)
  const { port, handbook } = options
  const stateDir = resolve(options.state)
  const platform = await startPlatform({
    port,
    stateDir,
    handbook,
    embedder,
    onProgress: bar.update,
  }).finally(bar.end)
  stop = platform.stop
  if (embedder)
    note(`embedder ${embedder.id}: ${embedder.model}, ${embedder.dimensions} dimensions, for new collections`)
  try {
    for (const origin of origins) await registerOrigin(platform, origin)
    const fleet = await startFleet(platform, options)
    stop = () => platform.stop().then(fleet.stop)
    if (folder) await indexFolder(platform, folder)
  } catch (error) {
    await stop()
    throw error
  }
  const collection = handbook ? HANDBOOK : folder?.collection
  print(
    options.json ? asJson(platform, stateDir) : `ready ${platform.url}\n${curlLine(platform, collection)}`,
  )
}

/** Looked at first: a wrong name is told at once, not after the start. */
async function whatWasNamed({ docs, origin, embedder, fleet, fleetSpeed }: Options) {
  if (fleetSpeed !== undefined && fleet === undefined)
    throw new Failure(EXIT.usage, '--fleet-speed is for a fleet: add --fleet simulated')
  const folder = docs === undefined ? null : await readFolder(docs)
  const origins: Origin[] = []
  for (const option of origin) origins.push(await describeOrigin(option, chooseModel('--origin')))
  const described = embedder && (await describeEmbedder(embedder, chooseModel('--embedder')))
  return { folder, origins, embedder: described }
}

/** State survives any end, so a start that is not through may be cut off; the second signal changes nothing. */
function onSignal(stop: () => void): void {
  let isStopping = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (!isStopping) stop()
      isStopping = true
    })
}

type Folder = { readonly collection: string; readonly found: Found }

async function readFolder(path: string): Promise<Folder> {
  return { collection: collectionFor(path), found: await findDocuments([path]) }
}

async function indexFolder({ url, apiKey }: Platform, folder: Folder): Promise<void> {
  const bar = progressBar(folder.collection)
  const client = apiClient({ url, key: apiKey })
  const summary = await uploadDocuments({ client, ...folder, onProgress: bar.update }).finally(bar.end)
  const skipped = describeSkipped(folder.found)
  if (skipped !== null) note(skipped)
  note(describeSummary(summary))
}

async function registerOrigin({ url, adminKey }: Platform, { id, request }: Origin): Promise<void> {
  await apiClient({ url, key: adminKey }).call(putEndpointRoute, { params: { id }, body: request })
  const { model, tier, contextTokens } = request
  note(
    `endpoint ${id}: ${model}, tier ${tier}${contextTokens === undefined ? '' : `, ${contextTokens} tokens`}`,
  )
}

const doNothing = () => Promise.resolve()

/** The fleet that was asked for, or none, also none of an earlier start. */
async function startFleet(platform: Platform, { fleet, fleetSpeed = 1 }: Options) {
  const { dismissFleet, enrolFleet } = await import('../fleet/enrol.ts')
  if (fleet === undefined) {
    const left = await dismissFleet(platform)
    if (left > 0) note(`fleet: ${left} simulated endpoints of an earlier start are no longer registered`)
    return { stop: doNothing }
  }
  const { members, stop } = await enrolFleet(platform, { timeScale: fleetSpeed })
  const speed = fleetSpeed === 1 ? '' : `, ${fleetSpeed} times as fast as the hardware`
  note(`fleet: ${members.length} simulated endpoints${speed}; GET /v1/endpoints lists them`)
  return { stop }
}

function chooseModel(flag: string) {
  return async (url: string, models: readonly string[]): Promise<string> => {
    if (!isAttended())
      throw new Failure(
        EXIT.usage,
        `${flag}: ${url} serves ${models.join(', ')}. Name one: ${flag} ${url},${models[0]}`,
      )
    const options = models.map((value) => ({ value }))
    const model = await select({ message: `Which model of ${url}?`, options, output: process.stderr })
    if (isCancel(model)) throw new Failure(EXIT.interrupted, 'Interrupted')
    return model
  }
}

/** To be copied as it stands into a POSIX shell. */
function curlLine({ url, apiKey }: Platform, collection: string | undefined): string {
  const key = `-H 'authorization: Bearer ${apiKey}'`
  if (collection === undefined) return `curl -s ${url}/v1/models ${key}`
  const question = collection === HANDBOOK ? 'How do I add an endpoint?' : 'What is this about?'
  const body = JSON.stringify({ question, collection })
  return `curl -s ${url}/v1/query ${key} -H 'content-type: application/json' -d '${body}'`
}

const asJson = ({ url, apiKey, adminKey, tenant }: Platform, stateDir: string) =>
  JSON.stringify({ url, apiKey, adminKey, tenant, pid: process.pid, stateDir })
