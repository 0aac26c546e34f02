// npm run eval: puts public sets in through the public API and measures search, the default beside other configurations over the same index.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { apiClient, type Client } from '../cli/lib/client.ts'
import { describeEmbedder, parseEmbedder } from '../cli/lib/embedder.ts'
import type { Configuration } from '../cli/lib/eval/configurations.ts'
import { describeRefusal, differences } from '../cli/lib/eval/report.ts'
import { systemCode } from '../cli/lib/failure.ts'
import { startPlatform } from '../cli/platform/start.ts'
import { missedBars, readBars } from './eval/bars.ts'
import { configurationsFor, DEFAULT } from './eval/configurations.ts'
import { ingest } from './eval/ingest.ts'
import type { Judged } from './eval/judged.ts'
import { describeProbability, measureProbability } from './eval/probability.ts'
import { figuresOf, writeSets } from './eval/report.ts'
import { runSet, type SetResult } from './eval/run.ts'
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
  --at-least S.M=N   fail when metric M of set S is below N for the default; may be repeated; hit-error has no bar`

const OPTIONS = {
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
} satisfies ParseArgsConfig['options']

type Values = ReturnType<typeof readValues>

function readValues() {
  try {
    return parseArgs({ options: OPTIONS }).values
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${problem.split(/\.\s/)[0]}; npm run eval -- --help lists the options`, { cause })
  }
}

/** All that can be wrong with the arguments is told before anything starts. */
function readOptions(values: Values) {
  const limit = Number(values.limit ?? Number.POSITIVE_INFINITY)
  if (!(limit >= 1)) throw new Error(`--limit: "${values.limit}" is not a number above 0`)
  const others = configurationsFor(values.config, values.ablation)
  return {
    sets: chosenSets(values).map((set) => limited(set, limit)),
    configurations: values['default-only'] ? [DEFAULT] : others,
    bars: readBars(values['at-least']),
  }
}

function chosenSets({ set, data }: Values): Judged[] {
  const names = set.split(',').map((name) => name.trim())
  try {
    return readSets(names, data)
  } catch (cause) {
    if (!(cause instanceof Error) || systemCode(cause) === undefined) throw cause
    throw new Error(`--set: a set cannot be read: ${cause.message}`, { cause })
  }
}

async function chosenEmbedder({ embedder }: Values) {
  if (embedder === undefined) return undefined
  return describeEmbedder(parseEmbedder(embedder), async (url, models) => {
    throw new Error(
      `--embedder: ${url} serves ${models.join(', ')}. Name one: --embedder ${url},${models[0]}`,
    )
  })
}

async function measureSet(
  client: Client,
  set: Judged,
  sets: readonly Judged[],
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
    ...(await runSet(client, set, configurations)),
    probability: await measureProbability(client, set, sets),
  }
}

function print(result: SetResult, { compare, ablation }: Values) {
  const shown = figuresOf(result)
  for (const one of result.refused) console.log(describeRefusal(one))
  console.log(`\n${table(shown.header, shown.rows)}`)
  if (result.configurations.length > 1 && (compare || ablation)) {
    const held = differences(result.configurations)
    console.log(`\n${table(held.header, held.rows)}`)
  }
  console.log(`\n${describeProbability(result.probability)}`)
}

async function main() {
  const values = readValues()
  if (values.help) return console.log(HELP)
  const { sets, configurations, bars } = readOptions(values)
  const embedder = await chosenEmbedder(values)
  const stateDir = await mkdtemp(join(tmpdir(), 'fairlead-eval-'))
  const platform = await startPlatform({ port: 0, stateDir, quiet: true, handbook: false, embedder })
  try {
    const client = apiClient({ url: platform.url, key: platform.apiKey })
    const results: SetResult[] = []
    for (const set of sets) {
      const result = await measureSet(client, set, sets, configurations)
      results.push(result)
      print(result, values)
    }
    const about = `Embedder: ${embedder ? `${embedder.id} (${embedder.model})` : 'edge-static'}.`
    if (values.report !== undefined) await writeSets(values.report, about, results)
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
