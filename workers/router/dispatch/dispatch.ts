import type { BudgetDecision } from '../../../shared/domain/budget.ts'
import type { EndpointRecord } from '../../../shared/domain/endpoint.ts'
import type { LeaseDecision } from '../../../shared/domain/lease.ts'
import type { Candidate } from '../../../shared/domain/routing.ts'
import type { UsageOutcome } from '../../../shared/domain/usage.ts'
import { AppError } from '../../../shared/errors.ts'
import type { GenerationEvent, GenerationRequest, Generator } from '../../../shared/ports/generator.ts'
import type {
  EndpointOperation,
  LeaseRelease,
  SpendIntent,
  TenantOperation,
} from '../../../shared/ports/objects.ts'
import type { CallContext } from '../../../shared/ports/services.ts'
import type { Lane, WaitUntil } from '../lane.ts'
import type { Registry } from '../registry.ts'
import { type Spend, spendMeter } from './spend.ts'
import { type Watchdog, watchdog } from './watchdog.ts'

/** How long an origin may keep silent, in milliseconds. The total is capped by the caller's own maxLatencyMs. */
export const DEADLINES = { headMs: 30_000, firstTokenMs: 60_000, stallMs: 30_000, totalMs: 600_000 } as const
const LEASE_MS = 30_000
const HEARTBEAT_MS = 10_000
/** A reservation outlives every deadline, so it expires only when its router is gone. */
const RESERVATION_MS = DEADLINES.totalMs + 60_000
const MAX_ATTEMPTS = 3

export type DispatchDeps = {
  readonly money: (tenantId: string) => Lane<TenantOperation, BudgetDecision>
  readonly slots: (endpointId: string) => Lane<EndpointOperation, LeaseDecision>
  readonly generatorFor: (endpoint: EndpointRecord) => Generator
  readonly registry: Registry
  readonly now: () => number
}

export type Job = {
  readonly context: CallContext
  readonly collection: string | null
  /** Best first, not empty. */
  readonly candidates: readonly Candidate[]
  readonly request: Omit<GenerationRequest, 'model' | 'requestId'>
  /** For the bill, when the origin reports no usage. */
  readonly estimatedPromptTokens: number
  readonly totalMs: number
  /** What was tried before this dispatch, for the record. */
  readonly earlierAttempts?: readonly Attempt[] | undefined
  /** Aborts when the client leaves. */
  readonly clientSignal: AbortSignal
  readonly waitUntil: WaitUntil
}

export type Attempt = { readonly endpoint: string; readonly outcome: string; readonly durationMs: number }

/** A running answer. Iterating `events` to its end, leaving it, or `cancel()` gives slot and money back, exactly once. */
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

/**
 * Holds the money for the dearest candidate and a slot at the best one, then tries candidates in order until one has said its first word.
 * Throws AppError: budget_exhausted, no_capacity, or the last origin's own failure; nothing stays held then.
 */
export async function dispatch(deps: DispatchDeps, job: Job): Promise<Session> {
  const startedMs = deps.now()
  const candidates = job.candidates.slice(0, MAX_ATTEMPTS)
  const [first] = candidates
  if (!first) throw new AppError('no_endpoint', 'No endpoint may serve this request')
  const money = deps.money(job.context.principal.tenantId)
  const reservedNanoUsd = Math.max(...candidates.map(({ worstCaseNanoUsd }) => worstCaseNanoUsd))
  const reservation = {
    intent: intentOf(job, first.endpoint),
    amountNanoUsd: reservedNanoUsd,
    expiresInMs: RESERVATION_MS,
  }
  const [budget, firstLease] = await Promise.all([
    money.now({ type: 'reserve', reservation }, job.waitUntil),
    acquire(deps, job, first.endpoint),
  ])
  if (!budget.allowed) {
    if (firstLease.granted) free(deps, job, first.endpoint, unserved(job, 0))
    throw budgetExhausted(budget, reservedNanoUsd)
  }
  const opened = await openFirst(deps, job, candidates, firstLease)
  if (opened instanceof AppError) {
    const { requestId } = job.context
    job.waitUntil(money.soon({ type: 'release', requestId }, job.waitUntil))
    throw opened
  }
  return session(deps, job, { ...opened, queueMs: opened.attemptMs - startedMs, reservedNanoUsd })
}

type Opening = Opened & { endpoint: EndpointRecord; attempts: Attempt[]; attemptMs: number }

/** The first candidate that has a slot and says a word, or why none did. */
async function openFirst(
  deps: DispatchDeps,
  job: Job,
  candidates: readonly Candidate[],
  firstLease: LeaseDecision,
): Promise<Opening | AppError> {
  const attempts: Attempt[] = [...(job.earlierAttempts ?? [])]
  let failure: AppError | null = null
  let retryAfterMs = Number.POSITIVE_INFINITY
  for (const [index, { endpoint }] of candidates.entries()) {
    const lease = index === 0 ? firstLease : await acquire(deps, job, endpoint)
    if (!lease.granted) {
      retryAfterMs = Math.min(retryAfterMs, lease.retryAfterMs)
      attempts.push({ endpoint: endpoint.id, outcome: lease.reason, durationMs: 0 })
      continue
    }
    const attemptMs = deps.now()
    const opened = await open(deps, job, endpoint).catch((error: unknown) => AppError.from(error))
    if (!(opened instanceof AppError)) return { ...opened, endpoint, attempts, attemptMs }
    failure = opened
    const durationMs = deps.now() - attemptMs
    attempts.push({ endpoint: endpoint.id, outcome: opened.code, durationMs })
    free(deps, job, endpoint, unserved(job, durationMs))
    if (isCallersFault(opened) || job.clientSignal.aborted) break
  }
  if (!failure)
    return new AppError('no_capacity', 'Every endpoint that may serve this request is busy', {
      details: { retryAfterMs, attempts },
    })
  const { code, message, details } = failure
  return new AppError(code, message, { cause: failure, details: { ...details, attempts } })
}

