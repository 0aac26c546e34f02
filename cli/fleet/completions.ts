import type { IncomingHttpHeaders } from 'node:http'
import { createEngine, type Load } from './engine.ts'
import { delayBeforeMs, toldTokens } from './faults.ts'
import { createVllmMetrics, type VllmMetrics } from './metrics.ts'
import { createPrefixCache, prefixBlocks } from './prefix-cache.ts'
import type { EngineConfig, EngineEvents, Job } from './scheduler.ts'
import type { ChatBody } from './shapes.ts'
import type { Ticker } from './ticker.ts'
import { type Exchange, plainWriter, streamWriter, type Writer } from './writer.ts'

/** One completion as the origin saw it; filled in while it runs. */
export type SeenRequest = {
  readonly body: ChatBody
  readonly headers: IncomingHttpHeaders
  /** When each token was told; the length is the tokens generated. */
  readonly tokenTimesMs: number[]
  /** The client left before the end. */
  disconnected: boolean
  finished: boolean
}

export type Completions = {
  /** Returns what to do when the client leaves. */
  run(seen: SeenRequest, exchange: Exchange): () => void
  load(): Load
  /** Prometheus' text format. */
  metrics(): string
  stop(): void
}

type Completion = Job &
  Exchange & {
    readonly seen: SeenRequest
    readonly writer: Writer
    readonly blocks: readonly number[]
    readonly arrivedMs: number
    /** Of the token before, or the arrival. */
    lastMs: number
  }

/** No answer without an end goes on for longer. */
const LONGEST_ANSWER_MS = 60_000
/** Whatever the engine could hold: prompts beyond this are not worth remembering. */
const MOST_CACHED_TOKENS = 1_000_000

const nowMs = () => performance.now()

type Options = { readonly model: string; readonly timing: EngineConfig; readonly ticker: Ticker }

/** The engine with its clients: tells every token as soon as it is due, and stops working for those who left. */
export function createCompletions({ model, timing, ticker }: Options): Completions {
  const metrics = createVllmMetrics(model)
  const told = new Set<Completion>()
  const engine = createEngine(timing, reporting(metrics, told, timing))
  const stop = ticker.add({
    nextDueMs: engine.nextDueMs,
    advance(untilMs) {
      engine.advance(untilMs)
      for (const { writer } of told) writer.flush()
      told.clear()
    },
  })
  return {
    run(seen, exchange) {
      const completion = newCompletion(seen, exchange)
      if (completion.outputTokens === 0) finish(completion, completion.arrivedMs, metrics)
      if (seen.finished) return () => {}
      const cancel = engine.submit(completion, completion.arrivedMs)
      ticker.wake()
      if (exchange.fault?.kind === 'endless')
        setTimeout(() => exchange.response.destroy(), LONGEST_ANSWER_MS).unref()
      return () => {
        cancel(nowMs())
        told.delete(completion)
        metrics.finished('abort', nowMs() - completion.arrivedMs)
        ticker.wake()
      }
    },
    load: engine.load,
    metrics: () => metrics.text(engine.load(), timing.kvCapacityTokens),
    stop,
  }
}

/** Counts what the engine does, and hands it on to those who asked; `told` are the ones who have something to be sent. */
function reporting(
  metrics: VllmMetrics,
  told: Set<Completion>,
  { kvCapacityTokens, entryMs }: EngineConfig,
): EngineEvents<Completion> {
  const cached = createPrefixCache(Math.min(kvCapacityTokens, MOST_CACHED_TOKENS))
  return {
    scheduled({ blocks, arrivedMs, promptTokens }, atMs) {
      const cachedTokens = Math.min(cached(blocks), promptTokens)
      metrics.scheduled(atMs - arrivedMs - entryMs, promptTokens, cachedTokens)
      return cachedTokens
    },
    token(completion, position, atMs) {
      metrics.token(position, atMs - completion.lastMs)
      completion.lastMs = atMs
      completion.seen.tokenTimesMs.push(Date.now())
      completion.writer.token(position)
      told.add(completion)
    },
    preempted: metrics.preempted,
    ended(completion, atMs) {
      told.delete(completion)
      finish(completion, atMs, metrics)
    },
  }
}

function finish(completion: Completion, atMs: number, metrics: VllmMetrics) {
  const { seen, writer, reply, arrivedMs } = completion
  const tokens = seen.tokenTimesMs.length
  seen.finished = true
  const isBroken = isBrokenOff(completion)
  const reason = tokens < reply.tokens.length ? 'length' : reply.finishReason
  metrics.finished(isBroken ? 'abort' : reason, atMs - arrivedMs)
  if (isBroken) writer.breakOff()
  else writer.end(tokens)
}

function newCompletion(seen: SeenRequest, exchange: Exchange): Completion {
  const { reply, fault } = exchange
  const delay = delayBeforeMs(fault)
  const arrivedMs = nowMs()
  return {
    ...exchange,
    seen,
    writer: (seen.body.stream === true ? streamWriter : plainWriter)(exchange),
    blocks: prefixBlocks(seen.body.messages),
    promptTokens: reply.promptTokens,
    outputTokens: toldTokens(fault, reply.tokens.length),
    ...(delay && { delayBeforeMs: delay }),
    arrivedMs,
    lastMs: arrivedMs,
  }
}

function isBrokenOff({ fault, seen, reply }: Completion): boolean {
  if (fault?.kind === 'endless') return true
  if (fault?.kind !== 'cut' && fault?.kind !== 'malformed') return false
  const tokens = seen.tokenTimesMs.length
  return tokens === fault.afterTokens && tokens < reply.tokens.length
}
