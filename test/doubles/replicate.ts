import type { ServerResponse } from 'node:http'
import { type Call, listen } from '../../cli/fleet/http.ts'
import type { Origin } from '../../cli/fleet/origin.ts'
import {
  askOrigin,
  behind,
  type Double,
  type Incoming,
  type Reply,
  readIncoming,
  sendReply,
  sentData,
} from './gate.ts'

export type ReplicateFault = 'throttled' | 'overloaded' | 'html' | 'unpaid' | 'no-stream' | 'stream-elsewhere'
export type SeenPrediction = {
  readonly id: string
  /** What was posted, and where. */
  readonly path: string
  readonly body: { readonly input: Readonly<Record<string, unknown>>; readonly version?: string }
  readonly headers: Incoming['headers']
  status: 'starting' | 'processing' | 'succeeded' | 'failed' | 'canceled'
}
export type Replicate = Double & {
  readonly predictions: readonly SeenPrediction[]
  script(fault: ReplicateFault): void
}

type Prediction = SeenPrediction & {
  readonly left: AbortController
  readonly output: string[]
  readonly fault: ReplicateFault | undefined
  error: string | null
  metrics: Readonly<Record<string, number>>
  /** Called when something has changed. */
  onChange: () => void
}

const problem = (status: number, title: string, detail: string): Reply => ({
  status,
  body: { title, detail, status },
  headers: { 'content-type': 'application/problem+json' },
})
const REFUSALS: Partial<Record<ReplicateFault, Reply>> = {
  throttled: problem(
    429,
    'Too Many Requests',
    'Request was throttled. Your rate limit is reduced. Expected available in 7 seconds.',
  ),
  unpaid: problem(402, 'Insufficient credit', 'You have insufficient credit to run this model.'),
  overloaded: problem(503, 'Service Unavailable', 'Try again.'),
  html: { status: 200, body: '<html><h1>Replicate</h1></html>' },
}
const isEnded = ({ status }: SeenPrediction) => status !== 'starting' && status !== 'processing'

/** What the model behind it is asked. */
function chatOf({ input }: SeenPrediction['body'], model: string): string {
  const messages = [
    { role: 'system', content: input['system_prompt'] ?? '' },
    { role: 'user', content: input['prompt'] },
  ]
  const options = { max_tokens: input['max_tokens'], stream: true, stream_options: { include_usage: true } }
  return JSON.stringify({ model, messages, ...options })
}

/** Replicate's predictions: https://replicate.com/docs/reference/http, /topics/predictions/streaming, /topics/predictions/rate-limits */
export async function startReplicate(origin: Origin, apiKey: string): Promise<Replicate> {
  const predictions: Prediction[] = []
  const faults: ReplicateFault[] = []

  async function work(prediction: Prediction) {
    try {
      const answer = await askOrigin(origin, chatOf(prediction.body, origin.model), prediction.left.signal)
      prediction.status = 'processing'
      if (!answer.ok) throw new Error(await answer.text())
      for await (const data of sentData(answer)) hear(prediction, data)
      if (!isEnded(prediction)) prediction.status = 'succeeded'
    } catch (error) {
      if (!isEnded(prediction)) prediction.status = 'failed'
      prediction.error = error instanceof Error ? error.message : String(error)
    }
    prediction.onChange()
  }

  function hear(prediction: Prediction, data: string) {
    if (data === '[DONE]') return
    const { choices, usage } = JSON.parse(data)
    const word = choices[0]?.delta?.content
    if (word) prediction.output.push(word)
    if (usage)
      prediction.metrics = {
        input_token_count: usage.prompt_tokens,
        output_token_count: usage.completion_tokens,
        predict_time: 0.1,
      }
    prediction.onChange()
  }

  function shown(prediction: Prediction, base: string) {
    const { id, status, error, output, metrics, fault } = prediction
    const place = `${base}/v1/predictions/${id}`
    const stream = fault === 'stream-elsewhere' ? 'http://169.254.169.254/stream' : `${base}/stream/${id}`
    const urls = { get: place, cancel: `${place}/cancel`, ...(fault !== 'no-stream' && { stream }) }
    const ended = isEnded(prediction) ? { output, metrics } : {}
    return { id, status, error, urls, input: prediction.body.input, ...ended }
  }

  function create(incoming: Incoming, base: string): Reply {
    const fault = faults.shift()
    const refused = fault && REFUSALS[fault]
    if (refused) return refused
    const prediction: Prediction = {
      id: `p${predictions.length + 1}`,
      path: incoming.path,
      body: JSON.parse(incoming.body),
      headers: incoming.headers,
      status: 'starting',
      left: new AbortController(),
      output: [],
      fault,
      error: null,
      metrics: {},
      onChange: () => undefined,
    }
    if (typeof prediction.body.input['prompt'] !== 'string')
      return problem(422, 'Input validation failed', '- input: prompt is required\n')
    predictions.push(prediction)
    void work(prediction)
    return { status: 201, body: shown(prediction, base) }
  }

  function cancel(prediction: Prediction) {
    if (!isEnded(prediction)) prediction.status = 'canceled'
    prediction.left.abort()
    prediction.onChange()
  }

  /** From the beginning, as often as anyone asks. */
  async function stream(response: ServerResponse, prediction: Prediction) {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    let told = 0
    const event = (name: string, data: string, id = '') =>
      response.write(
        `event: ${name}\n${id}${data
          .split('\n')
          .map((line) => `data: ${line}\n`)
          .join('')}\n`,
      )
    for (;;) {
      for (; told < prediction.output.length; told += 1)
        event('output', prediction.output[told] ?? '', `id: ${told}:0\n`)
      if (isEnded(prediction)) break
      await new Promise<void>((resolve) => {
        prediction.onChange = resolve
        response.on('close', resolve)
      })
      if (response.destroyed) return
    }
    if (prediction.status === 'failed') event('error', JSON.stringify({ detail: prediction.error }))
    event('done', JSON.stringify(prediction.status === 'canceled' ? { reason: 'canceled' } : {}))
    response.end()
  }

  async function serve({ request, response }: Call) {
    const incoming = await readIncoming(request)
    const base = `http://${incoming.headers.host}`
    if (incoming.headers.authorization !== `Bearer ${apiKey}`)
      return sendReply(
        response,
        problem(401, 'Unauthenticated', 'You did not pass a valid authentication token'),
      )
    const creates = /^\/v1\/(models\/[\w.-]+\/[\w.-]+\/)?predictions$/.test(incoming.path)
    if (incoming.method === 'POST' && creates) return sendReply(response, create(incoming, base))
    const [, id, action] = /(?:predictions|stream)\/(\w+)(\/cancel)?$/.exec(incoming.path) ?? []
    const prediction = predictions.find((known) => known.id === id)
    if (!prediction)
      return sendReply(response, problem(404, 'Not found', 'The requested resource could not be found'))
    if (action) cancel(prediction)
    if (incoming.path.startsWith('/stream/')) return stream(response, prediction)
    return sendReply(response, { status: 200, body: shown(prediction, base) })
  }

  const double = behind(origin, await listen(0, serve), '/v1')
  return { ...double, predictions, script: (fault) => void faults.push(fault) }
}
