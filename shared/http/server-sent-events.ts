import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { AppError } from '../errors.ts'
import { broken } from './body.ts'

const MAX_EVENT_CHARACTERS = 1_000_000

/** Text in, complete events out; an event without end is refused once it is larger than any honest one. Byte order marks, CRLF and comments are the parser's to know. */
export function eventParser(): (text: string) => EventSourceMessage[] {
  const queue: EventSourceMessage[] = []
  let isOversized = false
  const parser = createParser({
    onEvent: (event) => queue.push(event),
    onError: ({ type }) => {
      isOversized ||= type === 'max-buffer-size-exceeded'
    },
    maxBufferSize: MAX_EVENT_CHARACTERS,
  })
  return (text) => {
    parser.feed(text)
    if (isOversized)
      throw new AppError(
        'upstream_rejected',
        `The model server sent an event of over ${MAX_EVENT_CHARACTERS} characters`,
      )
    return queue.splice(0)
  }
}

/** The events of a stream as they come; leaving the iteration early cancels the connection. */
export async function* serverSentEvents(response: Response): AsyncGenerator<EventSourceMessage> {
  const parse = eventParser()
  const decoder = new TextDecoder()
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader()
  try {
    for (let next = await reader?.read().catch(broken); next && !next.done; ) {
      yield* parse(decoder.decode(next.value, { stream: true }))
      next = await reader?.read().catch(broken)
    }
  } finally {
    await reader?.cancel().catch(() => undefined)
  }
}
