// npm run eval:matrix: how far the performance model falls from measurements that were kept out of its fit. Fails when a bar is missed.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { table } from '../lib/table.ts'
import { describeBar, isMet, measureErrors } from './errors.ts'
import { readPoints } from './points.ts'

const folder = process.env['FAIRLEAD_DATA'] ?? ''
if (existsSync(join(folder, 'aic/silicon_sample.csv'))) {
  const { basis, header, rows, covered, bars } = measureErrors(readPoints(folder))
  console.log([...basis, table(header, rows), covered, bars.map(describeBar).join('\n')].join('\n\n'))
  if (!bars.every(isMet)) process.exitCode = 1
} else console.log('Not measured: FAIRLEAD_DATA has no aic/silicon_sample.csv')
