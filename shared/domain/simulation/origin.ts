import type { EndpointRecord } from '../endpoint.ts'
import { type Deployment, predictPerformance, prefillMs } from '../performance.ts'
import { SERVER_MS } from '../routing/speed.ts'
import type { Timeline } from './events.ts'

/** One request at one origin. */
export type Work = {
  readonly promptTokens: number
  readonly outputTokens: number
  /** What the prompt begins with; an origin that has read it lately need not read it again. */
  readonly prefixKey: string
  /** It has a slot. */
  onStarted(): void
  onFirstToken(): void
  onFinished(): void
  /** The origin died, or died before. */
  onBroken(): void
}

/** A model server with continuous batching: prompts are read one after the other, all answers are written at once, the slower the more they are. */
export type Origin = {
  readonly endpoint: EndpointRecord
  inFlight(): number
  isAlive(): boolean
  /** Takes the work if there is a slot. */
  start(work: Work): boolean
  /** Everything breaks, and whatever comes breaks, too. */
  kill(): void
  /** Milliseconds in which it had anything to do: what is paid where time is. */
  busyMs(): number
  lastServedMs(): number
}

type Running = { readonly work: Work; finishAt: number | null }

/** How many beginnings of prompts the KV cache keeps, and what of a prompt is still to be read when its beginning is there. */
const CACHE = { prefixes: 64, unreadShare: 0.2 } as const

export function simulatedOrigin(
  endpoint: EndpointRecord,
  deployment: Deployment,
  shape: { readonly promptTokens: number; readonly outputTokens: number },
  time: Timeline,
): Origin {
  const { maxConcurrency, coldStartMs, warmForMs } = endpoint
  const tokenMs = speeds(deployment, shape, maxConcurrency)
  const running = new Set<Running>()
  const cache = new Map<string, true>()
  // Tokens that every running answer has got since the beginning: an answer is finished when this reaches its own mark.
  let written = 0
  let writtenAtMs = 0
  let version = 0
  let readerFreeMs = 0
  // The fleet is not new: everything has just been in use.
  let lastServedMs = 0
  let isAlive = true
  let busyMs = 0

  const advance = () => {
    const elapsed = time.nowMs() - writtenAtMs
    if (running.size > 0) busyMs += elapsed
    written += elapsed / (tokenMs[running.size] ?? 1)
    writtenAtMs = time.nowMs()
  }
  const planNext = () => {
    version += 1
    const planned = version
    let next = Number.POSITIVE_INFINITY
    for (const { finishAt } of running) if (finishAt !== null && finishAt < next) next = finishAt
    if (!Number.isFinite(next)) return
    time.at(time.nowMs() + (next - written) * (tokenMs[running.size] ?? 1), () => {
      if (planned === version) finish()
    })
  }
  const finish = () => {
    advance()
    for (const one of running)
      if (one.finishAt !== null && one.finishAt <= written + 1e-6) {
        running.delete(one)
        lastServedMs = time.nowMs()
        one.work.onFinished()
      }
    planNext()
  }
  const read = ({ promptTokens, prefixKey }: Work) => {
    const isCached = cache.delete(prefixKey)
    cache.set(prefixKey, true)
    const [oldest] = cache.keys()
    if (cache.size > CACHE.prefixes && oldest !== undefined) cache.delete(oldest)
    const isCold = coldStartMs > 0 && running.size === 0 && time.nowMs() - lastServedMs > warmForMs
    const fromMs = Math.max(time.nowMs() + (isCold ? coldStartMs : 0), readerFreeMs)
    readerFreeMs = fromMs + prefillMs(deployment, promptTokens * (isCached ? CACHE.unreadShare : 1))
    return readerFreeMs + SERVER_MS
  }

  return {
    endpoint,
    inFlight: () => running.size,
    isAlive: () => isAlive,
    start(work) {
      if (running.size >= maxConcurrency) return false
      const firstAtMs = read(work)
      advance()
      const one: Running = { work, finishAt: null }
      running.add(one)
      work.onStarted()
      planNext()
      time.at(firstAtMs, () => {
        if (!running.has(one)) return
        advance()
        lastServedMs = time.nowMs()
        one.finishAt = written + work.outputTokens
        work.onFirstToken()
        planNext()
      })
      return true
    },
    kill() {
      advance()
      isAlive = false
      version += 1
      const broken = [...running]
      running.clear()
      for (const { work } of broken) work.onBroken()
    },
    busyMs: () => (advance(), busyMs),
    lastServedMs: () => lastServedMs,
  }
}

/** Milliseconds a token takes, by how many are written at once. */
function speeds(
  deployment: Deployment,
  shape: { readonly promptTokens: number; readonly outputTokens: number },
  maxConcurrency: number,
): number[] {
  return Array.from(
    { length: maxConcurrency + 1 },
    (_, batch) =>
      predictPerformance({ ...deployment, ...shape, batch: Math.max(1, batch) }).timePerOutputTokenMs,
  )
}
