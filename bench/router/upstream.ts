// The model server of the benchmark: fixed bytes, so that it costs as little as a Node server can. Prints {"url"} and serves until SIGTERM.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BENCH_MODEL, STREAMED_TOKENS } from './workload.ts'

const frame = { id: 'chatcmpl-bench', created: 1_767_225_600, model: BENCH_MODEL }
const usage = { prompt_tokens: 240, completion_tokens: STREAMED_TOKENS, total_tokens: 240 + STREAMED_TOKENS }
const words = Array.from({ length: STREAMED_TOKENS }, (_, index) => ` token${index}`)

const plain = Buffer.from(
  JSON.stringify({
    ...frame,
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: words.join('') },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage,
  }),
)

const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`
const chunk = (delta: Readonly<Record<string, string>>, finishReason: string | null = null) =>
  event({
    ...frame,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
  })

const chunks = words.map((content, index) =>
  chunk({ content }, index === STREAMED_TOKENS - 1 ? 'stop' : null),
)
// A token is a write of its own, as model servers send them; only the first and last carry what has no time of its own.
chunks[0] = chunk({ role: 'assistant', content: '' }) + (chunks[0] ?? '')
const end = event({ ...frame, object: 'chat.completion.chunk', choices: [], usage }) + 'data: [DONE]\n\n'
const buffers = [...chunks, end].map((text) => Buffer.from(text))

function stream(response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  let position = 0
  const next = () => {
    if (response.destroyed) return
    const buffer = buffers[position++]
    if (buffer === undefined) {
      response.end()
      return
    }
    response.write(buffer)
    setImmediate(next)
  }
  next()
}

const server = createServer((request, response) => {
  let isStreamed = false
  request.on('data', (part: Buffer) => {
    isStreamed ||= part.includes('"stream":true')
  })
  request.on('end', () => {
    if (isStreamed) return stream(response)
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': plain.length }).end(plain)
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  console.log(JSON.stringify({ url: `http://127.0.0.1:${port}/v1` }))
})
process.on('SIGTERM', () => process.exit(0))
