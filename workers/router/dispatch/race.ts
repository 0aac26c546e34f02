import { AppError } from '../../../shared/errors.ts'
import type { Search } from './admit.ts'
import { giveBack, type Leg, leave, reserve, settle } from './holds.ts'
import type { Attempt, DispatchDeps, Job } from './job.ts'
import { type Opened, type Opening, open } from './open.ts'
import { spendMeter } from './spend.ts'

/**
 * The first word of one endpoint, or of a second one that is asked when the first keeps silent for longer than its policy expects.
 * The second holds money of its own, so that hedging never passes a budget; whoever loses is cancelled and billed for what it has read.
 */
export async function openHedged(
  deps: DispatchDeps,
  job: Job,
  leg: Leg,
  { search, endsAtMs, attempts }: { search: Search; endsAtMs: number; attempts: Attempt[] },
): Promise<Opened | AppError> {
  const first = open(deps, job, leg, endsAtMs)
  const delayMs = hedgeAfterMs(job, leg)
  if (delayMs === null) return first.opened
  const early = await Promise.race([first.opened, sleep(delayMs)])
  if (early !== null || job.clientSignal.aborted) return first.opened
  const second = openSecond(deps, job, leg, search, endsAtMs)
  const meanwhile = await Promise.race([first.opened, second.then(() => null)])
  if (meanwhile !== null && !(meanwhile instanceof AppError)) {
    // It spoke while a second one was still looked for.
    job.waitUntil(second.then((late) => late && dismiss(deps, job, late, attempts)))
    return meanwhile
  }
  const opening = await second
  return opening ? raced(deps, job, [first, opening], attempts) : first.opened
}

function hedgeAfterMs({ policy, request }: Job, { candidate }: Leg): number | null {
  const { hedge } = policy
  if (!hedge || !request.stream || candidate.endpoint.kind === 'extractive') return null
  return Math.max(hedge.minMs, hedge.afterTimes * candidate.firstTokenMs)
}

async function openSecond(deps: DispatchDeps, job: Job, first: Leg, search: Search, endsAtMs: number) {
  const admitted = await search.beside()
  if (!admitted) return null
  const { candidate, slot, use } = admitted
  const wanted = { spendId: `${job.context.requestId}.h`, amountNanoUsd: candidate.worstCaseNanoUsd }
  const isAffordable = wanted.amountNanoUsd + first.reserved.amountNanoUsd <= job.maxCostNanoUsd
  const reserved = isAffordable ? await reserve(deps, job, candidate, wanted).catch(() => null) : null
  if (reserved && 'spendId' in reserved) {
    use()
    return open(deps, job, { candidate, slot, reserved, continuedTokens: 0 }, endsAtMs)
  }
  leave(deps, job, candidate, slot)
  return null
}

async function raced(
  deps: DispatchDeps,
  job: Job,
  [first, second]: readonly [Opening, Opening],
  attempts: Attempt[],
): Promise<Opened | AppError> {
  const winner = await firstToSpeak(first, second)
  // When neither spoke, the first stands for the failure: its reservation is the one that goes on to the next candidate.
  await dismiss(deps, job, winner === first || winner === null ? second : first, attempts)
  return (winner ?? first).opened
}

/** Ends a try that nobody needs. Who has taken the request has read it, and is paid for that; who has failed is paid for nothing. */
async function dismiss(deps: DispatchDeps, job: Job, loser: Opening, attempts: Attempt[]) {
  const { leg, startedMs } = loser
  const failure = await Promise.race([loser.opened, Promise.resolve(null)])
  const outcome = failure instanceof AppError ? failure.code : 'hedged'
  attempts.push({ endpoint: leg.candidate.endpoint.id, outcome, durationMs: deps.now() - startedMs })
  loser.cancel()
  // It may have spoken in the same moment, and nobody heard it.
  job.waitUntil(loser.opened.then((late) => late instanceof AppError || late.close('cancelled', 0)))
  if (failure instanceof AppError || !loser.isAccepted()) return giveBack(deps, job, leg.reserved)
  settle(deps, job, leg, { ...spendMeter(job, leg, startedMs).total(deps.now()), outcome: 'cancelled' })
}

/** Null when both have failed. */
async function firstToSpeak(...openings: readonly Opening[]): Promise<Opening | null> {
  const spoken = openings.map(async (opening) => {
    const opened = await opening.opened
    if (opened instanceof AppError) throw opened
    return opening
  })
  return Promise.any(spoken).catch(() => null)
}

const sleep = (ms: number) => new Promise<null>((resolve) => setTimeout(() => resolve(null), ms))
