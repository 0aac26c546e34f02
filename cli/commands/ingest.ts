import { type ClientOptions, clientCommand, connect, show } from '../lib/command.ts'
import { collectionFor, describeSkipped, findDocuments } from '../lib/documents.ts'
import { EXIT, Failure } from '../lib/failure.ts'
import { note, progressBar } from '../lib/terminal.ts'
import { describeSummary, uploadDocuments } from '../lib/upload.ts'

type Options = ClientOptions & { readonly collection?: string }

export const ingestCommand = () =>
  clientCommand('ingest')
    .description('put files into a collection and wait until they can be found')
    .argument('<path...>', 'files, or folders with .md, .markdown, .html, .htm and .txt files')
    .option('-c, --collection <name>', 'where to put them; by default the name of the folder')
    .action(async (paths: string[], { collection: named, ...options }: Options) => {
      const collection = named ?? onlyFolder(paths)
      const { client, signal } = connect(options)
      const found = await findDocuments(paths)
      const skipped = describeSkipped(found)
      if (skipped !== null) note(skipped)
      const bar = progressBar(collection)
      const summary = await uploadDocuments({ client, collection, found, signal, onProgress: bar.update })
        .catch((error: unknown) => {
          throw signal.aborted ? interrupted() : error
        })
        .finally(bar.end)
      show(options, summary, describeSummary)
      process.exitCode = summary.failed.length > 0 ? EXIT.failed : EXIT.ok
    })

function onlyFolder([first = '', ...rest]: readonly string[]): string {
  if (rest.length === 0) return collectionFor(first)
  throw new Failure(EXIT.usage, 'Several paths have no common name: give one with --collection.')
}

const interrupted = () =>
  new Failure(
    EXIT.interrupted,
    'Interrupted. What was accepted goes on being indexed; the same command does the rest.',
  )
