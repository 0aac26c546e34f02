import type { Client } from '../../cli/lib/client.ts'
import { calibrationOf, describeEstimate, metricsOf, type Shown, shown } from '../../cli/lib/eval/metrics.ts'
import { DEFAULT } from './configurations.ts'
import type { Judged } from './judged.ts'
import { searchAll } from './run.ts'
import { limited } from './sets.ts'

/** So many questions of each other set are asked of documents that cannot answer them. */
const FOREIGN = 12

/**
 * What the default's probabilities are worth: whether they tell relevant hits, how far they are from the truth, and whether the likeliest
 * hit tells questions of this set from those of the others.
 */
export async function measureProbability(
  client: Client,
  set: Judged,
  all: readonly Judged[],
): Promise<Shown[]> {
  const others = all.filter(({ name }) => name !== set.name).map((other) => limited(other, FOREIGN))
  const foreign = others.flatMap(({ questions }) => questions.map(({ text }) => ({ text, targets: [] })))
  const questions = [...set.questions, ...foreign]
  const searched = await searchAll(client, { ...set, questions }, DEFAULT)
  return [...calibrationOf(set.questions, searched), ...metricsOf([], questions, searched)].map(shown)
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['hit-auroc', 'AUROC of hits'],
  ['hit-error', 'calibration error'],
  ['auroc', 'AUROC of questions'],
])

/** In one line. */
export function describeProbability(probability: readonly Shown[]): string {
  const told = probability.map(
    (metric) => `${NAMES.get(metric.metric) ?? metric.metric} ${describeEstimate(metric)}`,
  )
  return `probability: ${told.join(', ')}`
}
