// npm run train:complexity: writes models/complexity/weights.json from the public sets, the same bytes every time.
import { writeFileSync } from 'node:fs'
import { calibrateTiers, quantilesOf } from './calibrate.ts'
import { crossFit, fit } from './fit.ts'
import { readTraining } from './sets.ts'
import { WEIGHTS_FILE } from './weights-file.ts'

const rows = Object.values(readTraining(process.env['FAIRLEAD_DATA'] ?? '')).flat()
const scored = crossFit(rows)
const model = { ...fit(rows), quantiles: quantilesOf(scored), tiers: calibrateTiers(scored) }
const text = `${JSON.stringify(model)}\n`
writeFileSync(WEIGHTS_FILE, text)
console.log(`${WEIGHTS_FILE}: ${text.length} bytes, from ${rows.length} questions`)
