import type { EndpointRecord } from '../endpoint.ts'
import type { Deployment } from '../matrix/model/deployment.ts'
import { interruptingMs, overheadMs, predictTimes, readingMs } from '../matrix/model/performance.ts'
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
  const running = new Set<Running>()
  const reader = promptReader(deployment, time)
  const writer = answerWriter(running, speeds(deployment, shape, maxConcurrency), time)
  let isAlive = true

  const isCold = () => running.size === 0 && time.nowMs() - writer.lastServedMs() > warmForMs
  return {
    endpoint,
    inFlight: () => running.size,
    isAlive: () => isAlive,
    start(work) {
      if (running.size >= maxConcurrency) return false
      const firstAtMs = reader.read(work, isCold() ? coldStartMs : 0)
      const one: Running = { work, finishAt: null }
      writer.join(one)
      work.onStarted()
      time.at(firstAtMs, () => {
        if (!running.has(one)) return
        writer.begin(one)
        work.onFirstToken()
      })
      return true
    },
    kill() {
      isAlive = false
      for (const { work } of writer.stop()) work.onBroken()
    },
    busyMs: writer.busyMs,
    lastServedMs: writer.lastServedMs,
  }
}

/** Reads prompts one after the other, and remembers how the last ones began. */
function promptReader(deployment: Deployment, time: Timeline) {
  const cache = new Map<string, true>()
  let freeAtMs = 0
  return {
    /** When the first token will come. */
    read({ promptTokens, prefixKey }: Work, coldMs: number): number {
      const isCached = cache.delete(prefixKey)
      cache.set(prefixKey, true)
      const [oldest] = cache.keys()
      if (cache.size > CACHE.prefixes && oldest !== undefined) cache.delete(oldest)
      const unread = promptTokens * (isCached ? CACHE.unreadShare : 1)
      const startMs = Math.max(time.nowMs() + coldMs, freeAtMs)
      freeAtMs = startMs + interruptingMs(deployment, unread, promptTokens)
      return (
        startMs +
        Math.max(readingMs(deployment, unread, promptTokens), freeAtMs - startMs) +
        overheadMs(deployment)
      )
    },
  }
}

/** Writes all answers at once. */
function answerWriter(running: Set<Running>, tokenMs: readonly number[], time: Timeline) {
  // Tokens that every running answer has got since the beginning: an answer is finished when this reaches its own mark.
  let written = 0
  let writtenAtMs = 0
  let plan = 0
  // The fleet is not new: everything has just been in use.
  let lastServedMs = 0
  let busyMs = 0

  const stepMs = () => tokenMs[running.size] ?? 1
  const advance = () => {
    const elapsed = time.nowMs() - writtenAtMs
    if (running.size > 0) busyMs += elapsed
    written += elapsed / stepMs()
    writtenAtMs = time.nowMs()
  }
  /** Whatever changes the pace makes the last plan void. */
  const planNext = () => {
    plan += 1
    const mine = plan
    let next = Number.POSITIVE_INFINITY
    for (const { finishAt } of running) if (finishAt !== null && finishAt < next) next = finishAt
    if (!Number.isFinite(next)) return
    time.at(time.nowMs() + (next - written) * stepMs(), () => {
      if (mine === plan) finish()
    })
  }
  const finish = () => {
    advance()
    lastServedMs = time.nowMs()
    const done = [...running].filter(({ finishAt }) => finishAt !== null && finishAt <= written + 1e-6)
    for (const one of done) running.delete(one)
    for (const { work } of done) work.onFinished()
    planNext()
  }
  return {
    join(one: Running) {
      advance()
      running.add(one)
      planNext()
    },
    begin(one: Running) {
      advance()
      lastServedMs = time.nowMs()
      one.finishAt = written + one.work.outputTokens
      planNext()
    },
    stop(): Running[] {
      advance()
      plan += 1
      const broken = [...running]
      running.clear()
      return broken
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
      predictTimes(deployment, { ...shape, concurrency: Math.max(1, batch) }).timePerOutputTokenMs,
  )
}
