import type { IncomingMessage } from 'node:http'
import { endianness } from 'node:os'
import { type Call, listen, send } from '../fleet/http.ts'
import { type EmbedQueue, type Encode, embedQueue } from './queue.ts'
import { invalid, type Refusal, readRequest } from './request.ts'
import type { Tokenizer } from './tokenizer.ts'

/** Small batches: on a few cores larger ones are no faster, and every other request waits for one. */
const LIMITS = { maxTexts: 16, maxPaddedTokens: 2_048, maxWaitingTexts: 8_192 }
const MAX_BODY_BYTES = 32 * 1024 * 1024

export type ServedModel = {
  readonly model: string
  readonly dimensions: number
  readonly maxTokens: number
  readonly tokenizer: Tokenizer
  readonly encode: Encode
}
type Server = ServedModel & { readonly queue: EmbedQueue; readonly startedAt: number }

/** Serves a model on 127.0.0.1 in OpenAI's shape of embeddings. */
export function serveEmbeddings(served: ServedModel, port: number) {
  const startedAt = Math.floor(Date.now() / 1_000)
  const server = { ...served, startedAt, queue: embedQueue(served.encode, LIMITS) }
  return listen(port, (call) => handle(server, call))
}

const ROUTES: Readonly<Record<string, (server: Server, call: Call) => Promise<void> | void>> = {
  'GET /health': ({ model, queue }, { response }) =>
    send(response, 200, { status: 'ok', model, waitingTexts: queue.load() }),
  'GET /v1/models': ({ model, maxTokens, startedAt }, { response }) => {
    const only = {
      id: model,
      object: 'model',
      created: startedAt,
      owned_by: 'fairlead',
      max_model_len: maxTokens,
      truncates: true,
    }
    send(response, 200, { object: 'list', data: [only] })
  },
  'POST /v1/embeddings': embeddings,
}

async function handle(server: Server, call: Call): Promise<void> {
  const { method = '', url = '' } = call.request
  const route = ROUTES[`${method} ${url.split('?')[0]}`]
  if (route) return route(server, call)
  const known = Object.keys(ROUTES).join(', ')
  refuse(call, invalid(`${method} ${url}: there is no such route; there are ${known}`, null, 404))
}

const refuse = ({ response }: Call, { status, error }: Refusal): void =>
  send(response, status, { error }, status === 429 ? { 'retry-after': '1' } : {})

async function embeddings(server: Server, call: Call): Promise<void> {
  const { request, response } = call
  const left = new AbortController()
  response.on('close', () => left.abort())
  const text = await readBody(request)
  if (text === null)
    return refuse(
      call,
      invalid(`The body has more than ${MAX_BODY_BYTES} bytes; send fewer texts`, 'input', 413),
    )
  const asked = readRequest(parseJson(text), server)
  if ('error' in asked) return refuse(call, asked)
  const tokens = asked.inputs.map((input) => server.tokenizer.encode(input, server.maxTokens))
  const vectors = server.queue.embed(tokens, left.signal)
  if (vectors === null) return refuse(call, tooMany(server.queue.load()))
  try {
    send(response, 200, answer(server.model, await vectors, tokens, asked.isBase64))
  } catch (error) {
    if (!left.signal.aborted) refuse(call, failed(error))
  }
}

/** Null when it is too long; the rest is read and dropped, so that the client gets to see why. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request) {
    size += part.length
    if (size <= MAX_BODY_BYTES) parts.push(part)
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(parts).toString() : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function answer(
  model: string,
  vectors: readonly Float32Array[],
  tokens: readonly number[][],
  isBase64: boolean,
) {
  const count = tokens.reduce((sum, { length }) => sum + length, 0)
  const encode = isBase64 ? asBase64 : (vector: Float32Array) => [...vector]
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: encode(vector) })),
    model,
    usage: { prompt_tokens: count, total_tokens: count },
  }
}

/** OpenAI's base64 holds little-endian 32-bit floats. */
function asBase64(vector: Float32Array): string {
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)
  return (endianness() === 'BE' ? Buffer.from(bytes).swap32() : bytes).toString('base64')
}

const tooMany = (waiting: number): Refusal => ({
  status: 429,
  error: {
    message: `input: ${waiting} texts are waiting, of ${LIMITS.maxWaitingTexts} at most; try again later`,
    type: 'rate_limit_error',
    param: 'input',
    code: 'rate_limit_exceeded',
  },
})

const failed = (error: unknown): Refusal => ({
  status: 500,
  error: {
    message: `The model failed: ${error instanceof Error ? error.message : String(error)}`,
    type: 'server_error',
    param: null,
    code: null,
  },
})