type Opened = {
  events: AsyncIterator<GenerationEvent>
  firstEvent: IteratorResult<GenerationEvent>
  dog: Watchdog
}

/** Sends the request and waits for the first event: until then another endpoint can still take over. */
async function open(deps: DispatchDeps, job: Job, endpoint: EndpointRecord): Promise<Opened> {
  const dog = watchdog(job.totalMs, deps.now)
  if (job.clientSignal.aborted) dog.cancel()
  job.clientSignal.addEventListener('abort', dog.cancel, { once: true })
  deps.registry.started(endpoint.id)
  try {
    dog.expect(job.request.stream ? DEADLINES.headMs : job.totalMs, 'response head')
    const request = { ...job.request, requestId: job.context.requestId, model: endpoint.model }
    const iterable = await deps.generatorFor(endpoint).generate(request, dog.signal)
    const events = iterable[Symbol.asyncIterator]()
    dog.expect(job.request.stream ? DEADLINES.firstTokenMs : job.totalMs, 'first token')
    return { events, firstEvent: await events.next(), dog }
  } catch (error) {
    dog.stop()
    deps.registry.ended(endpoint.id, 0, false)
    throw abortReason(dog) ?? error
  }
}

function session(
  deps: DispatchDeps,
  job: Job,
  opening: Opening & { queueMs: number; reservedNanoUsd: number },
): Session {
  const { endpoint, dog, attempts, attemptMs } = opening
  const timeToFirstTokenMs = deps.now() - attemptMs
  const meter = spendMeter(endpoint, job.estimatedPromptTokens)
  const spend = () => {
    const total = meter.total()
    // The tenant never posts more than was held; an origin that claims more does not move money.
    return { ...total, costNanoUsd: Math.min(total.costNanoUsd, opening.reservedNanoUsd) }
  }
  const heartbeat = setInterval(() => extend(deps, job, endpoint), HEARTBEAT_MS)

  const finish = (outcome: UsageOutcome) => {
    clearInterval(heartbeat)
    dog.stop()
    const durationMs = deps.now() - attemptMs
    const succeeded = outcome !== 'failed'
    deps.registry.ended(endpoint.id, durationMs, outcome === 'completed')
    attempts.push({ endpoint: endpoint.id, outcome: outcome === 'completed' ? 'ok' : outcome, durationMs })
    const settlement = { ...intentOf(job, endpoint), ...spend(), outcome }
    const { requestId, principal } = job.context
    job.waitUntil(deps.money(principal.tenantId).soon({ type: 'settle', settlement }, job.waitUntil))
    free(deps, job, endpoint, { requestId, succeeded, durationMs, timeToFirstTokenMs })
  }
  return {
    endpoint,
    attempts,
    queueMs: opening.queueMs,
    timeToFirstTokenMs,
    events: watched(opening, meter.observe, finish),
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

function intentOf({ context, collection }: Job, endpoint: EndpointRecord): SpendIntent {
  const { id: endpointId, configuration, provider, region, level, model, tier } = endpoint
  const { tenantId, keyId } = context.principal
  return {
    id: context.requestId,
    tenantId,
    keyId,
    collection,
    tier,
    endpointId,
    configuration,
    provider,
    region,
    level,
    model,
  }
}

/** The extractive answerer runs in this isolate and has no slots to hold. */
async function acquire(deps: DispatchDeps, job: Job, endpoint: EndpointRecord): Promise<LeaseDecision> {
  if (endpoint.kind === 'extractive') return { granted: true }
  const { requestId } = job.context
  const { maxConcurrency } = endpoint
  const lease = { requestId, maxConcurrency, tokens: job.request.maxTokens, expiresInMs: LEASE_MS }
  return deps.slots(endpoint.id).now({ type: 'acquire', lease }, job.waitUntil)
}

function extend(deps: DispatchDeps, job: Job, endpoint: EndpointRecord) {
  if (endpoint.kind === 'extractive') return
  const { requestId } = job.context
  const operation = { type: 'extend', requestId, expiresInMs: LEASE_MS } as const
  job.waitUntil(deps.slots(endpoint.id).soon(operation, job.waitUntil))
}

function free(deps: DispatchDeps, job: Job, endpoint: EndpointRecord, release: LeaseRelease) {
  if (endpoint.kind === 'extractive') return
  job.waitUntil(deps.slots(endpoint.id).soon({ type: 'release', release }, job.waitUntil))
}

const unserved = ({ context }: Job, durationMs: number): LeaseRelease => ({
  requestId: context.requestId,
  succeeded: false,
  durationMs,
  timeToFirstTokenMs: null,
})

function abortReason({ signal }: Watchdog): AppError | null {
  return signal.aborted && signal.reason instanceof AppError ? signal.reason : null
}

/** What had been tried when `dispatch` gave up. */
export function attemptsOf(thrown: unknown): readonly Attempt[] {
  const { attempts } = AppError.from(thrown).details as { attempts?: readonly Attempt[] }
  return attempts ?? []
}

function isCallersFault({ code }: AppError): boolean {
  return code === 'invalid_request' || code === 'context_length_exceeded'
}

function budgetExhausted(
  refusal: { keyId: string | null; period: string; remainingNanoUsd: number },
  neededNanoUsd: number,
) {
  const whose = refusal.keyId === null ? "The tenant's" : "The key's"
  const message = `${whose} budget for this ${refusal.period} cannot cover what this request may cost`
  return new AppError('budget_exhausted', message, { details: { ...refusal, neededNanoUsd } })
}
