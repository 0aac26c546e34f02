import { InvalidArgumentError } from 'commander'
import { getDocumentRoute } from '../../shared/api/documents.ts'
import type { Bar } from '../../shared/domain/evaluation/measures.ts'
import type { Client } from '../lib/client.ts'
import { type ClientOptions, clientCommand, connect, show } from '../lib/command.ts'
import { missedBar, parseBar } from '../lib/eval/bars.ts'
import { withFiles } from '../lib/eval/configurations.ts'
import {
  comparison,
  countsOf,
  differencesOf,
  measureOwn,
  OWN_SETTINGS,
  type OwnReport,
  onlyFigures,
  writeOwnReport,
} from '../lib/eval/own-questions.ts'
import { type AskedLine, readQuestions } from '../lib/eval/questions.ts'
import { describeRefusal } from '../lib/eval/report.ts'
import { EXIT, Failure } from '../lib/failure.ts'
import { note, progressBar, table } from '../lib/terminal.ts'

type Options = ClientOptions & {
  readonly collection: string
  readonly config: readonly string[]
  readonly answers?: boolean
  readonly report?: string
  readonly atLeast: readonly Bar[]
}

export const evalCommand = () =>
  clientCommand('eval')
    .description('measure search, and answers, by questions of your own')
    .argument(
      '<questions>',
      'JSON Lines of {question, relevant: [documentId | {documentId, start, end}], answer?, unanswerable?}',
    )
    .requiredOption('-c, --collection <name>', 'where to look')
    .option(
      '--config <file>',
      'compare with these settings: the JSON of a search\'s "retrieval"; may be repeated',
      (file: string, earlier: readonly string[]) => [...earlier, file],
      [],
    )
    .option('--answers', 'ask each question too: citations, grounding, abstention; costs what answers cost')
    .option('--report <folder>', 'write report.md and report.json')
    .option(
      '--at-least <metric=N>',
      "fail when the metric of the collection's own settings is below; may be repeated",
      addBar,
      [],
    )
    .action(run)

async function run(path: string, options: Options) {
  const { collection, config, answers = false, report: folder, atLeast } = options
  const configurations = withFiles([OWN_SETTINGS], config)
  const questions = await readQuestions(path, collection)
  const { client } = connect(options)
  await requireDocuments(client, collection, path, questions.asked)
  const bar = progressBar(collection)
  const measuring = measureOwn(client, { collection, ...questions }, { configurations, answers }, bar.update)
  const report = await measuring.finally(bar.end)
  show(options, report, describe)
  if (folder !== undefined) await writeOwnReport(folder, `${path}, asked of ${client.url}.`, report)
  const missed = atLeast.flatMap((wanted) => missedBar(report.metrics, wanted) ?? [])
  const told = [...report.refused.map(describeRefusal), ...missed]
  for (const line of told) note(line)
  process.exitCode = told.length > 0 ? EXIT.failed : EXIT.ok
}

function addBar(value: string, earlier: readonly Bar[]): Bar[] {
  const bar = parseBar(value, false, 'a metric and a number from 0 to 1, such as ndcg=0.5')
  if (typeof bar === 'string') throw new InvalidArgumentError(`${bar}.`)
  return [...earlier, bar]
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

function describe(report: OwnReport): string {
  const { header, rows } = report.configurations.length > 1 ? comparison(report) : onlyFigures(report)
  const differing = differencesOf(report)
  const parts = [
    table(header, rows),
    ...(differing ? [`${table(differing.header, differing.rows)}\n* the interval does not hold zero`] : []),
    countsOf(report),
  ]
  return parts.join('\n\n')
}
