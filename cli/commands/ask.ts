import { text as askFor, isCancel } from '@clack/prompts'
import { z } from 'zod'
import { queryResponse, queryRoute, source } from '../../shared/api/ask.ts'
import type { Client } from '../lib/client.ts'
import { type ClientOptions, clientCommand, connect } from '../lib/command.ts'
import { EXIT, Failure } from '../lib/failure.ts'
import { HANDBOOK } from '../lib/project.ts'
import { colors, isAttended, print, printable, sourceLine, write } from '../lib/terminal.ts'

type Options = ClientOptions & { readonly collection: string }
type Asked = { readonly question: string; readonly collection: string }

export const askCommand = () =>
  clientCommand('ask')
    .description('ask a question and read the cited answer')
    .argument('[question]', 'what you want to know')
    .option('-c, --collection <name>', 'where to look', HANDBOOK)
    .action(async (given: string | undefined, { collection, ...options }: Options) => {
      const question = given ?? (await promptForQuestion())
      const { client } = connect(options)
      const outcome = await (options.json ? whole : streamed)(client, { question, collection })
      process.exitCode = outcome === 'abstained' ? EXIT.abstained : EXIT.ok
    })

async function promptForQuestion(): Promise<string> {
  if (!isAttended()) throw new Failure(EXIT.usage, 'Give the question: fairlead ask "..."')
  const answer = await askFor({ message: 'What do you want to know?', output: process.stderr })
  if (isCancel(answer)) throw new Failure(EXIT.interrupted, 'Interrupted')
  return answer
}

async function whole(client: Client, body: Asked) {
  const answer = await client.call(queryRoute, { body })
  print(JSON.stringify(answer))
  return answer.outcome
}

const DEGRADED = 'Degraded: no model could serve, so the documents themselves are quoted.'

/** The data of those events that a reader sees. */
const events = {
  sources: z.array(source),
  text: z.object({ delta: z.string() }),
  citation: z.object({ number: z.int() }),
  error: z.object({ error: z.object({ code: z.string(), message: z.string(), requestId: z.string() }) }),
  done: queryResponse.pick({ outcome: true, degraded: true }),
}

type Sources = z.infer<typeof events.sources>

/** Prints the answer as it comes, then the sources it cites. */
async function streamed(client: Client, body: Asked) {
  let sources: Sources = []
  let answer = ''
  const cited = new Set<number>()
  const show = (text: string) => {
    answer += text
    write(text)
  }
  try {
    for await (const { event, data } of client.stream(queryRoute, { body: { ...body, stream: true } })) {
      if (event === 'sources') sources = events.sources.parse(data)
      else if (event === 'text') show(printable(events.text.parse(data).delta))
      else if (event === 'citation') cited.add(events.citation.parse(data).number)
      else if (event === 'error') throw brokenAnswer(events.error.parse(data).error)
      else if (event === 'done') {
        const { outcome, degraded } = events.done.parse(data)
        show(outcome === 'answered' ? afterword(sources, cited, degraded) : '')
        return outcome
      }
    }
    throw new Failure(EXIT.unreachable, 'The answer broke off before its end.')
  } finally {
    // Whatever ends the answer, what follows begins on a line of its own.
    if (answer !== '') write('\n')
  }
}

function afterword(sources: Sources, cited: ReadonlySet<number>, degraded: boolean): string {
  const lines = sources.filter(({ number }) => cited.has(number)).map(sourceLine)
  return `\n\n${lines.join('\n')}${degraded ? `\n\n${colors.yellow(DEGRADED)}` : ''}`
}

function brokenAnswer({ code, message, requestId }: z.infer<typeof events.error>['error']): Failure {
  return new Failure(EXIT.failed, `The answer broke off: ${message} (${code}, ${requestId})`, {
    code,
    requestId,
  })
}
