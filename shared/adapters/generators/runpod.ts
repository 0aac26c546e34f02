import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { parseJson } from '../../http/body.ts'
import { chatEvents, DONE } from '../../http/chat-completions/answer.ts'
import { chatBody } from '../../http/chat-completions/request.ts'
import { errorMessage, failure } from '../../http/failure.ts'
import { polled, type StartedJob, shortCall, startJob } from '../../http/remote-job.ts'
import { eventParser } from '../../http/server-sent-events.ts'
import { exchangeJson, type Upstream } from '../../http/upstream.ts'
import type { GenerationEvent, GenerationRequest, Generator } from '../../ports/generator.ts'

// https://docs.runpod.io/serverless/endpoints/operation-reference
const newJob = z.object({ id: z.string().regex(/^[\w-]+$/) })
const jobState = z.object({
  status: z.enum(['IN_QUEUE', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED', 'TIMED_OUT']),
  stream: z.array(z.object({ output: z.unknown() })).nullish(),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
})
type JobState = z.infer<typeof jobState>
type Job = z.infer<typeof newJob>

/** A job that we lose sight of ends by itself: after so long at work, and after so long in all. https://docs.runpod.io/serverless/endpoints/send-requests */
const POLICY = { executionTimeout: 600_000, ttl: 900_000 }
/** Polls that may fail one after the other while the job goes on. */
const MAX_MISSES = 3

/** RunPod's queue, in front of its vLLM worker: https://api.runpod.ai/v2/{endpoint id}. Its OpenAI route below /openai/v1 is an openai-compatible endpoint. */
export function runpodGenerator(upstream: Upstream): Generator {
  const base = upstream.url.replace(/\/+$/, '')
  return {
    name: 'runpod',
    canContinue: true,
    async generate(request, signal) {
      // https://github.com/runpod-workers/worker-vllm: what is below openai_input goes to vLLM as it is
      const input = { openai_route: '/v1/chat/completions', openai_input: chatBody(request) }
      const started = await startJob(
        {
          create: async () =>
            readAs(
              newJob,
              await exchangeJson(
                upstream,
                { url: `${base}/run`, json: { input, policy: POLICY } },
                shortCall(),
              ),
            ),
          cancel: ({ id }) => exchangeJson(upstream, { url: `${base}/cancel/${id}` }, shortCall()),
        },
        signal,
      )
      const look = (what: 'status' | 'stream') =>
        patiently(async () => {
          const call = { url: `${base}/${what}/${started.job.id}`, method: 'GET' } as const
          return readAs(jobState, await exchangeJson(upstream, call, signal))
        })
      return answer(started, request.stream ? bites(look('stream')) : whole(look('status')), request, signal)
    },
  }
}

type Look = () => Promise<{ readonly items: readonly unknown[]; readonly more: boolean }>

/** What was said since the last look. The stream is over once the job is and nothing is left of it. */
const bites =
  (look: () => Promise<JobState>): Look =>
  async () => {
    const state = await look()
    const items = (state.stream ?? []).map(({ output }) => output)
    const more = isRunning(state) || items.length > 0
    if (!more) expectSuccess(state)
    return { items, more }
  }

const whole =
  (look: () => Promise<JobState>): Look =>
  async () => {
    const state = await look()
    if (isRunning(state)) return { items: [], more: true }
    expectSuccess(state)
    return { items: [state.output], more: false }
  }

const isRunning = ({ status }: JobState) => status === 'IN_QUEUE' || status === 'IN_PROGRESS'

function expectSuccess({ status, error, output }: JobState) {
  if (status === 'COMPLETED') return
  if (status === 'TIMED_OUT') throw new AppError('upstream_timeout', 'The RunPod job ran out of its time')
  throw failure(null, errorMessage({ error }) ?? errorMessage(output) ?? '', { state: status })
}

async function* answer(
  { leave, end }: StartedJob<Job>,
  look: Look,
  request: GenerationRequest,
  signal: AbortSignal,
): AsyncGenerator<GenerationEvent> {
  const outputs = polled(async () => {
    const seen = await look()
    if (!seen.more) end()
    return seen
  }, signal)
  try {
    yield* chatEvents(bodiesOf(outputs, end), request)
  } finally {
    await leave()
  }
}

/** The worker hands on vLLM's events as text, in pieces of any size, or the objects in them, alone or many. */
async function* bodiesOf(outputs: AsyncIterable<unknown>, onDone: () => void): AsyncGenerator {
  const parse = eventParser()
  for await (const output of outputs) {
    for (const piece of Array.isArray(output) ? output : [output]) {
      if (typeof piece !== 'string') {
        yield piece
        continue
      }
      for (const { data } of parse(piece)) {
        if (data === '[DONE]') onDone()
        yield data === '[DONE]' ? DONE : parseJson(data)
      }
    }
  }
}

/** A job goes on when one look at it fails; a few in a row are forgiven. */
function patiently(look: () => Promise<JobState>): () => Promise<JobState> {
  let misses = 0
  return async () => {
    try {
      const state = await look()
      misses = 0
      return state
    } catch (thrown) {
      const error = AppError.from(thrown)
      misses += 1
      if (error.code !== 'upstream_unavailable' || misses > MAX_MISSES) throw error
      return { status: 'IN_PROGRESS' }
    }
  }
}

function readAs<T>(schema: z.ZodType<T>, body: unknown): T {
  const { data, success, error: cause } = schema.safeParse(body)
  if (success) return data
  throw new AppError('upstream_rejected', 'RunPod sent an unreadable answer', { cause })
}
