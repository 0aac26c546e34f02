import type { ServerResponse } from 'node:http'
import type { Fault } from './faults.ts'
import {
  completion,
  emptyChunk,
  firstChunk,
  type Reply,
  tokenChunk,
  type Usage,
  usageChunk,
  usageOf,
} from './shapes.ts'

/** How an answer reaches the client. */
export type Writer = {
  token(position: number): void
  /** Sends what was told since the last time. */
  flush(): void
  /** `told` tokens are the answer; when the reply has more, there was no room for them. */
  end(told: number): void
  /** Ends in the middle, as the fault wants it. */
  breakOff(): void
}

export type Exchange = {
  readonly response: ServerResponse
  readonly reply: Reply
  readonly fault: Fault | null
  readonly includeUsage: boolean
}

const BROKEN_JSON = '{"id": "chatcmpl-'

/** Only when what was written is with the system: destroying a connection throws away what is not. */
const hangUp = (response: ServerResponse) => void setImmediate(() => response.destroy())

const cutTo = (reply: Reply, told: number): Reply =>
  told < reply.tokens.length
    ? { ...reply, tokens: reply.tokens.slice(0, told), finishReason: 'length' }
    : reply

/** What the server claims to have used; null when it says nothing. */
function claimedUsage(reply: Reply, fault: Fault | null): Usage | null {
  const usage = usageOf(reply)
  if (fault?.kind === 'noUsage') return null
  if (fault?.kind !== 'wrongUsage') return usage
  const completionTokens = {
    tooLarge: 1_000_000,
    zero: 0,
    negative: -reply.tokens.length,
    string: String(reply.tokens.length),
    twice: reply.tokens.length,
    withChoices: reply.tokens.length,
  }
  return { ...usage, completion_tokens: completionTokens[fault.as] }
}

export function plainWriter({ response, reply, fault }: Exchange): Writer {
  const head = { 'content-type': 'application/json' }
  return {
    token: () => {},
    flush: () => {},
    end(told) {
      const said = cutTo(reply, told)
      response.writeHead(200, head).end(JSON.stringify(completion(said, claimedUsage(said, fault))))
    },
    breakOff() {
      if (fault?.kind === 'malformed') response.writeHead(200, head).end(BROKEN_JSON)
      else response.destroy()
    },
  }
}

/** Server-sent events; tokens that are told between two flushes are events of their own in one write. */
export function streamWriter({ response, reply, fault, includeUsage }: Exchange): Writer {
  const { event, noise, done, bytesOf } = framing(fault)
  const form = fault?.kind === 'wrongUsage' ? fault.as : null
  const last = fault?.kind === 'endless' ? Number.POSITIVE_INFINITY : reply.tokens.length - 1
  let pending = ''
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  response.write(event(firstChunk(reply)))

  const flush = () => {
    if (pending !== '') response.write(bytesOf(pending, false))
    pending = ''
  }
  const close = (tail: string) => void response.end(bytesOf(pending + tail, true))

  return {
    token(position) {
      const chunk = tokenChunk(reply, position, position === last)
      const isWithUsage = includeUsage && position === last && form === 'withChoices'
      pending += noise + event(isWithUsage ? { ...chunk, usage: claimedUsage(reply, fault) } : chunk)
    },
    flush,
    end(told) {
      const said = cutTo(reply, told)
      const closing = told === 0 || said !== reply ? [emptyChunk(said)] : []
      const usage = includeUsage && form !== 'withChoices' ? claimedUsage(said, fault) : null
      const reports = usage ? [usageChunk(said, usage)] : []
      const again = form === 'twice' ? reports : []
      close([...closing, ...reports, ...again].map(event).join('') + done)
    },
    breakOff() {
      if (fault?.kind === 'malformed') return close(event(null).replace('null', BROKEN_JSON))
      flush()
      hangUp(response)
    },
  }
}

/** How events are put on the wire; `noise` comes before each token's. */
function framing(fault: Fault | null) {
  const end = fault?.kind === 'crlf' ? '\r\n' : '\n'
  return {
    event: (data: unknown) => `data: ${JSON.stringify(data)}${end}${end}`,
    noise: fault?.kind === 'comments' ? `: keep-alive${end}${end}`.repeat(fault.perToken) : '',
    done: fault?.kind === 'noDone' ? '' : `data: [DONE]${end}${end}`,
    bytesOf: fault?.kind === 'splitUtf8' ? splitter() : (text: string) => text,
  }
}

/** Cuts what is written inside its last character of several bytes; the rest goes with the next write. */
function splitter() {
  let carry: Uint8Array = new Uint8Array()
  return (text: string, isLast: boolean) => {
    const bytes: Uint8Array = Buffer.concat([carry, Buffer.from(text)])
    const lead = isLast ? -1 : bytes.findLastIndex((byte) => byte >= 0xc0)
    const at = lead === -1 ? bytes.length : lead + 1
    carry = bytes.subarray(at)
    return bytes.subarray(0, at)
  }
}
