import { AppError } from '../../errors.ts'
import { parseJson } from '../../http/body.ts'
import { errorMessage, expectMediaType, failure } from '../../http/failure.ts'
import { pause, polled, shortCall, startJob } from '../../http/remote-job.ts'
import { serverSentEvents } from '../../http/server-sent-events.ts'
import { callUpstream, type Upstream } from '../../http/upstream.ts'
import type { GenerationEvent, GenerationRequest, Generator } from '../../ports/generator.ts'
import { predictionInput } from './replicate/input.ts'
import {
  expectSuccess,
  isRunning,
  type Prediction,
  predictionFrom,
  streamPlace,
  textOf,
  usageOf,
} from './replicate/prediction.ts'

/** A prediction that we lose sight of ends by itself. */
const CANCEL_AFTER = '15m'
/** How often the totals are looked for once the text has ended; they come a moment later. */
const TOTALS_LOOKS = 3
const TOTALS_PAUSE_MS = 200

/** Replicate's language models, below https://api.replicate.com/v1; the model is `owner/name`, or `owner/name:version` where it is no official one. */
export function replicateGenerator(upstream: Upstream): Generator {
  const base = upstream.url.replace(/\/+$/, '')
  return {
    name: 'replicate',
    canContinue: false,
    async generate(request, signal) {
      const { path, version } = target(request.model)
      const json = { ...version, input: predictionInput(request), stream: true }
      const headers = { 'cancel-after': CANCEL_AFTER }
      const { job, leave, end } = await startJob(
        {
          create: () => predictionFrom(upstream, { url: `${base}${path}`, json, headers }, shortCall()),
          cancel: ({ id }) =>
            predictionFrom(upstream, { url: `${base}/predictions/${id}/cancel` }, shortCall()),
        },
        signal,
      )
      const look = () =>
        predictionFrom(upstream, { url: `${base}/predictions/${job.id}`, method: 'GET' }, signal)
      const place = streamPlace(job, base)
      const text = place ? streamedText(upstream, place, signal) : polledText(look, signal)
      return answer({ text, ended: () => ended(look, signal), leave, end }, request)
    },
  }
}

/** Official models have a route of their own; others are named by version. */
function target(model: string) {
  const [name = '', version] = model.split(':')
  if (version) return { path: '/predictions', version: { version } }
  return { path: `/models/${name.split('/').map(encodeURIComponent).join('/')}/predictions`, version: {} }
}

type Running = {
  readonly text: AsyncIterable<string>
  readonly ended: () => Promise<Prediction>
  readonly leave: () => Promise<void>
  readonly end: () => void
}

async function* answer(
  { text, ended, leave, end }: Running,
  { maxTokens }: GenerationRequest,
): AsyncGenerator<GenerationEvent> {
  try {
    for await (const piece of text) yield { type: 'chunk', text: piece, finishReason: null, raw: null }
    const prediction = await ended()
    end()
    expectSuccess(prediction)
    const usage = usageOf(prediction)
    const isCut = usage !== null && usage.completionTokens >= maxTokens
    // Replicate does not say why a text ends.
    yield { type: 'chunk', text: '', finishReason: isCut ? 'length' : 'stop', raw: null }
    if (usage && usage.completionTokens <= maxTokens) yield { type: 'usage', usage }
  } finally {
    await leave()
  }
}

/** https://replicate.com/docs/topics/predictions/streaming: events `output`, `error` and `done` */
async function* streamedText(upstream: Upstream, url: string, signal: AbortSignal): AsyncGenerator<string> {
  const headers = { accept: 'text/event-stream', 'cache-control': 'no-store' }
  const response = await callUpstream(upstream, { url, method: 'GET', headers }, signal)
  await expectMediaType(response, 'text/event-stream')
  for await (const { event, data } of serverSentEvents(response)) {
    if (event === 'output' && data !== '') yield data
    else if (event === 'error') throw failure(null, errorMessage(parseJson(data)) ?? data)
    else if (event === 'done') return
  }
  throw new AppError('upstream_unavailable', 'Replicate stopped in the middle of the answer')
}

/** For models that do not stream. */
async function* polledText(look: () => Promise<Prediction>, signal: AbortSignal): AsyncGenerator<string> {
  yield* polled(async () => {
    const prediction = await look()
    if (isRunning(prediction)) return { items: [], more: true }
    expectSuccess(prediction)
    return { items: [textOf(prediction)], more: false }
  }, signal)
}

/** The prediction once it has ended, or as it is after some looks: the text is there, only its totals are late. */
async function ended(look: () => Promise<Prediction>, signal: AbortSignal): Promise<Prediction> {
  let prediction = await look()
  for (let looks = 1; isRunning(prediction) && looks < TOTALS_LOOKS; looks += 1) {
    await pause(TOTALS_PAUSE_MS, signal)
    prediction = await look()
  }
  return isRunning(prediction) ? { ...prediction, status: 'succeeded' } : prediction
}
