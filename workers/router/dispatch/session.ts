import type { EndpointRecord } from '../../../shared/domain/endpoint.ts'
import type { RateHeadroom } from '../../../shared/domain/rate-limit.ts'
import type { UsageOutcome } from '../../../shared/domain/usage.ts'
import { AppError } from '../../../shared/errors.ts'
import type { GenerationEvent } from '../../../shared/ports/generator.ts'
import type { Search } from './admit.ts'
import { settle } from './holds.ts'
import { type Attempt, DEADLINES, type DispatchDeps, type Job } from './job.ts'
import { abortReason, FAIR, type Opened } from './open.ts'
import { pace } from './pace.ts'
import { resume } from './resume.ts'
import { addSpend, NOTHING, type Spend, type SpendMeter, spendMeter } from './spend.ts'
import { IMPATIENT } from './watchdog.ts'

/**
 * A running answer. Iterating `events` to its end, leaving it, the job's `clientSignal`, or a deadline (also while nobody reads) gives slot
 * and money back, exactly once.
 */
export type Session = {
  /** Who speaks now: another than at first when an answer was resumed. */
  readonly endpoint: EndpointRecord
  readonly attempts: readonly Attempt[]
  readonly queueMs: number
  readonly headroom: RateHeadroom
  readonly timeToFirstTokenMs: number
  readonly events: AsyncGenerator<GenerationEvent>
  readonly spend: () => Spend
  /** Why the origin stopped, once it has said so. */
  readonly finishReason: () => string | null
}

export type Course = {
  readonly search: Search
  readonly endsAtMs: number
  readonly attempts: Attempt[]
  readonly queueMs: number
  readonly headroom: RateHeadroom
}

/** An event is at least a token, but for a few that open and close a stream: an origin that sends many more does not end by itself. */
const EVENTS_PER_TOKEN = 2
const OTHER_EVENTS = 64

/** One endpoint's part of an answer. `finish` settles and frees, and is true the first time. */
type Part = Opened & {
  readonly meter: SpendMeter
  /** What is not yet settled of it. */
  readonly spend: () => Spend
  readonly next: () => Promise<IteratorResult<GenerationEvent>>
  readonly finish: (outcome: UsageOutcome, isBlamed?: boolean) => boolean
}

export function session(deps: DispatchDeps, job: Job, opened: Opened, course: Course): Session {
  const { attempts, queueMs, headroom } = course
  let settled = NOTHING
  const begin = (next: Opened) =>
    part(deps, job, next, (spend, attempt) => {
      settled = addSpend(settled, spend)
      attempts.push(attempt)
    })
  let current = begin(opened)
  let text = ''

  /** Ends the part that broke, and begins the next one where another endpoint can go on. */
  const goOn = async (thrown: unknown): Promise<Part> => {
    const { dog, events, leg, finish } = current
    const failure = abortReason(dog) ?? AppError.from(thrown)
    finish(dog.isCancelled ? 'cancelled' : 'failed', isBlamed(failure))
    void events.return?.().catch(() => undefined)
    const next = dog.isCancelled
      ? null
      : await resume(deps, job, { broken: leg, text, failure, spent: settled }, course)
    if (!next) throw failure
    return begin(next)
  }

  async function* events(): AsyncGenerator<GenerationEvent> {
    let next = current.firstEvent
    try {
      for (;;) {
        try {
          while (!next.done) {
            current.meter.observe(next.value)
            if (next.value.type === 'chunk') text += next.value.text
            current.dog.expectReader(DEADLINES.readMs)
            yield next.value
            next = await current.next()
          }
          current.finish('completed')
          return
        } catch (thrown) {
          current = await goOn(thrown)
          next = current.firstEvent
        }
      }
    } finally {
      // Left early by its reader unless it has ended otherwise.
      if (current.finish('cancelled')) await current.events.return?.().catch(() => undefined)
    }
  }

  return {
    get endpoint() {
      return current.leg.candidate.endpoint
    },
    attempts,
    queueMs,
    headroom,
    timeToFirstTokenMs: opened.timeToFirstTokenMs,
    events: events(),
    spend: () => addSpend(settled, current.spend()),
    finishReason: () => current.meter.finishReason(),
  }
}

function part(
  deps: DispatchDeps,
  job: Job,
  opened: Opened,
  onEnd: (spend: Spend, attempt: Attempt) => void,
): Part {
  const { leg, startedMs, dog, events } = opened
  const { stallMs } = job.policy.deadlines
  const meter = spendMeter(job, leg, startedMs)
  const isTooSlow = pace(job.policy.minTokensPerSecond)
  const mostEvents = EVENTS_PER_TOKEN * job.request.maxTokens + OTHER_EVENTS
  let received = 0
  let isFinished = false
  const finish = (outcome: UsageOutcome, isBlamed = true) => {
    if (isFinished) return false
    isFinished = true
    const spent = meter.total(deps.now())
    opened.close(outcome, spent.completionTokens, isBlamed)
    settle(deps, job, leg, { ...spent, outcome })
    const { id } = leg.candidate.endpoint
    const durationMs = deps.now() - startedMs
    onEnd(spent, { endpoint: id, outcome: outcome === 'completed' ? 'ok' : outcome, durationMs })
    return true
  }
  const next = async () => {
    dog.expect(stallMs, 'next token', stallMs >= FAIR.stallMs)
    const askedMs = deps.now()
    const result = await events.next()
    if (isTooSlow(deps.now() - askedMs)) throw tooSlow(job.policy)
    received += 1
    if (received > mostEvents)
      throw new AppError('upstream_rejected', 'The model server sent more than it was asked for')
    return result
  }
  // Whoever stopped reading, or never began, does not come back to iterate: nothing may wait for that.
  const onAbort = () => finish(dog.isCancelled ? 'cancelled' : 'failed', isBlamed(abortReason(dog)))
  if (dog.signal.aborted) onAbort()
  else dog.signal.addEventListener('abort', onAbort, { once: true })
  return { ...opened, meter, next, finish, spend: () => (isFinished ? NOTHING : meter.total(deps.now())) }
}

function tooSlow({ minTokensPerSecond }: Job['policy']): AppError {
  const details = minTokensPerSecond > FAIR.minTokensPerSecond ? IMPATIENT : {}
  return new AppError('upstream_timeout', 'The model server was too slow to go on with', { details })
}

const isBlamed = (failure: AppError | null) => failure === null || !('isImpatient' in failure.details)
