// npm run eval: puts public sets in through the public API and measures search, the default beside other configurations over the same index.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { apiClient, type Client } from '../cli/lib/client.ts'
import { describeEmbedder, parseEmbedder } from '../cli/lib/embedder.ts'
import { startPlatform } from '../cli/platform/start.ts'
import { missedBars, readBars } from './eval/bars.ts'
import { type Configuration, configurationsFor, DEFAULT } from './eval/configurations.ts'
import { ingest } from './eval/ingest.ts'
import type { Judged } from './eval/judged.ts'
import { describeProbability } from './eval/probability.ts'
import { differences, figures, writeReport } from './eval/report.ts'
import { runConfigurations, type SetResult } from './eval/run.ts'
import { limited, readSets, SET_NAMES } from './eval/sets.ts'
import { table } from './lib/table.ts'

const HELP = `npm run eval -- [options]
  --set A,B          ${SET_NAMES.join(', ')}; all: those that are in the folder (default: cranfield)
  --data DIR         folder of the public sets (default: FAIRLEAD_DATA)
  --default-only     measure the default alone
  --compare          also print how far each configuration is from the default, question by question
  --ablation         the default with one stage switched at a time, compared
  --config FILE      also a configuration of yours: the JSON of a search's "retrieval"; may be repeated
  --embedder URL     embed by the OpenAI-compatible server there (URL or URL,model)
  --report FOLDER    write report.md and report.json
  --limit N          ask no more than N questions of each set, spread over it
  --at-least S.M=N   fail when metric M of set S is below N for the default; may be repeated`

const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'cranfield' },
    data: { type: 'string', default: process.env['FAIRLEAD_DATA'] ?? '' },
    'default-only': { type: 'boolean', default: false },
    compare: { type: 'boolean', default: false },
    ablation: { type: 'boolean', default: false },
    config: { type: 'string', multiple: true, default: [] },
    embedder: { type: 'string' },
    report: { type: 'string' },
    limit: { type: 'string' },
    'at-least': { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', default: false },
  },
})

/** All that can be wrong with the arguments is told before anything starts. */
function readOptions() {
  const limit = Number(values.limit ?? Number.POSITIVE_INFINITY)
  if (!(limit >= 1)) throw new Error(`--limit: "${values.limit}" is not a number above 0`)
  const names = values.set.split(',').map((name) => name.trim())
  const others = configurationsFor(values.config, values.ablation)
  return {
    sets: readSets(names, values.data).map((set) => limited(set, limit)),
    configurations: values['default-only'] ? [DEFAULT] : others,
    bars: readBars(values['at-least']),
  }
}

async function chosenEmbedder() {
  if (values.embedder === undefined) return undefined
  return describeEmbedder(parseEmbedder(values.embedder), async (url, models) => {
    throw new Error(
      `--embedder: ${url} serves ${models.join(', ')}. Name one: --embedder ${url},${models[0]}`,
    )
  })
}

async function measureSet(
  client: Client,
  set: Judged,
  configurations: readonly Configuration[],
): Promise<SetResult> {
  const startedMs = performance.now()
  await ingest(client, set.name, set)
  const ingestSeconds = (performance.now() - startedMs) / 1_000
  const { name, documents, questions } = set
  console.log(`\n${name}: ${documents.length} documents live after ${ingestSeconds.toFixed(1)} s`)
  return {
    set: name,
    documents: documents.length,
    questions: questions.length,
    ingestSeconds,
    configurations: await runConfigurations(client, set, configurations, (line) => console.log(line)),
  }
}

function print(result: SetResult) {
  const shown = figures(result)
  console.log(`\n${table(shown.header, shown.rows)}`)
  if (result.configurations.length < 2 || !(values.compare || values.ablation)) return
  const held = differences(result)
  console.log(`\n${table(held.header, held.rows)}`)
}

async function main() {
  if (values.help) return console.log(HELP)
  const { sets, configurations, bars } = readOptions()
  const embedder = await chosenEmbedder()
  const stateDir = await mkdtemp(join(tmpdir(), 'fairlead-eval-'))
  const platform = await startPlatform({ port: 0, stateDir, quiet: true, handbook: false, embedder })
  try {
    const client = apiClient({ url: platform.url, key: platform.apiKey })
    const results: SetResult[] = []
    for (const set of sets) {
      const result = await measureSet(client, set, configurations)
      results.push(result)
      print(result)
      console.log(`\n${await describeProbability(client, set, sets)}`)
    }
    const about = `Embedder: ${embedder ? `${embedder.id} (${embedder.model})` : 'edge-static'}.`
    if (values.report !== undefined) await writeReport(values.report, about, results)
    const missed = missedBars(bars, results)
    if (missed.length > 0) process.exitCode = 1
    for (const line of missed) console.error(line)
  } finally {
    await platform.stop()
    await rm(stateDir, { recursive: true, force: true })
  }
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
