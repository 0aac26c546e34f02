import type { MeasureName } from '../../../shared/domain/evaluation/measures.ts'
import type { Client } from '../client.ts'
import { answerMetrics, answerQuestions } from './answers.ts'
import type { Configuration } from './configurations.ts'
import { calibrationOf, describeEstimate, medianMs, metricsOf, type Searched, type Shown } from './metrics.ts'
import type { AskedLine } from './questions.ts'
import { DIFFERENCES, describeRefusal, differences, figures, transposed, writeReport } from './report.ts'
import { type Run, runConfigurations } from './run.ts'
import { search } from './search.ts'

/** `metrics` and `medianMs` are those of the collection's own settings, the first of the configurations. */
export type OwnReport = Run & {
  readonly collection: string
  readonly questions: number
  readonly leftOut: number
  readonly medianMs: number
  readonly metrics: readonly Shown[]
}
type Asked = { readonly collection: string; readonly asked: readonly AskedLine[]; readonly leftOut: number }

const METRICS: readonly MeasureName[] = [
  'ndcg@10',
  'recall@5',
  'recall@10',
  'precision@5',
  'pass@5',
  'pass@10',
  'pass@20',
]
/** A document may bring several passages; enough of them are asked for that ten documents remain. */
const PASSAGES = 40

/** What the configurations of files are held against. */
export const OWN_SETTINGS: Configuration = { name: 'own settings', retrieval: undefined }

/** Searches by every question with every configuration, and asks them too where answers are wanted. */
export async function measureOwn(
  client: Client,
  { collection, asked, leftOut }: Asked,
  {
    configurations,
    answers,
  }: { readonly configurations: readonly Configuration[]; readonly answers: boolean },
  onProgress: (done: number, total: number) => void,
): Promise<OwnReport> {
  const total = asked.length * configurations.length * (answers ? 2 : 1)
  let done = 0
  const tick = () => onProgress(++done, total)
  const run = await runConfigurations(configurations, async ({ retrieval }) => {
    const searched: Searched[] = []
    for (const { text } of asked) {
      searched.push(await search(client, collection, text, { topK: PASSAGES, retrieval }))
      tick()
    }
    const answered = answers ? await answerQuestions(client, { collection, retrieval }, asked, tick) : []
    const ofSearch = [...metricsOf(METRICS, asked, searched), ...calibrationOf(asked, searched)]
    return { medianMs: medianMs(searched), metrics: [...ofSearch, ...answerMetrics(answered)] }
  })
  const own = run.configurations[0]
  return {
    collection,
    questions: asked.length,
    leftOut,
    medianMs: own?.medianMs ?? Number.NaN,
    metrics: own?.metrics ?? [],
    ...run,
  }
}

/** A line for each metric, a column for each configuration. */
export const comparison = ({ configurations }: OwnReport) => transposed(figures('metric', configurations))

/** The same of the differences; null where there is nothing to compare. */
export const differencesOf = ({ configurations }: OwnReport) =>
  configurations.length > 1 ? transposed(differences(configurations)) : null

/** Columns for a person. */
export const onlyFigures = ({ metrics }: OwnReport) => ({
  header: ['metric', 'questions', 'mean (95 % interval)'],
  rows: metrics.map((metric) => [metric.metric, metric.questions, describeEstimate(metric)]),
})

/** How many questions there were, and what became of the other lines. */
export function countsOf({ questions, leftOut, medianMs: ms }: OwnReport): string {
  const rest =
    leftOut === 0 ? '' : `, ${leftOut} lines left out: of another collection, or nothing to judge by`
  return `${questions} questions, ${ms.toFixed(1)} ms each in the middle${rest}`
}

/** Writes report.md and report.json into the folder. */
export function writeOwnReport(folder: string, about: string, report: OwnReport): Promise<void> {
  const differing = differencesOf(report)
  const parts = [
    `${countsOf(report)}; means with 95 % bootstrap intervals, of hit-error less is better.`,
    comparison(report),
    ...(differing ? [DIFFERENCES, differing] : []),
    ...report.refused.map(describeRefusal),
  ]
  const sections = [{ title: report.collection, parts }]
  return writeReport(folder, { title: 'Questions of your own', about, sections }, report)
}
