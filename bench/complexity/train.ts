// npm run train:complexity: writes models/complexity from the public sets, the same bytes every time. --check only compares.
import { readFileSync, writeFileSync } from 'node:fs'
import { calibrateTiers, quantilesOf } from './calibrate.ts'
import { cardOf } from './card.ts'
import { crossFit, fit } from './fit.ts'
import { readTraining } from './sets.ts'
import { CARD_FILE, WEIGHTS_FILE } from './weights-file.ts'

const sets = readTraining(process.env['FAIRLEAD_DATA'] ?? '')
const rows = Object.values(sets).flat()
const scored = crossFit(rows)
const model = { ...fit(rows), quantiles: quantilesOf(scored), tiers: calibrateTiers(scored) }
const weights = `${JSON.stringify(model)}\n`
const files = [
  [WEIGHTS_FILE, weights],
  [CARD_FILE, cardOf(weights, sets)],
] as const

for (const [file, text] of files) {
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${file} is not what training gives; npm run train:complexity writes it anew`)
    process.exitCode = 1
  }
}
console.log(`${weights.length} bytes of weights from ${rows.length} questions`)
