// npm run eval: ingests a public set through the public API and prints nDCG@10 of the default beside each leg alone, from the same index.
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { apiClient } from '../cli/lib/client.ts'
import { startPlatform } from '../cli/platform/start.ts'
import { readCranfield } from './eval/cranfield.ts'
import { ingest, scores } from './eval/measure.ts'
import { meanWithInterval } from './eval/metrics.ts'
import { table } from './lib/table.ts'

const HELP = `npm run eval -- [options]
  --set NAME       cranfield
  --data DIR       folder of the public sets (default: FAIRLEAD_DATA)
  --at-least N     fail when nDCG@10 of the default is below`

const READERS = { cranfield: readCranfield } as const
const LEGS = [
  ['fused (default)', undefined],
  ['BM25 alone', { lexical: 1, dense: 0 }],
  ['dense alone', { lexical: 0, dense: 1 }],
] as const

const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'cranfield' },
    data: { type: 'string', default: process.env['FAIRLEAD_DATA'] ?? '' },
    'at-least': { type: 'string', default: '0' },
    help: { type: 'boolean', default: false },
  },
})

function isSet(name: string): name is keyof typeof READERS {
  return name in READERS
}

async function main() {
  if (values.help) return console.log(HELP)
  if (!isSet(values.set)) throw new Error(`--set: there is no set "${values.set}"\n${HELP}`)
  if (values.data === '' || !existsSync(join(values.data, values.set)))
    throw new Error(
      `The set "${values.set}" is not in "${values.data}": name the folder that holds it with --data or FAIRLEAD_DATA`,
    )
  const judged = READERS[values.set](values.data)
  const stateDir = await mkdtemp(join(tmpdir(), 'fairlead-eval-'))
  const platform = await startPlatform({ port: 0, stateDir, quiet: true, handbook: false })
  try {
    const client = apiClient({ url: platform.url, key: platform.apiKey })
    const startedAt = performance.now()
    await ingest(client, judged.name, judged)
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
    console.log(`${judged.name}: ${judged.documents.length} documents live after ${seconds} s\n`)
    const rows: string[][] = []
    for (const [name, weights] of LEGS) {
      const { mean, low, high } = meanWithInterval(await scores(client, judged.name, judged, weights))
      rows.push([name, mean.toFixed(4), `${low.toFixed(3)} to ${high.toFixed(3)}`])
      if (weights === undefined && mean < Number(values['at-least'])) process.exitCode = 1
    }
    console.log(table([`${judged.questions.length} questions`, 'nDCG@10', '95 % interval'], rows))
    if (process.exitCode === 1) console.error(`\nThe default is below ${values['at-least']}`)
  } finally {
    await platform.stop()
    await rm(stateDir, { recursive: true, force: true })
  }
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
