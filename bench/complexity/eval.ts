// npm run eval:complexity: trains as train.ts does, but without what is then asked, and prints how well that routes.
import { parseArgs } from 'node:util'
import { agreement } from './agreement.ts'
import { missedBars } from './bars.ts'
import { crossFit } from './fit.ts'
import { writePlots } from './plots.ts'
import { reliabilities } from './reliability.ts'
import { agreementReport, calibrationReport, routingReport, speedReport, tierReport } from './report.ts'
import { baselines, byFolds, byLength, byOtherSets, column } from './routing.ts'
import { readDcrouter, readMtBench, readTraining } from './sets.ts'
import { speed } from './speed.ts'
import {
  chosenOnTraining,
  compare,
  heldOutComplexities,
  singleModels,
  tierCurve,
  withoutTest,
} from './tier-choice.ts'

const HELP = `npm run eval:complexity -- [options]
  --data DIR   folder of the public sets (default: FAIRLEAD_DATA)
  --check      fail where a figure is below what docs/classifier.md promises
  --plots      draw docs/classifier/*.svg anew`

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: process.env['FAIRLEAD_DATA'] ?? '' },
    check: { type: 'boolean', default: false },
    plots: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

function main({ data, check, plots }: typeof values) {
  const sets = readTraining(data)
  const rows = [...sets.mmlu, ...sets.gsm8k, ...sets.dcrouter]
  const test = readDcrouter(data, 'test')
  const scored = crossFit(rows)

  const routes = [...Object.values(sets), readMtBench(data)].map((own) => ({
    set: own[0]?.set ?? '',
    own,
    folds: byFolds(scored, own),
    others: byOtherSets(rows, own),
    byLength: byLength(own),
  }))
  const columns = routes.flatMap(({ set, own, folds, others }) => [
    ...baselines(own),
    ...(folds.length > 0 ? [column('ours, folds', set, folds)] : []),
    column('ours, without the set', set, others),
  ])
  console.log(routingReport(columns))

  const complexities = { training: heldOutComplexities(scored), test: withoutTest(rows, test, scored) }
  const curve = tierCurve(test, complexities.test)
  const singles = singleModels(test)
  const models = compare(curve, singles)
  const tiers = reliabilities(scored)
  const chosen = chosenOnTraining(sets.dcrouter, test, complexities)
  console.log(`\n${tierReport(models, chosen)}\n\n${calibrationReport(tiers)}`)
  console.log(`\n${agreementReport(agreement(rows))}\n\n${speedReport(speed(sets.mmlu))}`)

  if (plots) writePlots({ routes: routes.slice(0, 2), curve, singles, tiers })
  const missed = check ? missedBars({ columns, models, tiers }) : []
  for (const bar of missed) console.error(`Below the bar: ${bar}`)
  if (missed.length > 0) process.exitCode = 1
}

if (values.help) console.log(HELP)
else main(values)
