import type { Candidate } from '../../../shared/domain/routing/candidate.ts'
import type { Slot } from '../escrow/slot-pool.ts'
import { type Admission, acquire, leaveQueue, NO_SLOT, waitForSlot } from './holds.ts'
import type { Attempt, DispatchDeps, Job } from './job.ts'

/** How many models are asked to answer one request; those that have no slot do not count. */
const MAX_ATTEMPTS = 3

export type Admitted = { readonly candidate: Candidate; readonly slot: Slot }

/** Goes through the candidates, best first, and finds who has a slot. Ask again when the one that was found failed. */
export type Search = {
  /** Stands in a queue when nobody has a slot now. Null: nobody is left. */
  next(): Promise<Admitted | null>
  /** The next candidate if it has a slot at this moment. It stays a candidate until `use` says that it was asked. */
  beside(): Promise<(Admitted & { use(): void }) | null>
  /** The soonest of the refusals' Retry-After; Infinity when nobody refused. */
  retryAfterMs(): number
}

/**
 * A slot that is free now is better than a place in a queue, so a request queues at the first candidate that lets it, looks on, and only then waits.
 * Quoting needs no slot and comes last of all.
 */
export function slotSearch(
  deps: DispatchDeps,
  job: Job,
  { first, endsAtMs, attempts }: { first: Admission; endsAtMs: number; attempts: Attempt[] },
): Search {
  const models = job.candidates.filter((candidate) => !isQuoting(candidate))
  const quoting = job.candidates.find(isQuoting)
  let [position, found] = [0, 0]
  let hasQuoted = false
  let queuedAt: Candidate | null = null
  let soonestMs = Infinity

  const admit = (candidate: Candidate, decision: Admission): Admitted | null => {
    if (decision.granted) {
      if (queuedAt && queuedAt !== candidate) leaveQueue(deps, job, queuedAt.endpoint)
      queuedAt = null
      found += 1
      return { candidate, slot: decision.slot }
    }
    if (decision.reason === 'queued') {
      queuedAt ??= candidate
      return null
    }
    if (queuedAt === candidate) queuedAt = null
    soonestMs = Math.min(soonestMs, decision.retryAfterMs)
    attempts.push(refusal(candidate, decision.reason))
    return null
  }

  const count = () => {
    position += 1
    found += 1
  }
  const isOver = () => found >= MAX_ATTEMPTS || (position > 0 && deps.now() >= endsAtMs)

  const lookOn = async (): Promise<Admitted | null> => {
    for (let candidate = models[position]; candidate && !isOver(); candidate = models[position]) {
      position += 1
      const maxWaitMs = queuedAt ? 0 : waitMsOf(job, endsAtMs - deps.now())
      const decision = position === 1 ? first : await acquire(deps, job, candidate.endpoint, maxWaitMs)
      const admitted = admit(candidate, decision)
      if (admitted) return admitted
    }
    return null
  }

  return {
    async next() {
      const now = await lookOn()
      const decision = now ? null : queuedAt && (await waitedFor(deps, job, queuedAt))
      const admitted = now ?? (queuedAt && decision && admit(queuedAt, decision))
      if (admitted || hasQuoted || !quoting) return admitted
      hasQuoted = true
      return { candidate: quoting, slot: NO_SLOT }
    },
    async beside() {
      const candidate = models[position]
      if (!candidate || isOver()) return null
      const decision = await acquire(deps, job, candidate.endpoint, 0)
      return decision.granted ? { candidate, slot: decision.slot, use: count } : null
    },
    retryAfterMs: () => soonestMs,
  }
}

const refusal = ({ endpoint }: Candidate, outcome: string): Attempt => ({
  endpoint: endpoint.id,
  outcome,
  durationMs: 0,
})

const isQuoting = ({ endpoint }: Candidate) => endpoint.kind === 'extractive'

export const waitMsOf = ({ policy }: Job, leftMs: number) => Math.max(0, Math.min(policy.maxWaitMs, leftMs))

/** The end of the wait in its queue; null for a client that has left. */
async function waitedFor(deps: DispatchDeps, job: Job, { endpoint }: Candidate): Promise<Admission | null> {
  const decision = await Promise.race([waitForSlot(deps, job, endpoint), whenLeft(job.clientSignal)])
  if (!decision) leaveQueue(deps, job, endpoint)
  return decision
}

/** Null as soon as the client has left; never otherwise. */
function whenLeft(signal: AbortSignal): Promise<null> {
  if (signal.aborted) return Promise.resolve(null)
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }))
}
