import { InvalidArgumentError } from 'commander'
import { searchRoute } from '../../shared/api/search.ts'
import type { Answer } from '../lib/client.ts'
import { type ClientOptions, clientCommand, connect, show } from '../lib/command.ts'
import { HANDBOOK } from '../lib/project.ts'
import { colors, percent, printable, sourceLine } from '../lib/terminal.ts'

type Options = ClientOptions & { readonly collection: string; readonly top?: number }

const SNIPPET_LENGTH = 240

export const searchCommand = () =>
  clientCommand('search')
    .description('find the passages nearest to a query')
    .argument('<query>', 'words or a question')
    .option('-c, --collection <name>', 'where to look', HANDBOOK)
    .option(
      '-n, --top <number>',
      'how many passages; left out: what the collection has set, else 10',
      parseTop,
    )
    .action(async (query: string, { collection, top, ...options }: Options) => {
      const { client } = connect(options)
      const body = { query, collection, ...(top !== undefined && { topK: top }) }
      show(options, await client.call(searchRoute, { body }), describe)
    })

function parseTop(value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 1 || number > 100)
    throw new InvalidArgumentError('It has to be a whole number from 1 to 100.')
  return number
}

function describe({ hits }: Answer<typeof searchRoute>): string {
  if (hits.length === 0) return 'Nothing matches.'
  const described = hits.map((hit, index) => {
    const snippet = printable(hit.text).replaceAll(/\s+/g, ' ').slice(0, SNIPPET_LENGTH)
    return `${sourceLine({ ...hit, number: index + 1 })}  ${colors.cyan(percent(hit.probability))}\n    ${snippet}`
  })
  return described.join('\n\n')
}
