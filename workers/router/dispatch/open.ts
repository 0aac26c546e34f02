import { PLAN_POLICIES } from '../../../shared/domain/routing/policy.ts'
import type { UsageOutcome } from '../../../shared/domain/usage.ts'
import { AppError } from '../../../shared/errors.ts'
import type { GenerationEvent } from '../../../shared/ports/generator.ts'
import { free, keepSlot, type Leg } from './holds.ts'
import { DEADLINES, type DispatchDeps, type Job } from './job.ts'
import { type Watchdog, watchdog } from './watchdog.ts'

/** What every endpoint may take: a tenant that waits less learns sooner that it wants another, and nobody else is to suffer for that. */
export const FAIR = {
  ...PLAN_POLICIES.free.deadlines,
  minTokensPerSecond: PLAN_POLICIES.free.minTokensPerSecond,
}

/** An origin that has said its first word, and what is held for it. */
export type Opened = {
  readonly leg: Leg
  readonly startedMs: number
  readonly timeToFirstTokenMs: number
  readonly events: AsyncIterator<GenerationEvent>
  readonly firstEvent: IteratorResult<GenerationEvent>
  readonly dog: Watchdog
  /** Ends the heartbeat and gives the slot back, with what was learnt; a second time does nothing. */
  readonly close: (outcome: UsageOutcome, outputTokens: number, isBlamed?: boolean) => void
}

/** A try under way. `opened` never rejects; nothing stays held when it is a failure. */
export type Opening = {
  readonly leg: Leg
  readonly opened: Promise<Opened | AppError>
  readonly startedMs: number
  /** The origin has taken the request: from here on it may have cost something. */
  readonly isAccepted: () => boolean
  readonly cancel: () => void
}

type Continuation = Pick<Job['request'], 'maxTokens' | 'continuation'>

/** Sends the request and waits for the first event: until then another endpoint can still take over. */
export function open(
  deps: DispatchDeps,
  job: Job,
  leg: Leg,
  endsAtMs: number,
  continuation: Continuation = job.request,
): Opening {
  const { endpoint, deadlineMs } = leg.candidate
  const startedMs = deps.now()
  const isQuoting = endpoint.kind === 'extractive'
  const totalMs = isQuoting ? job.totalMs : Math.min(endsAtMs - startedMs, deadlineMs)
  const dog = watchdog(totalMs, deps.now)
  const close = closer(deps, job, leg, startedMs)
  let isAccepted = false

  const first = async (): Promise<Opened> => {
    const { stream } = job.request
    const { headMs, firstTokenMs } = job.policy.deadlines
    dog.expect(stream ? headMs : totalMs, 'response head', headMs >= FAIR.headMs)
    const { requestId } = job.context
    const sent = { ...job.request, ...continuation, requestId, model: endpoint.model }
    const iterable = await deps.generatorFor(endpoint).generate(sent, dog.signal)
    isAccepted = true
    const events = iterable[Symbol.asyncIterator]()
    dog.expect(stream ? firstTokenMs : totalMs, 'first token', firstTokenMs >= FAIR.firstTokenMs)
    const firstEvent = await events.next()
    // From here on it is the reader who is waited for.
    dog.expectReader(DEADLINES.readMs)
    const timeToFirstTokenMs = deps.now() - startedMs
    // What the endpoint itself took: the way there is another for every caller, and an answer in one piece has no first token.
    const learnt = stream ? Math.max(0, timeToFirstTokenMs - leg.candidate.terms.rttMs) : null
    const done: Opened['close'] = (outcome, outputTokens, isBlamed = true) => {
      dog.stop()
      const failed = isBlamed ? 'failed' : 'unused'
      close({ outcome: outcome === 'failed' ? failed : 'served', timeToFirstTokenMs: learnt, outputTokens })
    }
    return { leg, startedMs, timeToFirstTokenMs, events, firstEvent, dog, close: done }
  }

  const opened = async (): Promise<Opened | AppError> => {
    if (job.clientSignal.aborted) dog.cancel()
    job.clientSignal.addEventListener('abort', dog.cancel, { once: true })
    try {
      return await first()
    } catch (thrown) {
      dog.stop()
      const error = abortReason(dog) ?? AppError.from(thrown)
      close({ ...blameOf(error, dog.isCancelled), timeToFirstTokenMs: null, outputTokens: 0 })
      return error
    }
  }
  return { leg, startedMs, opened: opened(), isAccepted: () => isAccepted, cancel: dog.cancel }
}

type Learnt = {
  readonly outcome: 'served' | 'failed' | 'throttled' | 'unused'
  readonly timeToFirstTokenMs: number | null
  readonly outputTokens: number
  readonly retryAfterMs?: number | null
}

function closer(deps: DispatchDeps, job: Job, leg: Leg, startedMs: number) {
  const { endpoint } = leg.candidate
  const stopKeeping = keepSlot(deps, job, leg)
  deps.observations.started(endpoint.id)
  const ended = Promise.withResolvers<void>()
  // As in `dispatch`, until this try has ended.
  job.waitUntil(ended.promise)
  let isClosed = false
  return (learnt: Learnt) => {
    if (isClosed) return
    isClosed = true
    ended.resolve()
    stopKeeping()
    deps.observations.ended(endpoint.id)
    const durationMs = deps.now() - startedMs
    free(deps, job, leg.candidate, leg.slot, { retryAfterMs: null, ...learnt, durationMs })
  }
}

/** Whether a failure says something about the endpoint: not when the caller left or was wrong. */
function blameOf(
  { code, details }: AppError,
  isCancelled: boolean,
): Pick<Learnt, 'outcome' | 'retryAfterMs'> {
  if (isCancelled || !code.startsWith('upstream_') || 'isImpatient' in details) return { outcome: 'unused' }
  const { status, retryAfterMs } = details as { status?: number; retryAfterMs?: number }
  return { outcome: status === 429 ? 'throttled' : 'failed', retryAfterMs: retryAfterMs ?? null }
}

/** Why the call was aborted, when it was. */
export function abortReason({ signal }: Watchdog): AppError | null {
  return signal.aborted && signal.reason instanceof AppError ? signal.reason : null
}
