import { inspect } from 'node:util'
import { Command, CommanderError } from 'commander'
import { askCommand } from './commands/ask.ts'
import { drainCommand, undrainCommand } from './commands/drain.ts'
import { embedderCommand } from './commands/embedder.ts'
import { evalCommand } from './commands/eval.ts'
import { explainCommand } from './commands/explain.ts'
import { feedbackCommand } from './commands/feedback.ts'
import { ingestCommand } from './commands/ingest.ts'
import { matrixCommand } from './commands/matrix.ts'
import { planCommand } from './commands/plan.ts'
import { searchCommand } from './commands/search.ts'
import { statusCommand } from './commands/status.ts'
import { upCommand } from './commands/up.ts'
import { usageCommand } from './commands/usage.ts'
import { EXIT, Failure, systemCode } from './lib/failure.ts'
import { note, print } from './lib/terminal.ts'

const EXIT_CODES = `
Exit codes:
  ${EXIT.ok}    done
  ${EXIT.failed}    failed, or some documents failed
  ${EXIT.usage}    wrong usage or configuration
  ${EXIT.unreachable}    nothing answers at the address
  ${EXIT.refused}    the platform refused: key, budget, or something that does not exist
  ${EXIT.abstained}    ask: the documents hold no answer
  ${EXIT.interrupted}  interrupted

Without --url, --key and --state the commands use FAIRLEAD_URL and FAIRLEAD_API_KEY, or the nearest .fairlead/local.json;
drain and undrain use FAIRLEAD_ADMIN_KEY, or the operators' key of that file.`

const COMMANDS = [
  upCommand,
  askCommand,
  ingestCommand,
  searchCommand,
  statusCommand,
  usageCommand,
  feedbackCommand,
  drainCommand,
  undrainCommand,
  matrixCommand,
  explainCommand,
  planCommand,
  evalCommand,
  embedderCommand,
]

function program(): Command {
  const fairlead = new Command('fairlead')
    .description('Answers questions over your documents: runs the platform, puts documents in, asks.')
    .addHelpText('after', EXIT_CODES)
    .exitOverride()
  for (const command of COMMANDS) fairlead.addCommand(command().exitOverride())
  return fairlead
}

/** The only place that turns a failure into words and an exit code. */
function report(error: unknown): number {
  // commander has told already what is wrong with the arguments.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  const { message, exitCode, code, requestId } = Failure.from(error)
  if (process.argv.includes('--json')) print(JSON.stringify({ error: { message, code, requestId } }))
  note(process.env['FAIRLEAD_DEBUG'] === '1' ? inspect(error) : message)
  return exitCode
}

// A reader that has seen enough (`| head`) closes the pipe; that is no failure.
process.stdout.on('error', (error) => {
  if (systemCode(error) !== 'EPIPE') throw error
  process.exit(EXIT.ok)
})

try {
  await program().parseAsync()
} catch (error) {
  process.exitCode = report(error)
}
