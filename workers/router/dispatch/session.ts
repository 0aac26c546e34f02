import type { EndpointRecord } from '../../../shared/domain/endpoint.ts'
import type { UsageOutcome } from '../../../shared/domain/usage.ts'
import { AppError } from '../../../shared/errors.ts'
import type { GenerationEvent } from '../../../shared/ports/generator.ts'
import { free, settle } from './holds.ts'
import { type Attempt, DEADLINES, type DispatchDeps, type Job } from './job.ts'
import { type Spend, spendMeter } from './spend.ts'
import type { Watchdog } from './watchdog.ts'

/**
 * A running answer. Iterating `events` to its end, leaving it, `cancel()`, or a deadline (also while nobody reads) gives slot and
 * money back, exactly once.
 */
export type Session = {
  readonly endpoint: EndpointRecord
  readonly attempts: readonly Attempt[]
  readonly queueMs: number
  readonly timeToFirstTokenMs: number
  readonly events: AsyncGenerator<GenerationEvent>
  readonly spend: () => Spend
  /** Why the origin stopped, once it has said so. */
  readonly finishReason: () => string | null
  cancel(): void
}

/** An origin that has said its first word, and what is held for it. */
export type Opened = {
  readonly endpoint: EndpointRecord
  readonly attempts: Attempt[]
  readonly attemptMs: number
  readonly events: AsyncIterator<GenerationEvent>
  readonly firstEvent: IteratorResult<GenerationEvent>
  readonly dog: Watchdog
  readonly stopKeeping: () => void
}

export function session(
  deps: DispatchDeps,
  job: Job,
  opened: Opened,
  { queueMs, reservedNanoUsd }: { queueMs: number; reservedNanoUsd: number },
): Session {
  const { endpoint, dog, attempts, attemptMs, stopKeeping } = opened
  const timeToFirstTokenMs = deps.now() - attemptMs
  const meter = spendMeter(endpoint, job.estimatedPromptTokens)
  const spend = () => {
    const total = meter.total()
    // The tenant never posts more than was held; an origin that claims more does not move money.
    return { ...total, costNanoUsd: Math.min(total.costNanoUsd, reservedNanoUsd) }
  }
  let isFinished = false
  const finish = (outcome: UsageOutcome) => {
    if (isFinished) return
    isFinished = true
    stopKeeping()
    dog.stop()
    const durationMs = deps.now() - attemptMs
    deps.registry.ended(endpoint.id, durationMs, outcome === 'completed')
    attempts.push({ endpoint: endpoint.id, outcome: outcome === 'completed' ? 'ok' : outcome, durationMs })
    settle(deps, job, endpoint, { ...spend(), outcome })
    free(deps, job, endpoint, {
      outcome: outcome === 'failed' ? 'failed' : 'served',
      durationMs,
      timeToFirstTokenMs,
    })
  }
  // Whoever stopped reading, or never began, does not come back to iterate: nothing may wait for that.
  const onAbort = () => finish(dog.isCancelled ? 'cancelled' : 'failed')
  if (dog.signal.aborted) onAbort()
  else dog.signal.addEventListener('abort', onAbort, { once: true })
  return {
    endpoint,
    attempts,
    queueMs,
    timeToFirstTokenMs,
    events: watched(opened, meter.observe, finish),
    spend,
    finishReason: meter.finishReason,
    cancel: dog.cancel,
  }
}

async function* watched(
  { events, firstEvent, dog }: Opened,
  observe: (event: GenerationEvent) => void,
  finish: (outcome: UsageOutcome) => void,
): AsyncGenerator<GenerationEvent> {
  // Left early by its reader unless something else happens.
  let outcome: UsageOutcome = 'cancelled'
  try {
    for (let next = firstEvent; !next.done; next = await events.next()) {
      observe(next.value)
      dog.expectReader(DEADLINES.readMs)
      yield next.value
      dog.expect(DEADLINES.stallMs, 'next token')
    }
    outcome = 'completed'
  } catch (error) {
    outcome = dog.isCancelled ? 'cancelled' : 'failed'
    throw abortReason(dog) ?? AppError.from(error)
  } finally {
    finish(outcome)
    if (outcome !== 'completed') await events.return?.().catch(() => undefined)
  }
}

/** Why the call was aborted, when it was. */
export function abortReason({ signal }: Watchdog): AppError | null {
  return signal.aborted && signal.reason instanceof AppError ? signal.reason : null
}
