import type { Client } from '../../cli/lib/client.ts'
import { type Metric, medianMs, metricsOf, type Searched, search } from '../../cli/lib/evaluation.ts'
import { EXIT, Failure } from '../../cli/lib/failure.ts'
import { differenceWithInterval, type Estimate } from '../../shared/domain/evaluation/statistics.ts'
import type { Configuration } from './configurations.ts'
import type { Judged } from './judged.ts'

/** A metric, and how far it is from the first configuration's, question by question. */
export type Measured = Omit<Metric, 'scores'> & { readonly difference?: Estimate }

export type ConfigurationResult = Configuration & {
  readonly medianMs: number
  readonly metrics: readonly Measured[]
}
export type SetResult = {
  readonly set: string
  readonly documents: number
  readonly questions: number
  readonly ingestSeconds: number
  readonly configurations: readonly ConfigurationResult[]
}

/** Every configuration over the same index; one that the platform refuses is told of and left out. */
export async function runConfigurations(
  client: Client,
  set: Judged,
  configurations: readonly Configuration[],
  say: (line: string) => void,
): Promise<ConfigurationResult[]> {
  const results: ConfigurationResult[] = []
  let baseline: readonly Metric[] = []
  for (const configuration of configurations) {
    const searched = await searchAll(client, set, configuration).catch((error: unknown) => {
      if (configuration.retrieval === undefined || !isRefusal(error)) throw error
      say(`${configuration.name}: left out, since the platform refuses it: ${error.message}`)
      return null
    })
    if (!searched) continue
    const metrics = metricsOf(set.metrics, set.questions, searched)
    if (results.length === 0) baseline = metrics
    results.push({
      ...configuration,
      medianMs: medianMs(searched),
      metrics: metrics.map((metric) => compared(metric, results.length === 0 ? [] : baseline)),
    })
  }
  return results
}

const isRefusal = (error: unknown): error is Failure =>
  error instanceof Failure && error.exitCode === EXIT.refused && error.code === 'invalid_request'

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

function compared({ scores, ...metric }: Metric, baseline: readonly Metric[]): Measured {
  const first = baseline.find((other) => other.metric === metric.metric)
  if (!scores || !first?.scores) return metric
  return { ...metric, difference: differenceWithInterval(scores, first.scores) }
}
