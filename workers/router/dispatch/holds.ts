import type { AdmissionDecision } from '../../../shared/domain/budget.ts'
import type { EndpointRecord } from '../../../shared/domain/endpoint.ts'
import { type LeaseDecision, type LeaseRelease, UNUSED } from '../../../shared/domain/lease.ts'
import type { RateHeadroom } from '../../../shared/domain/rate-limit.ts'
import type { Candidate } from '../../../shared/domain/routing/candidate.ts'
import { AppError } from '../../../shared/errors.ts'
import { errorFields } from '../../../shared/log.ts'
import type { Settlement, SpendIntent } from '../../../shared/ports/objects.ts'
import type { Taken } from '../escrow/grants.ts'
import type { Slot } from '../escrow/slot-pool.ts'
import { DEADLINES, type DispatchDeps, type Job } from './job.ts'

export const LEASE_MS = 30_000
const HEARTBEAT_MS = 10_000
/** A reservation outlives every deadline, so it expires only when its router is gone. */
const RESERVATION_MS = DEADLINES.totalMs + 60_000

/**
 * Money held under one name. The first reservation of a request bears the request's own id; each that may be spent beside it has another.
 * `taken`: out of a purse, where the tenant's object has granted it in advance.
 */
export type Reserved = {
  readonly spendId: string
  readonly amountNanoUsd: number
  readonly taken: Taken | null
  /** What is left of rate limits, where there are any. */
  readonly headroom?: RateHeadroom
}
/** One try at one endpoint, and what is held for it. `continuedTokens`: what it is told of an answer that it goes on with. */
export type Leg = {
  readonly candidate: Candidate
  readonly slot: Slot
  readonly reserved: Reserved
  readonly continuedTokens: number
}

type Wanted = Pick<Reserved, 'spendId' | 'amountNanoUsd'>
/** The money, or why there is none. */
type Reserving = Reserved | Extract<AdmissionDecision, { allowed: false }>

/** Holds the money. When the tenant's object does not answer, nothing stays held. */
export async function reserve(
  deps: DispatchDeps,
  job: Job,
  { endpoint }: Candidate,
  { spendId, amountNanoUsd }: Wanted,
): Promise<Reserving> {
  const intent = { ...intentOf(job, endpoint), id: spendId }
  const worstTokens = Math.min(job.maxPromptTokens, endpoint.contextTokens) + job.request.maxTokens
  const isFirst = spendId === job.context.requestId
  const tokens = isFirst && !job.isBeside ? worstTokens : null
  const reservation = { intent, amountNanoUsd, tokens, expiresInMs: RESERVATION_MS }
  const { tenantId, keyId } = job.context.principal
  const taken = isFirst ? deps.purse(tenantId, keyId).take(reservation, job.waitUntil) : null
  if (taken) return { spendId, amountNanoUsd, taken }
  try {
    const decision = await money(deps, job).now({ type: 'reserve', reservation }, job.waitUntil)
    if (!decision.allowed) return decision
    const { requests, tokens: ofTokens } = decision
    const headroom = { ...(requests && { requests }), ...(ofTokens && { tokens: ofTokens }) }
    return { spendId, amountNanoUsd, taken, headroom }
  } catch (thrown) {
    // It may have been held before the answer was lost.
    giveBack(deps, job, { spendId, amountNanoUsd, taken })
    throw thrown
  }
}

/** Gives the reservation back; nothing was spent. */
export function giveBack(deps: DispatchDeps, job: Job, { spendId, taken }: Reserved) {
  if (taken) return taken.giveBack(job.waitUntil)
  const operation = { type: 'release', requestId: spendId } as const
  money(deps, job).post(operation, job.waitUntil, { failed: told(deps, job, 'release') })
}

export function settle(
  deps: DispatchDeps,
  job: Job,
  { candidate, reserved }: Leg,
  spent: Omit<Settlement, keyof SpendIntent>,
) {
  const { taken, spendId } = reserved
  const settlement = { ...intentOf(job, candidate.endpoint), ...spent, id: spendId }
  const failed = told(deps, job, 'settle')
  if (taken) taken.settle(settlement, job.waitUntil, failed)
  else money(deps, job).post({ type: 'settle', settlement }, job.waitUntil, { failed })
}

export type Admission =
  | { readonly granted: true; readonly slot: Slot }
  | Exclude<LeaseDecision, { granted: true }>

