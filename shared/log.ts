import type { AppError } from './errors.ts'
import type { EventSink } from './ports/event-sink.ts'

/** One JSON object a line; bodies and secrets never belong in an event. */
export const consoleSink: EventSink = (event) => {
  // oxlint-disable-next-line no-console -- the one place that writes logs; Workers collect stdout
  console.log(JSON.stringify(event))
}

/** The part of an error that operators need, causes included, stack of the innermost only. */
export function errorFields(error: AppError): Record<string, unknown> {
  const causes: string[] = []
  for (let cause: unknown = error.cause; cause instanceof Error && causes.length < 5; cause = cause.cause)
    causes.push(`${cause.name}: ${cause.message}`)
  return { code: error.code, message: error.message, causes }
}
