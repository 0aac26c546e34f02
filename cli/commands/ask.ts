import { text as askFor, isCancel } from '@clack/prompts'
import { z } from 'zod'
import { queryResponse, source } from '../../shared/api/answer.ts'
import { queryRoute } from '../../shared/api/ask.ts'
import type { Client } from '../lib/client.ts'
import { type ClientOptions, clientCommand, connect } from '../lib/command.ts'
import { type AnswerChecks, describeDoubts } from '../lib/doubts.ts'
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
  claims: queryResponse.pick({ claims: true, removedCitations: true }),
  done: queryResponse.pick({ outcome: true, degraded: true }),
}

type Sources = z.infer<typeof events.sources>

/** What has come of an answer. */
type Heard = {
  sources: Sources
  readonly cited: Set<number>
  /** As it was sent: the claims count its characters. */
  text: string
  checks: AnswerChecks
}

/** Prints the answer as it comes, then the sources it cites and what they do not support. */
async function streamed(client: Client, body: Asked) {
  const heard: Heard = {
    sources: [],
    cited: new Set(),
    text: '',
    checks: { claims: [], removedCitations: 0 },
  }
  try {
    for await (const { event, data } of client.stream(queryRoute, { body: { ...body, stream: true } })) {
      if (event === 'error') throw brokenAnswer(events.error.parse(data).error)
      if (event === 'done') {
        const { outcome, degraded } = events.done.parse(data)
        write(outcome === 'answered' ? afterword(heard, degraded) : '')
        return outcome
      }
      hear(heard, event, data)
    }
    throw new Failure(EXIT.unreachable, 'The answer broke off before its end.')
  } finally {
    // Whatever ends the answer, what follows begins on a line of its own.
    if (heard.text !== '') write('\n')
  }
}

function hear(heard: Heard, event: string, data: unknown) {
  if (event === 'sources') heard.sources = events.sources.parse(data)
  else if (event === 'citation') heard.cited.add(events.citation.parse(data).number)
  else if (event === 'claims') heard.checks = events.claims.parse(data)
  else if (event === 'text') {
    const { delta } = events.text.parse(data)
    heard.text += delta
    write(printable(delta))
  }
}

function afterword({ sources, cited, text, checks }: Heard, degraded: boolean): string {
  const cites = sources.filter(({ number }) => cited.has(number)).map(sourceLine)
  const parts = [cites.join('\n'), describeDoubts(text, checks), degraded ? colors.yellow(DEGRADED) : '']
  return parts
    .filter((part) => part !== '')
    .map((part) => `\n\n${part}`)
    .join('')
}

function brokenAnswer({ code, message, requestId }: z.infer<typeof events.error>['error']): Failure {
  return new Failure(EXIT.failed, `The answer broke off: ${message} (${code}, ${requestId})`, {
    code,
    requestId,
  })
}
