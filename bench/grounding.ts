// npm run eval:grounding: how well the checks after generation tell supported sentences, and when a question is better not answered.
// Prints the tables of docs/grounding.md.
import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readHotpot, readSquad } from './eval/abstention.ts'
import { ASKED_INPUTS, fitAbstention } from './eval/abstention-fit.ts'
import { reportAbstention } from './eval/abstention-report.ts'
import { readStatementSets } from './eval/grounding.ts'
import { fit, INPUTS, readSet } from './eval/grounding-fit.ts'
import { reportGrounding } from './eval/grounding-report.ts'

const HELP = `npm run eval:grounding -- [options]
  --data DIR   folder of the public sets (default: FAIRLEAD_DATA)
  --fit        rewrite the constants that ship, from the dev sets; run again without it for the tables
  --check      fail when a figure is below its bar`

const DOMAIN = resolve(import.meta.dirname, '../shared/domain')

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: process.env['FAIRLEAD_DATA'] ?? '' },
    fit: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

async function main() {
  if (values.help) return console.log(HELP)
  const missing = ['wice', 'begin', 'halueval', 'squad-v2', 'hotpot-sample'].filter(
    (set) => values.data === '' || !existsSync(join(values.data, set)),
  )
  if (missing.length > 0)
    throw new Error(
      `"${values.data}" lacks ${missing.join(', ')}: name the folder that holds them with --data or FAIRLEAD_DATA`,
    )
  const sets = readStatementSets(values.data).map(readSet)
  const dev = readSquad(values.data, 'dev')
  if (values.fit) {
    const { weights, threshold } = fit(sets.filter(({ split }) => split === 'dev'))
    write('grounding/weights.gen.ts', 'GROUNDING', INPUTS, weights, { threshold })
    const { weights: asked, ...least } = fitAbstention(dev)
    return write('abstention/weights.gen.ts', 'ANSWERABILITY', ASKED_INPUTS, asked, least)
  }
  const test = readSquad(values.data, 'test')
  const below = [
    ...(await reportGrounding(sets)),
    ...reportAbstention({ dev, test, hotpot: readHotpot(values.data) }),
  ]
  if (below.length === 0) return console.log('\nNo figure is below its bar')
  console.error(`\nBelow the bar:\n${below.join('\n')}`)
  if (values.check) process.exitCode = 1
}

function write(
  file: string,
  name: string,
  inputs: readonly string[],
  [intercept = 0, ...weights]: readonly number[],
  more: Readonly<Record<string, number>>,
) {
  const constants = {
    intercept,
    ...Object.fromEntries(inputs.map((input, i) => [input, weights[i]])),
    ...more,
  }
  const lines = Object.entries(constants).map(([key, value]) => `  ${key}: ${value},\n`)
  const path = join(DOMAIN, file)
  writeFileSync(
    path,
    `// Generated: npm run eval:grounding -- --fit\nexport const ${name} = {\n${lines.join('')}} as const\n`,
  )
  console.log(`${path}\n${lines.join('')}`)
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
