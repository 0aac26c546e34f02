import type { Client } from '../../cli/lib/client.ts'
import { calibrationOf, describeEstimate, metricsOf } from '../../cli/lib/evaluation.ts'
import { DEFAULT } from './configurations.ts'
import type { Judged } from './judged.ts'
import { searchAll } from './run.ts'
import { limited } from './sets.ts'

/** So many questions of each other set are asked of documents that cannot answer them. */
const FOREIGN = 12

/**
 * What the default's probabilities are worth: whether they tell relevant hits, how far they are from the truth, and whether the likeliest
 * hit tells questions of this set from those of the others. Printed in one line.
 */
export async function describeProbability(
  client: Client,
  set: Judged,
  all: readonly Judged[],
): Promise<string> {
  const others = all.filter(({ name }) => name !== set.name).map((other) => limited(other, FOREIGN))
  const foreign = others.flatMap(({ questions }) => questions.map(({ text }) => ({ text, targets: [] })))
  const questions = [...set.questions, ...foreign]
  const searched = await searchAll(client, { ...set, questions }, DEFAULT)
  const metrics = [...calibrationOf(set.questions, searched), ...metricsOf([], questions, searched)]
  const named = {
    'hit-auroc': 'AUROC of hits',
    'hit-error': 'calibration error',
    auroc: 'AUROC of questions',
  }
  const shown = metrics.map((metric) => {
    const name = Object.entries(named).find(([known]) => known === metric.metric)?.[1] ?? metric.metric
    return `${name} ${describeEstimate(metric)}`
  })
  return `probability: ${shown.join(', ')}`
}
