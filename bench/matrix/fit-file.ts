// npm run fit:matrix: writes the constants of the performance model and its intervals from the silicon sample, the same bytes every time. --check only compares.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { calibrate, used } from './calibrate.ts'
import { readPoints } from './points.ts'
import { trusted } from './split.ts'

const FILE = resolve(import.meta.dirname, '../../shared/domain/matrix/calibration.gen.ts')
const folder = process.env['FAIRLEAD_DATA'] ?? ''

if (existsSync(join(folder, 'aic'))) write()
else {
  console.error('FAIRLEAD_DATA has no aic/silicon_sample.csv: set it to the folder of public data')
  process.exitCode = 1
}

function write() {
  const points = used(readPoints(folder))
  const text = `// Written by npm run fit:matrix from ${trusted(points).length} measured points of AIConfigurator's silicon sample (Apache-2.0, 095f58a).
import type { Calibration } from './performance.ts'

export const CALIBRATION: Calibration = ${JSON.stringify(calibrate(points), null, 2)}
`
  if (!process.argv.includes('--check')) writeFileSync(FILE, text)
  else if (readFileSync(FILE, 'utf8') !== text) {
    console.error(`${FILE} is not what the fit gives; npm run fit:matrix writes it anew`)
    process.exitCode = 1
  }
  console.log(`${points.length} points, ${trusted(points).length} of them trusted`)
}
