import { AppError } from '../../../shared/errors.ts'
import { refused } from '../../../shared/spending/refusal.ts'
import { type Search, slotSearch, waitMsOf } from './admit.ts'
import { acquire, giveBack, leave, leaveQueue, type Reserved, reserve } from './holds.ts'
import type { Attempt, DispatchDeps, Job } from './job.ts'
import type { Opened } from './open.ts'
import { openHedged } from './race.ts'
import { type Session, session } from './session.ts'

/**
 * Holds the money for the dearest candidate and a slot at the best one, then tries candidates in order until one has said its first word.
 * Throws AppError: budget_exhausted, rate_limited, no_capacity, or the last origin's own failure; nothing stays held then.
 */
export async function dispatch(deps: DispatchDeps, job: Job): Promise<Session> {
  const begun = begin(deps, job)
  // A request whose client has left ends at once, unless something keeps it: what it holds would be given back by nobody.
  job.waitUntil(begun.catch(() => undefined))
  return begun
}

async function begin(deps: DispatchDeps, job: Job): Promise<Session> {
  const startedMs = deps.now()
  const [first] = job.candidates
  if (!first) throw new AppError('no_endpoint', 'No endpoint may serve this request')
  const amountNanoUsd = Math.max(...job.candidates.map(({ worstCaseNanoUsd }) => worstCaseNanoUsd))
  const wanted = { spendId: job.context.requestId, amountNanoUsd }
  const [reserved, admission] = await Promise.all([
    reserve(deps, job, first, wanted).catch((thrown: unknown) => AppError.from(thrown)),
    acquire(deps, job, first.endpoint, waitMsOf(job, job.totalMs)),
  ])
  if (reserved instanceof AppError || 'allowed' in reserved) {
    if (admission.granted) leave(deps, job, first, admission.slot)
    else if (admission.reason === 'queued') leaveQueue(deps, job, first.endpoint)
    throw reserved instanceof AppError ? reserved : refused(reserved, amountNanoUsd)
  }
  const attempts: Attempt[] = []
  const endsAtMs = startedMs + job.totalMs
  const search = slotSearch(deps, job, { first: admission, endsAtMs, attempts })
  const opened = await openFirst(deps, job, reserved, { search, endsAtMs, attempts })
  if (opened instanceof AppError) {
    giveBack(deps, job, reserved)
    throw opened
  }
  const queueMs = opened.startedMs - startedMs
  const { headroom = {} } = reserved
  return session(deps, job, opened, { search, endsAtMs, attempts, queueMs, headroom })
}

type Course = { readonly search: Search; readonly endsAtMs: number; readonly attempts: Attempt[] }

/** The first candidate that has a slot and says a word, or why none did. */
async function openFirst(
  deps: DispatchDeps,
  job: Job,
  reserved: Reserved,
  course: Course,
): Promise<Opened | AppError> {
  const { search, attempts } = course
  let failure: AppError | null = null
  for (;;) {
    const admitted = await search.next()
    if (!admitted) break
    const startedMs = deps.now()
    const opened = await openHedged(deps, job, { ...admitted, reserved, continuedTokens: 0 }, course)
    if (!(opened instanceof AppError)) return opened
    failure = opened
    const durationMs = deps.now() - startedMs
    attempts.push({ endpoint: admitted.candidate.endpoint.id, outcome: opened.code, durationMs })
    if (isCallersFault(opened) || job.clientSignal.aborted) break
  }
  return explained(failure, search.retryAfterMs(), attempts)
}

function explained(failure: AppError | null, retryAfterMs: number, attempts: readonly Attempt[]): AppError {
  if (!failure) {
    const details = { ...(Number.isFinite(retryAfterMs) && { retryAfterMs }), attempts }
    return new AppError('no_capacity', 'Every endpoint that may serve this request is busy', { details })
  }
  const { code, message, details } = failure
  return new AppError(code, message, { cause: failure, details: { ...details, attempts } })
}

function isCallersFault({ code }: AppError): boolean {
  return code === 'invalid_request' || code === 'context_length_exceeded'
}
