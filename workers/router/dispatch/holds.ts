import type { AdmissionDecision } from '../../../shared/domain/budget.ts'
import type { EndpointRecord } from '../../../shared/domain/endpoint.ts'
import type { LeaseDecision, LeaseRelease } from '../../../shared/domain/lease.ts'
import type { Candidate } from '../../../shared/domain/routing/candidate.ts'
import { AppError } from '../../../shared/errors.ts'
import { errorFields } from '../../../shared/log.ts'
import type { Settlement, SpendIntent } from '../../../shared/ports/objects.ts'
import { DEADLINES, type DispatchDeps, type Job } from './job.ts'

const LEASE_MS = 30_000
const HEARTBEAT_MS = 10_000
/** A reservation outlives every deadline, so it expires only when its router is gone. */
const RESERVATION_MS = DEADLINES.totalMs + 60_000
const SEND_ATTEMPTS = 3
const SEND_AGAIN_AFTER_MS = 200

/** Money held under one name. The first reservation of a request bears the request's own id; each that may be spent beside it has another. */
export type Reserved = { readonly spendId: string; readonly amountNanoUsd: number }
/** A slot at an endpoint: its fencing epoch, and how many requests share the endpoint. */
export type Slot = { readonly epoch: number | null; readonly sharers: number }
/** One try at one endpoint, and what is held for it. `continuedTokens`: what it is told of an answer that it goes on with. */
export type Leg = {
  readonly candidate: Candidate
  readonly slot: Slot
  readonly reserved: Reserved
  readonly continuedTokens: number
}

/** Holds the money, or says why not. When the tenant's object does not answer, nothing stays held. */
export async function reserve(
  deps: DispatchDeps,
  job: Job,
  { endpoint }: Candidate,
  { spendId, amountNanoUsd }: Reserved,
): Promise<AdmissionDecision> {
  const intent = { ...intentOf(job, endpoint), id: spendId }
  const worstTokens = Math.min(job.maxPromptTokens, endpoint.contextTokens) + job.request.maxTokens
  const tokens = spendId === job.context.requestId ? worstTokens : null
  const reservation = { intent, amountNanoUsd, tokens, expiresInMs: RESERVATION_MS }
  try {
    return await money(deps, job).now({ type: 'reserve', reservation }, job.waitUntil)
  } catch (thrown) {
    // It may have been held before the answer was lost.
    giveBack(deps, job, spendId)
    throw thrown
  }
}

/** Gives the reservation back; nothing was spent. */
export function giveBack(deps: DispatchDeps, job: Job, spendId: string) {
  const operation = { type: 'release', requestId: spendId } as const
  insist(deps, job, 'release', () => money(deps, job).soon(operation, job.waitUntil))
}

export function settle(
  deps: DispatchDeps,
  job: Job,
  { candidate, reserved }: Leg,
  spent: Omit<Settlement, keyof SpendIntent>,
) {
  const settlement = { ...intentOf(job, candidate.endpoint), ...spent, id: reserved.spendId }
  insist(deps, job, 'settle', () => money(deps, job).soon({ type: 'settle', settlement }, job.waitUntil))
}

/** A slot, a place in the queue, or why neither. The extractive answerer runs in this isolate and has no slots to hold. */
export async function acquire(
  deps: DispatchDeps,
  job: Job,
  endpoint: EndpointRecord,
  maxWaitMs: number,
): Promise<LeaseDecision> {
  if (endpoint.kind === 'extractive') return { granted: true, epoch: 0, inFlight: 1 }
  const { requestId, principal } = job.context
  const lease = {
    requestId,
    tenantId: principal.tenantId,
    priority: job.policy.priority,
    maxConcurrency: endpoint.maxConcurrency,
    tokens: job.estimatedPromptTokens + job.request.maxTokens,
    expiresInMs: LEASE_MS,
    maxWaitMs,
  }
  try {
    return await deps.slots(endpoint.id).now({ type: 'acquire', lease }, job.waitUntil)
  } catch (thrown) {
    return unreachable(deps, job, endpoint, thrown)
  }
}

