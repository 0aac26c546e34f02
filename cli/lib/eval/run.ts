import type { Estimate } from '../../../shared/domain/evaluation/statistics.ts'
import { EXIT, Failure } from '../failure.ts'
import type { Configuration } from './configurations.ts'
import { differenceFrom, type Metric, type Shown, shown } from './metrics.ts'

/** A metric, and how far it is from the first configuration's, question by question. */
type Measured = Shown & { readonly difference?: Estimate }

export type ConfigurationResult = Configuration & {
  readonly medianMs: number
  readonly metrics: readonly Measured[]
}
export type Refused = { readonly name: string; readonly message: string }
export type Run = {
  readonly configurations: readonly ConfigurationResult[]
  readonly refused: readonly Refused[]
}

/** Every configuration, each held against the first; one that the platform refuses is told of and left out. */
export async function runConfigurations(
  configurations: readonly Configuration[],
  measure: (configuration: Configuration) => Promise<{ medianMs: number; metrics: readonly Metric[] }>,
): Promise<Run> {
  const results: ConfigurationResult[] = []
  const refused: Refused[] = []
  let baseline: readonly Metric[] = []
  for (const configuration of configurations) {
    const measured = await measure(configuration).catch((error: unknown) => {
      if (configuration.retrieval === undefined || !isRefusal(error)) throw error
      refused.push({ name: configuration.name, message: error.message })
      return null
    })
    if (!measured) continue
    const { medianMs, metrics } = measured
    results.push({ ...configuration, medianMs, metrics: metrics.map((metric) => compared(metric, baseline)) })
    if (results.length === 1) baseline = metrics
  }
  return { configurations: results, refused }
}

const isRefusal = (error: unknown): error is Failure =>
  error instanceof Failure && error.exitCode === EXIT.refused && error.code === 'invalid_request'

function compared(metric: Metric, baseline: readonly Metric[]): Measured {
  const first = baseline.find((other) => other.metric === metric.metric)
  const difference = first ? differenceFrom(first, metric) : null
  return { ...shown(metric), ...(difference && { difference }) }
}
