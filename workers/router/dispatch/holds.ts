import type { BudgetDecision } from '../../../shared/domain/budget.ts'
import type { EndpointRecord } from '../../../shared/domain/endpoint.ts'
import type { LeaseDecision } from '../../../shared/domain/lease.ts'
import { AppError } from '../../../shared/errors.ts'
import { errorFields } from '../../../shared/log.ts'
import type { LeaseRelease, Settlement, SpendIntent } from '../../../shared/ports/objects.ts'
import { DEADLINES, type DispatchDeps, type Job } from './job.ts'

const LEASE_MS = 30_000
const HEARTBEAT_MS = 10_000
/** A reservation outlives every deadline, so it expires only when its router is gone. */
const RESERVATION_MS = DEADLINES.totalMs + 60_000
const SEND_ATTEMPTS = 3
const SEND_AGAIN_AFTER_MS = 200

/** Holds the money. When the tenant's object does not answer, nothing stays held. */
export async function reserve(
  deps: DispatchDeps,
  job: Job,
  endpoint: EndpointRecord,
  amountNanoUsd: number,
): Promise<BudgetDecision> {
  const reservation = { intent: intentOf(job, endpoint), amountNanoUsd, expiresInMs: RESERVATION_MS }
  try {
    return await money(deps, job).now({ type: 'reserve', reservation }, job.waitUntil)
  } catch (thrown) {
    // It may have been held before the answer was lost.
    giveBack(deps, job)
    throw thrown
  }
}

/** Gives the reservation back; nothing was spent. */
export function giveBack(deps: DispatchDeps, job: Job) {
  const { requestId } = job.context
  insist(deps, job, 'release', () => money(deps, job).soon({ type: 'release', requestId }, job.waitUntil))
}

export function settle(
  deps: DispatchDeps,
  job: Job,
  endpoint: EndpointRecord,
  spent: Omit<Settlement, keyof SpendIntent>,
) {
  const settlement = { ...intentOf(job, endpoint), ...spent }
  insist(deps, job, 'settle', () => money(deps, job).soon({ type: 'settle', settlement }, job.waitUntil))
}

/** A slot, or why there is none. The extractive answerer runs in this isolate and has no slots to hold. */
export async function acquire(
  deps: DispatchDeps,
  job: Job,
  endpoint: EndpointRecord,
): Promise<LeaseDecision | { granted: false; reason: 'unreachable'; retryAfterMs: number }> {
  if (endpoint.kind === 'extractive') return { granted: true }
  const { requestId } = job.context
  const { maxConcurrency } = endpoint
  const lease = { requestId, maxConcurrency, tokens: job.request.maxTokens, expiresInMs: LEASE_MS }
  try {
    return await deps.slots(endpoint.id).now({ type: 'acquire', lease }, job.waitUntil)
  } catch (thrown) {
    // It may have been granted before the answer was lost.
    free(deps, job, endpoint, { outcome: 'unused', durationMs: 0, timeToFirstTokenMs: null })
    deps.log({ ...failed(job, 'acquire', thrown), endpoint: endpoint.id })
    return { granted: false, reason: 'unreachable', retryAfterMs: 1_000 }
  }
}

/** Extends the slot until the returned function is called. */
export function keepSlot(deps: DispatchDeps, job: Job, endpoint: EndpointRecord): () => void {
  if (endpoint.kind === 'extractive') return () => undefined
  const { requestId } = job.context
  const operation = { type: 'extend', requestId, expiresInMs: LEASE_MS } as const
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
