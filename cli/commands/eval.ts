import { InvalidArgumentError } from 'commander'
import { getDocumentRoute } from '../../shared/api/documents.ts'
import { type Bar, type MeasureName, metricNamed, readBar } from '../../shared/domain/evaluation/measures.ts'
import { answerMetrics, answerQuestions } from '../lib/answers.ts'
import type { Client } from '../lib/client.ts'
import { type ClientOptions, clientCommand, connect, show } from '../lib/command.ts'
import {
  calibrationOf,
  describeEstimate,
  type Metric,
  medianMs,
  metricsOf,
  search,
} from '../lib/evaluation.ts'
import { EXIT, Failure } from '../lib/failure.ts'
import { type AskedLine, readQuestions } from '../lib/questions.ts'
import { note, progressBar, table } from '../lib/terminal.ts'

type Options = ClientOptions & {
  readonly collection: string
  readonly answers?: boolean
  readonly atLeast: readonly Bar[]
}
type Report = {
  readonly collection: string
  readonly questions: number
  readonly leftOut: number
  readonly medianMs: number
  readonly metrics: readonly Omit<Metric, 'scores'>[]
}

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

export const evalCommand = () =>
  clientCommand('eval')
    .description('measure search, and answers, by questions of your own')
    .argument(
      '<questions>',
      'JSON Lines of {question, relevant: [documentId | {documentId, start, end}], answer?, unanswerable?}',
    )
    .requiredOption('-c, --collection <name>', 'where to look')
    .option('--answers', 'ask each question too: citations, grounding, abstention; costs what answers cost')
    .option('--at-least <metric=N>', 'fail when the metric is below; may be repeated', addBar, [])
    .action(async (path: string, options: Options) => {
      const { collection, atLeast } = options
      const { asked, leftOut } = await readQuestions(path, collection)
      const { client } = connect(options)
      await requireDocuments(client, collection, path, asked)
      const bar = progressBar(collection)
      const report = await measured(client, options, asked, bar.update).finally(bar.end)
      show(options, { ...report, leftOut }, describe)
      const missed = atLeast.flatMap((wanted) => missedBy(report.metrics, wanted))
      for (const line of missed) note(line)
      process.exitCode = missed.length > 0 ? EXIT.failed : EXIT.ok
    })

function addBar(value: string, earlier: readonly Bar[]): Bar[] {
  const bar = readBar(value)
  if (bar?.set === null) return [...earlier, bar]
  throw new InvalidArgumentError('It has to be a metric and a number from 0 to 1, such as ndcg=0.5.')
}

/** A target that does not exist would count as not found, which says nothing about the search. */
async function requireDocuments(
  client: Client,
  collection: string,
  path: string,
  asked: readonly AskedLine[],
) {
  const lines = new Map(
    asked.toReversed().flatMap(({ line, targets }) => targets.map(({ documentId }) => [documentId, line])),
  )
  for (const [id, line] of lines)
    await client.call(getDocumentRoute, { params: { collection, id } }).catch((error: unknown) => {
      const isMissing = error instanceof Failure && error.code === 'not_found'
      throw isMissing ? new Failure(EXIT.usage, `${path} line ${line}: relevant: ${error.message}`) : error
    })
}

async function measured(
  client: Client,
  { collection, answers = false }: Options,
  asked: readonly AskedLine[],
  onProgress: (done: number, total: number) => void,
): Promise<Omit<Report, 'leftOut'>> {
  const searched = []
  for (const { text } of asked) {
    searched.push(await search(client, collection, text, { topK: PASSAGES, retrieval: undefined }))
    onProgress(searched.length, asked.length)
  }
  const answered = answers ? await answerQuestions(client, collection, asked, onProgress) : []
  const metrics = [
    ...metricsOf(METRICS, asked, searched),
    ...calibrationOf(asked, searched),
    ...answerMetrics(answered),
  ]
  return {
    collection,
    questions: asked.length,
    medianMs: medianMs(searched),
    metrics: metrics.map(({ scores: _, ...metric }) => metric),
  }
}

function missedBy(metrics: Report['metrics'], { metric: wanted, least }: Bar): string[] {
  const name = metricNamed(
    metrics.map(({ metric }) => metric),
    wanted,
  )
  const found = metrics.find(({ metric }) => metric === name)
  if (!found)
    return [
      `--at-least: "${wanted}" was not measured; measured are ${metrics.map(({ metric }) => metric).join(', ')}`,
    ]
  // Not "less": a mean of nothing is below every bar.
  return found.mean >= least ? [] : [`${found.metric} is ${found.mean.toFixed(3)}, below ${least}`]
}

function describe({ metrics, questions, leftOut, medianMs: ms }: Report): string {
  const rows = metrics.map((metric) => [metric.metric, metric.questions, describeEstimate(metric)])
  const rest =
    leftOut === 0 ? '' : `, ${leftOut} lines left out: of another collection, or nothing to judge by`
  return `${table(['metric', 'questions', 'mean (95 % interval)'], rows)}\n\n${questions} questions, ${ms.toFixed(1)} ms each in the middle${rest}`
}
