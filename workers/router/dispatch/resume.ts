import { costNanoUsd } from '../../../shared/domain/money.ts'
import type { Candidate } from '../../../shared/domain/routing/candidate.ts'
import { utf8Bytes } from '../../../shared/domain/tokens.ts'
import { AppError } from '../../../shared/errors.ts'
import { acquire, giveBack, type Leg, leave, reserve } from './holds.ts'
import type { DispatchDeps, Job } from './job.ts'
import { type Opened, open } from './open.ts'
import type { Course } from './session.ts'
import type { Spend } from './spend.ts'

/** Fields of a request whose answer is more than one run of text: half of it cannot be gone on with. */
const UNRESUMABLE = ['tools', 'functions', 'logprobs', 'top_logprobs', 'response_format']
/** Often enough for a fleet in trouble, and a bound on what one answer can cost. */
const MAX_RESUMPTIONS = 2

type Break = {
  readonly broken: Leg
  readonly text: string
  readonly failure: AppError
  /** What the parts so far have generated and cost. */
  readonly spent: Pick<Spend, 'completionTokens' | 'costNanoUsd'>
}

/**
 * Another endpoint that goes on where one broke off, already speaking; null when nobody can. It is sent the answer so far, for money of its own: what it
 * may cost is reserved first, so that an answer in two parts cannot pass a budget either.
 */
export async function resume(
  deps: DispatchDeps,
  job: Job,
  { broken, text, failure, spent }: Break,
  { endsAtMs, attempts }: Course,
): Promise<Opened | null> {
  const resumptions = attempts.filter(({ outcome }) => outcome === 'failed').length
  if (!mayResume(job, failure) || resumptions > MAX_RESUMPTIONS || deps.now() >= endsAtMs) return null
  const continuation = { continuation: text, maxTokens: job.request.maxTokens - spent.completionTokens }
  const [candidate] = successors(deps, job, broken, attempts)
  if (!candidate || continuation.maxTokens < 1) return null
  const spendId = `${job.context.requestId}.r${resumptions}`
  const leg = await hold(deps, job, candidate, { text, spendId, spent })
  if (!leg) return null
  const startedMs = deps.now()
  const opened = await open(deps, job, leg, endsAtMs, continuation).opened
  if (!(opened instanceof AppError)) return opened
  giveBack(deps, job, leg.reserved)
  const durationMs = deps.now() - startedMs
  attempts.push({ endpoint: candidate.endpoint.id, outcome: opened.code, durationMs })
  return null
}

function mayResume({ request, clientSignal }: Job, { code }: AppError): boolean {
  if (!request.stream || clientSignal.aborted || !code.startsWith('upstream_')) return false
  return UNRESUMABLE.every((field) => request.parameters[field] === undefined)
}

/** Who can take over: engines that continue a text, the same model before others of its tier, nobody who has failed already. */
function successors(
  { generatorFor }: DispatchDeps,
  job: Job,
  { candidate }: Leg,
  attempts: Course['attempts'],
): Candidate[] {
  const { model, tier } = candidate.endpoint
  const tried = new Set(attempts.map(({ endpoint }) => endpoint))
  const able = job.candidates.filter(
    ({ endpoint }) => endpoint.tier === tier && !tried.has(endpoint.id) && generatorFor(endpoint).canContinue,
  )
  const isSame = ({ endpoint }: Candidate) => endpoint.model === model
  return [...able.filter(isSame), ...able.filter((other) => !isSame(other))]
}

async function hold(
  deps: DispatchDeps,
  job: Job,
  candidate: Candidate,
  { text, spendId, spent }: Pick<Break, 'text' | 'spent'> & { spendId: string },
): Promise<Leg | null> {
  const { endpoint, worstCaseNanoUsd } = candidate
  const bytes = utf8Bytes(text)
  const wanted = { spendId, amountNanoUsd: worstCaseNanoUsd + costNanoUsd(endpoint, bytes, 0) }
  if (spent.costNanoUsd + wanted.amountNanoUsd > job.maxCostNanoUsd) return null
  const [reserved, admission] = await Promise.all([
    reserve(deps, job, candidate, wanted).catch(() => null),
    acquire(deps, job, endpoint, 0),
  ])
  const isHeld = reserved !== null && 'spendId' in reserved
  // Thoughts were generated, too, but are not sent on; what is sent never has more tokens than bytes.
  const continuedTokens = Math.min(spent.completionTokens, bytes)
  if (isHeld && admission.granted) return { candidate, reserved, slot: admission.slot, continuedTokens }
  if (isHeld) giveBack(deps, job, reserved)
  if (admission.granted) leave(deps, job, candidate, admission.slot)
  return null
}
