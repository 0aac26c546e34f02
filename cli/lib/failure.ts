import { ZodError, z } from 'zod'

/** What scripts can tell from the exit code; `fairlead --help` and docs/handbook/configuration.md list the same. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  abstained: 5,
  interrupted: 130,
} as const

type Details = { readonly code?: string; readonly requestId?: string; readonly cause?: unknown }

/** Something the user can act on: one line that says what is wrong and what to do, and the exit code. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly exitCode: number
  readonly code: string | undefined
  readonly requestId: string | undefined

  constructor(exitCode: number, message: string, { code, requestId, cause }: Details = {}) {
    super(message, { cause })
    this.exitCode = exitCode
    this.code = code
    this.requestId = requestId
  }

  static from(error: unknown): Failure {
    if (error instanceof Failure) return error
    if (error instanceof Error && error.name === 'AbortError')
      return new Failure(EXIT.interrupted, 'Interrupted', { cause: error })
    if (error instanceof ZodError)
      return new Failure(
        EXIT.failed,
        `The platform sent something unexpected: ${oneLine(z.prettifyError(error))}`,
        {
          cause: error,
        },
      )
    return new Failure(EXIT.failed, oneLine(error instanceof Error ? error.message : String(error)), {
      cause: error,
    })
  }
}

const oneLine = (text: string) => text.replaceAll(/\s*\n\s*/g, ' ').trim()

/** The system's word for a failed file or network operation: ENOENT, EACCES, ECONNREFUSED, ... */
export function systemCode(error: unknown): string | undefined {
  return causes(error)
    .map((cause) => ('code' in cause ? String(cause.code) : ''))
    .find((code) => SYSTEM_CODE.test(code))
}

/** Our own errors have codes too, in lower case, and a message that says more. */
const SYSTEM_CODE = /^[A-Z][A-Z0-9_]+$/

/** As short as it can be told: the system's word, or what the innermost cause says. */
export const reasonOf = (error: unknown): string =>
  systemCode(error) ?? causes(error).at(-1)?.message ?? String(error)

const causes = (error: unknown): Error[] => (error instanceof Error ? [error, ...causes(error.cause)] : [])