/** A slot, a place in the queue, or why neither. The extractive answerer runs in this isolate and has no slots to hold. */
export async function acquire(
  deps: DispatchDeps,
  job: Job,
  endpoint: EndpointRecord,
  maxWaitMs: number,
): Promise<Admission> {
  if (endpoint.kind === 'extractive') return { granted: true, slot: NO_SLOT }
  const kept = deps.pool(endpoint.id).take()
  if (kept) return { granted: true, slot: kept }
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
    return admission(job, await deps.slots(endpoint.id).now({ type: 'acquire', lease }, job.waitUntil))
  } catch (thrown) {
    return unreachable(deps, job, endpoint, thrown)
  }
}

export const NO_SLOT: Slot = { leaseId: '', epoch: null, sharers: 1, isWanted: false }

function admission({ context }: Job, decision: LeaseDecision): Admission {
  if (!decision.granted) return decision
  const { epoch, inFlight: sharers } = decision
  return { granted: true, slot: { leaseId: context.requestId, epoch, sharers, isWanted: false } }
}

/** The end of the wait of a request that is queued. */
export async function waitForSlot(
  deps: DispatchDeps,
  job: Job,
  endpoint: EndpointRecord,
): Promise<Admission> {
  try {
    return admission(job, await deps.waitForSlot(endpoint.id, job.context.requestId))
  } catch (thrown) {
    return unreachable(deps, job, endpoint, thrown)
  }
}

function unreachable(deps: DispatchDeps, job: Job, endpoint: EndpointRecord, thrown: unknown): Admission {
  // A slot may have been granted before the answer was lost.
  leaveQueue(deps, job, endpoint)
  deps.log({ ...failed(job, 'acquire', thrown), endpoint: endpoint.id })
  return { granted: false, reason: 'unreachable', retryAfterMs: 1_000 }
}

/** Extends the slot until the returned function is called. */
export function keepSlot(deps: DispatchDeps, job: Job, { candidate, slot }: Leg): () => void {
  const { endpoint } = candidate
  const { leaseId, epoch } = slot
  if (endpoint.kind === 'extractive' || epoch === null) return () => undefined
  const operation = { type: 'extend', requestId: leaseId, epoch, expiresInMs: LEASE_MS } as const
  const heartbeat = setInterval(
    () => deps.slots(endpoint.id).post(operation, job.waitUntil, { failed: told(deps, job, 'extend') }),
    HEARTBEAT_MS,
  )
  return () => clearInterval(heartbeat)
}

/** Gives a slot back with what was learnt; after a good answer it may stay for the next request. */
export function free(
  deps: DispatchDeps,
  job: Job,
  { endpoint }: Candidate,
  slot: Slot,
  how: Omit<LeaseRelease, 'requestId' | 'epoch'>,
) {
  if (endpoint.kind === 'extractive') return
  const release = { ...how, requestId: slot.leaseId, epoch: slot.epoch }
  const pool = deps.pool(endpoint.id)
  if (how.outcome === 'served' && pool.keep(slot, release, job.waitUntil)) return
  if (how.outcome === 'failed' || how.outcome === 'throttled') pool.clear(job.waitUntil)
  deps.slots(endpoint.id).post({ type: 'release', release }, job.waitUntil, {
    failed: told(deps, job, 'free'),
  })
}

/** Gives back a slot that was not used. */
export const leave = (deps: DispatchDeps, job: Job, candidate: Candidate, slot: Slot) =>
  free(deps, job, candidate, slot, UNUSED)

/** Gives up a place in the queue, or a slot whose grant was never heard of. */
export function leaveQueue(deps: DispatchDeps, job: Job, endpoint: EndpointRecord) {
  const release = { ...UNUSED, requestId: job.context.requestId, epoch: null }
  deps.slots(endpoint.id).post({ type: 'release', release }, job.waitUntil, {
    failed: told(deps, job, 'free'),
  })
}

const money = (deps: DispatchDeps, job: Job) => deps.money(job.context.principal.tenantId)

/** For what must arrive though nobody waits for it: every failure is told, the last one means that the object settles by itself when time is over. */
const told = (deps: DispatchDeps, job: Job, operation: string) => (error: AppError, attempt: number) =>
  deps.log({ ...failed(job, operation, error), attempt })

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
