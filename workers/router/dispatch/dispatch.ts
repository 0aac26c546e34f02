import type { EndpointRecord } from '../../../shared/domain/endpoint.ts'
import type { Candidate } from '../../../shared/domain/routing.ts'
import { AppError } from '../../../shared/errors.ts'
import { acquire, free, giveBack, keepSlot, reserve } from './holds.ts'
import { type Attempt, DEADLINES, type DispatchDeps, type Job } from './job.ts'
import { abortReason, type Opened, type Session, session } from './session.ts'
import { watchdog } from './watchdog.ts'

type Admission = Awaited<ReturnType<typeof acquire>>

/**
 * Holds the money for the dearest candidate and a slot at the best one, then tries candidates in order until one has said its first word.
 * Throws AppError: budget_exhausted, no_capacity, or the last origin's own failure; nothing stays held then.
 */
export async function dispatch(deps: DispatchDeps, job: Job): Promise<Session> {
  const startedMs = deps.now()
  const [first] = job.candidates
  if (!first) throw new AppError('no_endpoint', 'No endpoint may serve this request')
  const reservedNanoUsd = Math.max(...job.candidates.map(({ worstCaseNanoUsd }) => worstCaseNanoUsd))
  const [budget, admission] = await Promise.all([
    reserve(deps, job, first.endpoint, reservedNanoUsd).catch((thrown: unknown) => AppError.from(thrown)),
    acquire(deps, job, first.endpoint),
  ])
  const refusal = budget instanceof AppError ? budget : budgetExhausted(budget, reservedNanoUsd)
  if (refusal) {
    if (admission.granted) free(deps, job, first.endpoint, unserved('unused', 0))
    throw refusal
  }
  const opened = await openFirst(deps, job, admission, startedMs + job.totalMs)
  if (opened instanceof AppError) {
    giveBack(deps, job)
    throw opened
  }
  return session(deps, job, opened, { queueMs: opened.attemptMs - startedMs, reservedNanoUsd })
}

/** The first candidate that has a slot and says a word, or why none did. */
async function openFirst(
  deps: DispatchDeps,
  job: Job,
  firstAdmission: Admission,
  endsAtMs: number,
): Promise<Opened | AppError> {
  const attempts: Attempt[] = []
  let failure: AppError | null = null
  let retryAfterMs = Number.POSITIVE_INFINITY
  for (const [index, { endpoint }] of inTime(deps, job.candidates, endsAtMs)) {
    const admission = index === 0 ? firstAdmission : await acquire(deps, job, endpoint)
    if (!admission.granted) {
      retryAfterMs = Math.min(retryAfterMs, admission.retryAfterMs)
      attempts.push({ endpoint: endpoint.id, outcome: admission.reason, durationMs: 0 })
      continue
    }
    const attemptMs = deps.now()
    const opened = await open(deps, job, endpoint, endsAtMs).catch((thrown: unknown) => AppError.from(thrown))
    if (!(opened instanceof AppError)) return { ...opened, endpoint, attempts, attemptMs }
    failure = opened
    const durationMs = deps.now() - attemptMs
    attempts.push({ endpoint: endpoint.id, outcome: opened.code, durationMs })
    const isOriginsFault = opened.code.startsWith('upstream_') && !job.clientSignal.aborted
    free(deps, job, endpoint, unserved(isOriginsFault ? 'failed' : 'unused', durationMs))
    if (isCallersFault(opened) || job.clientSignal.aborted) break
  }
  if (!failure)
    return new AppError('no_capacity', 'Every endpoint that may serve this request is busy', {
      details: { retryAfterMs, attempts },
    })
  const { code, message, details } = failure
  return new AppError(code, message, { cause: failure, details: { ...details, attempts } })
}

/** The first candidate, and further ones while there is time; quoting takes none. */
function* inTime(deps: DispatchDeps, candidates: readonly Candidate[], endsAtMs: number) {
  for (const [index, candidate] of candidates.entries())
    if (index === 0 || candidate.endpoint.kind === 'extractive' || deps.now() < endsAtMs)
      yield [index, candidate] as const
}

/** Sends the request and waits for the first event: until then another endpoint can still take over. */
async function open(
  deps: DispatchDeps,
  job: Job,
  endpoint: EndpointRecord,
  endsAtMs: number,
): Promise<Pick<Opened, 'events' | 'firstEvent' | 'dog' | 'stopKeeping'>> {
  const { request, clientSignal } = job
  const totalMs = endpoint.kind === 'extractive' ? job.totalMs : endsAtMs - deps.now()
  const dog = watchdog(totalMs, deps.now)
  const stopKeeping = keepSlot(deps, job, endpoint)
  if (clientSignal.aborted) dog.cancel()
  clientSignal.addEventListener('abort', dog.cancel, { once: true })
  deps.registry.started(endpoint.id)
  try {
    dog.expect(request.stream ? DEADLINES.headMs : totalMs, 'response head')
    const sent = { ...request, requestId: job.context.requestId, model: endpoint.model }
    const iterable = await deps.generatorFor(endpoint).generate(sent, dog.signal)
    const events = iterable[Symbol.asyncIterator]()
    dog.expect(request.stream ? DEADLINES.firstTokenMs : totalMs, 'first token')
    return { events, firstEvent: await events.next(), dog, stopKeeping }
  } catch (error) {
    dog.stop()
    stopKeeping()
    deps.registry.ended(endpoint.id, 0, false)
    throw abortReason(dog) ?? error
  }
}

const unserved = (outcome: 'failed' | 'unused', durationMs: number) => ({
  outcome,
  durationMs,
  timeToFirstTokenMs: null,
})

function isCallersFault({ code }: AppError): boolean {
  return code === 'invalid_request' || code === 'context_length_exceeded'
}

function budgetExhausted(decision: Awaited<ReturnType<typeof reserve>>, neededNanoUsd: number) {
  if (decision.allowed) return null
  const { keyId, period, remainingNanoUsd } = decision
  const whose = keyId === null ? "The tenant's" : "The key's"
  const message = `${whose} budget for this ${period} cannot cover what this request may cost`
  const details = { keyId, period, remainingNanoUsd, neededNanoUsd }
  return new AppError('budget_exhausted', message, { details })
}