/** The end of the wait of a request that is queued. */
export async function waitForSlot(
  deps: DispatchDeps,
  job: Job,
  endpoint: EndpointRecord,
): Promise<LeaseDecision> {
  try {
    return await deps.waitForSlot(endpoint.id, job.context.requestId)
  } catch (thrown) {
    return unreachable(deps, job, endpoint, thrown)
  }
}

function unreachable(deps: DispatchDeps, job: Job, endpoint: EndpointRecord, thrown: unknown): LeaseDecision {
  // A slot may have been granted before the answer was lost.
  leave(deps, job, endpoint)
  deps.log({ ...failed(job, 'acquire', thrown), endpoint: endpoint.id })
  return { granted: false, reason: 'unreachable', retryAfterMs: 1_000 }
}

/** Extends the slot until the returned function is called. */
export function keepSlot(deps: DispatchDeps, job: Job, { candidate, slot }: Leg): () => void {
  const { endpoint } = candidate
  const { epoch } = slot
  if (endpoint.kind === 'extractive' || epoch === null) return () => undefined
  const { requestId } = job.context
  const operation = { type: 'extend', requestId, epoch, expiresInMs: LEASE_MS } as const
  const heartbeat = setInterval(
    () => insist(deps, job, 'extend', () => deps.slots(endpoint.id).soon(operation, job.waitUntil)),
    HEARTBEAT_MS,
  )
  return () => clearInterval(heartbeat)
}

export function free(
  deps: DispatchDeps,
  job: Job,
  endpoint: EndpointRecord,
  how: Omit<LeaseRelease, 'requestId'>,
) {
  if (endpoint.kind === 'extractive') return
  const release = { ...how, requestId: job.context.requestId }
  insist(deps, job, 'free', () => deps.slots(endpoint.id).soon({ type: 'release', release }, job.waitUntil))
}

/** Gives back a slot that was not used, or a place in the queue. */
export const leave = (deps: DispatchDeps, job: Job, endpoint: EndpointRecord, epoch: number | null = null) =>
  free(deps, job, endpoint, { ...UNUSED, epoch })

const UNUSED = {
  outcome: 'unused',
  durationMs: 0,
  timeToFirstTokenMs: null,
  outputTokens: 0,
  retryAfterMs: null,
} as const

const money = (deps: DispatchDeps, job: Job) => deps.money(job.context.principal.tenantId)

/**
 * For what must arrive though nobody waits for it. An object that was reset or moved answers again at once, and knows what it was
 * told before; without this a settlement that met a reset would be posted at its worst case when the reservation expires.
 */
function insist(deps: DispatchDeps, job: Job, operation: string, send: () => Promise<unknown>) {
  const sending = async () => {
    for (let attempt = 1; attempt <= SEND_ATTEMPTS; attempt += 1) {
      try {
        await send()
        return
      } catch (thrown) {
        deps.log({ ...failed(job, operation, thrown), attempt })
      }
      await new Promise((resolve) => setTimeout(resolve, SEND_AGAIN_AFTER_MS * attempt))
    }
  }
  job.waitUntil(sending())
}

function failed({ context }: Job, operation: string, thrown: unknown) {
  const { requestId, principal } = context
  const error = errorFields(AppError.from(thrown))
  return {
    event: 'operation_failed',
    worker: 'router',
    requestId,
    tenantId: principal.tenantId,
    operation,
    error,
  }
}

function intentOf({ context, collection }: Job, endpoint: EndpointRecord): SpendIntent {
  const { id: endpointId, configuration, provider, region, level, model, tier } = endpoint
  const { requestId: id, principal } = context
  const { tenantId, keyId } = principal
  return { id, tenantId, keyId, collection, tier, endpointId, configuration, provider, region, level, model }
}
