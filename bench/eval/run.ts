import type { Client } from '../../cli/lib/client.ts'
import type { Configuration } from '../../cli/lib/eval/configurations.ts'
import { medianMs, metricsOf, type Searched, type Shown } from '../../cli/lib/eval/metrics.ts'
import { type Run, runConfigurations } from '../../cli/lib/eval/run.ts'
import { search } from '../../cli/lib/eval/search.ts'
import type { Judged } from './judged.ts'

export type SetResult = Run & {
  readonly set: string
  readonly documents: number
  readonly questions: number
  readonly ingestSeconds: number
  /** What the default's probabilities are worth. */
  readonly probability: readonly Shown[]
}

/** So many searches bring code and caches to where they stay; without them the first configuration would pay for that. */
const WARM_UP = 50

/** Every configuration over the same index. */
export async function runSet(
  client: Client,
  set: Judged,
  configurations: readonly Configuration[],
): Promise<Run> {
  const [first] = configurations
  if (first) await searchAll(client, { ...set, questions: set.questions.slice(0, WARM_UP) }, first)
  return runConfigurations(configurations, async (configuration) => {
    const searched = await searchAll(client, set, configuration)
    return { medianMs: medianMs(searched), metrics: metricsOf(set.metrics, set.questions, searched) }
  })
}

/** In the order of the questions. */
export async function searchAll(
  client: Client,
  { name, questions, topK }: Judged,
  { retrieval }: Configuration,
): Promise<Searched[]> {
  const searched: Searched[] = []
  for (const { text, besides } of questions) {
    const { hits, ...rest } = await search(client, name, text, { topK, retrieval })
    searched.push({ ...rest, hits: hits.filter(({ documentId }) => documentId !== besides) })
  }
  return searched
}
