import { type Call, listen } from '../../cli/fleet/http.ts'
import type { Origin } from '../../cli/fleet/origin.ts'
import {
  askOrigin,
  behind,
  type Double,
  type Incoming,
  leaving,
  type Reply,
  readIncoming,
  relay,
  sendReply,
} from './gate.ts'

type Status = 'IN_QUEUE' | 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'TIMED_OUT'
export type RunpodFault = 'throttled' | 'overloaded' | 'html' | 'timeout' | 'flaky-polls'
export type SeenJob = {
  readonly id: string
  readonly body: Readonly<Record<string, unknown>>
  readonly policy: unknown
  status: Status
  looks: number
}
export type Runpod = Double & { readonly jobs: readonly SeenJob[]; script(fault: RunpodFault): void }

type Job = SeenJob & {
  readonly left: AbortController
  readonly pieces: unknown[]
  readonly all: unknown[]
  error?: string
}
type Options = { readonly apiKey: string; readonly queueMs?: number }

/** RunPod's queue (https://docs.runpod.io/serverless/endpoints/operation-reference) before its vLLM worker, which hands pieces of vLLM's own stream on. */
export async function startRunpod(origin: Origin, { apiKey, queueMs = 0 }: Options): Promise<Runpod> {
  const jobs: Job[] = []
  const faults: RunpodFault[] = []
  let failingLooks = 0

  async function work(job: Job, fault: RunpodFault | undefined) {
    await new Promise((resolve) => setTimeout(resolve, queueMs))
    if (job.status !== 'IN_QUEUE') return
    job.status = 'IN_PROGRESS'
    if (fault === 'timeout') return end(job, 'TIMED_OUT')
    const { openai_input: input } = job.body as { openai_input: { stream?: boolean } }
    try {
      const answer = await askOrigin(origin, JSON.stringify(input), job.left.signal)
      if (answer.ok && input.stream === true)
        for await (const part of answer.body ?? []) tell(job, new TextDecoder().decode(part))
      else tell(job, await answer.json())
      return end(job, 'COMPLETED')
    } catch (error) {
      job.error = `Error during inference: ${String(error)}`
      return end(job, 'FAILED')
    }
  }
  const tell = (job: Job, piece: unknown) => {
    job.pieces.push(piece)
    job.all.push(piece)
  }
  const end = (job: Job, status: Status) => {
    if (job.status === 'IN_PROGRESS' || job.status === 'IN_QUEUE') job.status = status
  }

  const run = ({ body }: Incoming): Reply => {
    const fault = faults.shift()
    if (fault === 'throttled')
      return { status: 429, body: { error: 'Too many requests' }, headers: { 'retry-after': '7' } }
    if (fault === 'overloaded') return { status: 503, body: { error: 'Service unavailable' } }
    if (fault === 'html') return { status: 200, body: '<html><h1>RunPod</h1></html>' }
    if (fault === 'flaky-polls') failingLooks = 2
    const { input, policy } = JSON.parse(body)
    const job: Job = {
      id: `job-${jobs.length + 1}-u1`,
      body: input,
      policy,
      status: 'IN_QUEUE',
      looks: 0,
      left: new AbortController(),
      pieces: [],
      all: [],
    }
    jobs.push(job)
    void work(job, fault)
    return { status: 200, body: { id: job.id, status: job.status } }
  }

  const operations: Record<string, (job: Job) => Reply['body']> = {
    stream: (job) => ({
      status: job.status,
      stream: job.pieces.splice(0).map((output) => ({ output })),
      ...errorOf(job),
    }),
    status: (job) => ({
      id: job.id,
      status: job.status,
      ...(job.status === 'COMPLETED' && { output: job.all }),
      ...errorOf(job),
    }),
    cancel: (job) => {
      end(job, 'CANCELLED')
      job.left.abort()
      return { id: job.id, status: job.status }
    },
  }
  const errorOf = ({ error }: Job) => (error === undefined ? {} : { error })

  function operate({ method, path }: Incoming): Reply {
    const [, , , name = '', id] = path.split('/')
    const job = jobs.find((known) => known.id === id)
    const operation = operations[name]
    if (!job || !operation || method !== (name === 'cancel' ? 'POST' : 'GET'))
      return { status: 404, body: { error: 'job not found' } }
    if (failingLooks > 0 && name !== 'cancel') {
      failingLooks -= 1
      return { status: 502, body: { error: 'bad gateway' } }
    }
    job.looks += name === 'cancel' ? 0 : 1
    return { status: 200, body: operation(job) }
  }

  async function serve({ request, response }: Call) {
    const incoming = await readIncoming(request)
    if (incoming.headers.authorization !== `Bearer ${apiKey}`)
      return sendReply(response, { status: 401, body: '' })
    if (incoming.path === '/v2/ep1/openai/v1/chat/completions')
      return relay(response, await askOrigin(origin, incoming.body, leaving(response)))
    return sendReply(response, incoming.path === '/v2/ep1/run' ? run(incoming) : operate(incoming))
  }

  const double = behind(origin, await listen(0, serve), '/v2/ep1')
  return { ...double, jobs, script: (fault) => void faults.push(fault) }
}
