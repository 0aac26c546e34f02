// npm run fit:matrix: writes the performance model's constants and intervals, and its errors as a page, from the silicon sample: the same bytes every time. --check only compares.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { calibrate, used } from './calibrate.ts'
import { describeBar, measureErrors } from './errors.ts'
import { type Point, readPoints } from './points.ts'
import { trusted } from './split.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const folder = process.env['FAIRLEAD_DATA'] ?? ''

function calibrationModule(points: readonly Point[]): string {
  return `// Written by npm run fit:matrix from ${trusted(points).length} measured points of AIConfigurator's silicon sample (Apache-2.0, 095f58a).
import type { Calibration } from './performance.ts'

export const CALIBRATION: Calibration = ${JSON.stringify(calibrate(points), null, 2)}
`
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

function errorsPage(all: readonly Point[]): string {
  const { basis, header, rows, covered, bars } = measureErrors(all)
  const rule = header.map((_, column) => (column === 0 ? '---' : '--:'))
  return `# Errors of the performance model

<!-- Written by npm run fit:matrix. -->

How the model is made: [0017](decisions/0017-performance-model.md). TPOT is the time between tokens, TTFT the time to the first one, with so many requests at once; errors are |predicted ÷ measured − 1|, bias is the median of predicted ÷ measured − 1.

${basis.join('\n\n')}

${[header, rule, ...rows].map(line).join('\n')}

${covered}

What \`npm run eval:matrix\` holds:

${bars.map((bar) => `- ${describeBar(bar)}`).join('\n')}

The sample has means only and nothing of A100, L40S and RTX 4090: figures for these are marked \`modelled\` and have the interval of a GPU that was left out. Points from elsewhere, none of which was fitted on: output of Mistral-7B on an RTX 4090 with 4 to 32 at once lies within its interval, Llama-3.1-8B on an A100 40GB within 13 % (test/domain/matrix/performance.test.ts). First tokens on that RTX 4090 do not: measured 63, 79, 155, 362 and 667 ms with 4, 8, 16, 32 and 48 at once, expected 104, 117, 145, 200 and 255: too late for few and too early for many. What that server takes for itself is less than in the sample.
`
}

function write(all: readonly Point[]) {
  const points = used(all)
  const files = [
    ['shared/domain/matrix/model/calibration.gen.ts', calibrationModule(points)],
    ['docs/matrix-performance.md', errorsPage(all)],
  ] as const
  for (const [file, text] of files) {
    const path = join(ROOT, file)
    if (!process.argv.includes('--check')) writeFileSync(path, text)
    else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
      console.error(`${file} is not what the fit gives; npm run fit:matrix writes it anew`)
      process.exitCode = 1
    }
  }
  console.log(`${points.length} points, ${trusted(points).length} of them trusted`)
}

if (existsSync(join(folder, 'aic/silicon_sample.csv'))) write(readPoints(folder))
else {
  console.error('FAIRLEAD_DATA has no aic/silicon_sample.csv: set it to the folder of public data')
  process.exitCode = 1
}
