// npm run train:complexity: writes models/complexity/weights.json from the public sets, the same bytes every time.
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { calibrateTiers, quantilesOf } from './calibrate.ts'
import { crossFit, fit } from './fit.ts'
import { readAll } from './sets.ts'

const FOLDS = 5
const WEIGHTS = resolve(import.meta.dirname, '../../models/complexity/weights.json')

const rows = readAll(process.env['FAIRLEAD_DATA'] ?? '')
const scored = crossFit(rows, FOLDS)
const model = { ...fit(rows), quantiles: quantilesOf(scored), tiers: calibrateTiers(scored) }
const text = `${JSON.stringify(model)}\n`
writeFileSync(WEIGHTS, text)
console.log(`${WEIGHTS}: ${text.length} bytes, from ${rows.length} questions`)
