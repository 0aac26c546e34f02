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
  const second = await openSecond(deps, job, search, endsAtMs)
  if (!second) return first.opened
  return raced(deps, job, [first, second], attempts)
}

function hedgeAfterMs({ policy, request }: Job, { candidate }: Leg): number | null {
  const { hedge } = policy
  if (!hedge || !request.stream || candidate.endpoint.kind === 'extractive') return null
  return Math.max(hedge.minMs, hedge.afterTimes * candidate.firstTokenMs)
}

async function openSecond(deps: DispatchDeps, job: Job, search: Search, endsAtMs: number) {
  const admitted = await search.next({ mayWait: false })
  if (!admitted) return null
  const { candidate, slot } = admitted
  const wanted = { spendId: `${job.context.requestId}.h`, amountNanoUsd: candidate.worstCaseNanoUsd }
  const reserved = await reserve(deps, job, candidate, wanted).catch(() => null)
  if (reserved && 'spendId' in reserved)
    return open(deps, job, { candidate, slot, reserved, continuedTokens: 0 }, endsAtMs)
  leave(deps, job, candidate, slot)
  return null
}

async function raced(
  deps: DispatchDeps,
  job: Job,
  [first, second]: readonly [Opening, Opening],
  attempts: Attempt[],
): Promise<Opened | AppError> {
  const startedMs = deps.now()
  const winner = await firstToSpeak(first, second)
  // When neither spoke, the first stands for the failure: its reservation is the one that goes on to the next candidate.
  const loser = winner === first || winner === null ? second : first
  const { endpoint } = loser.leg.candidate
  const failure = await Promise.race([loser.opened, Promise.resolve(null)])
  const outcome = failure instanceof AppError ? failure.code : 'hedged'
  attempts.push({ endpoint: endpoint.id, outcome, durationMs: deps.now() - startedMs })
  loser.cancel()
  // It may have spoken in the same moment, and nobody heard it.
  job.waitUntil(loser.opened.then((late) => late instanceof AppError || late.close('cancelled', 0)))
  if (failure instanceof AppError || !loser.isAccepted()) giveBack(deps, job, loser.leg.reserved)
  else
    settle(deps, job, loser.leg, {
      ...spendMeter(job, loser.leg, startedMs).total(deps.now()),
      outcome: 'cancelled',
    })
  return (winner ?? first).opened
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
