import type { AdmissionDecision } from '../domain/budget.ts'
import { type Payee, serviceName } from '../domain/tariff.ts'
import { AppError } from '../errors.ts'
import { errorFields } from '../log.ts'
import type { EventSink } from '../ports/event-sink.ts'
import type { SpendIntent, TenantOperation, TenantRpc } from '../ports/objects.ts'
import type { Meter } from './meter.ts'
import { refused } from './refusal.ts'

/** One step of retrieval that is paid for: its line in the ledger, the most it may cost, and what it took. */
export type Purchase = {
  readonly intent: SpendIntent
  readonly mostNanoUsd: number
  readonly meter: Pick<Meter, 'spent' | 'ended'>
}

export type ChargeDeps = {
  readonly tenant: (tenantId: string) => TenantRpc
  /** Takes what nobody has to wait for; who has the time waits. */
  readonly after: (work: Promise<void>) => Promise<void> | void
  readonly log: EventSink
}

export type Terms = {
  /** For the log. */
  readonly worker: string
  /** After this long without an end all that is held is posted, so it outlives every run. */
  readonly expiresInMs: number
  /**
   * Whether rate limits count it as one request, without tokens: their tokens are those of generations. Not for a part of a request
   * that is counted with its generation, nor for a job.
   */
  readonly isRequest: boolean
}

type Buyer = Pick<SpendIntent, 'id' | 'tenantId' | 'keyId' | 'collection'>

type Ending = Extract<TenantOperation, { readonly type: 'settle' | 'release' }>

const ATTEMPTS = 3
const AGAIN_AFTER_MS = 200

/** The ledger line of a step. No tier and no configuration: no model of the matrix was asked. */
export function lineOf(
  buyer: Buyer,
  step: 'embedder' | 'reranker',
  serviceId: string,
  { provider, model }: Payee,
): SpendIntent {
  const unplaced = { tier: null, configuration: null, region: 'unknown', level: null } as const
  return { ...buyer, endpointId: `${step}:${serviceName(serviceId)}`, provider, model, ...unplaced }
}

/**
 * Holds the worst case of all purchases or of none, runs, and posts what was really taken, whatever became of the run. Throws
 * budget_exhausted or rate_limited before anything is spent. Without purchases nothing but the run happens.
 */
export async function charged<Result>(
  deps: ChargeDeps,
  purchases: readonly Purchase[],
  terms: Terms,
  run: () => Promise<Result>,
): Promise<Result> {
  const [first] = purchases
  if (!first) return run()
  const tenant = deps.tenant(first.intent.tenantId)
  const giveBack = () => deps.after(tell(deps, tenant, purchases.map(releaseOf), terms.worker))
  const decisions = await hold(tenant, purchases, terms).catch(async (thrown: unknown) => {
    // It may have been held before the answer was lost.
    await giveBack()
    throw thrown
  })
  const refusal = refusalIn(decisions, purchases)
  if (refusal) {
    await giveBack()
    throw refusal
  }
  try {
    return await run()
  } finally {
    await deps.after(settle(deps, tenant, purchases, terms.worker))
  }
}

const hold = (tenant: TenantRpc, purchases: readonly Purchase[], { expiresInMs, isRequest }: Terms) =>
  tenant.apply(
    purchases.map(({ intent, mostNanoUsd: amountNanoUsd }, i) => ({
      type: 'reserve',
      // However many steps it has, it is one request.
      reservation: { intent, amountNanoUsd, tokens: isRequest && i === 0 ? 0 : null, expiresInMs },
    })),
  )

/** Why not all of it is held; null when it is. */
function refusalIn(decisions: readonly AdmissionDecision[], purchases: readonly Purchase[]): AppError | null {
  for (const [i, decision] of decisions.entries())
    if (!decision.allowed) return refused(decision, purchases[i]?.mostNanoUsd ?? 0)
  return null
}

async function settle(
  deps: ChargeDeps,
  tenant: TenantRpc,
  purchases: readonly Purchase[],
  worker: string,
): Promise<void> {
  await Promise.all(purchases.map(({ meter }) => meter.ended()))
  const operations = purchases.map((purchase) =>
    purchase.meter.spent.costNanoUsd > 0 ? settleOf(purchase) : releaseOf(purchase),
  )
  await tell(deps, tenant, operations, worker)
}

const releaseOf = ({ intent }: Purchase): Ending => ({ type: 'release', requestId: intent.id })

function settleOf({ intent, meter }: Purchase): Ending {
  const { tokens: promptTokens, costNanoUsd, isEstimated: estimated, hasFailed } = meter.spent
  const outcome = hasFailed ? 'failed' : 'completed'
  const spent = { promptTokens, completionTokens: 0, costNanoUsd, estimated, outcome } as const
  return { type: 'settle', settlement: { ...intent, ...spent } }
}

/** Never fails: operations are idempotent, and what does not arrive the object settles by itself when the time is over. */
async function tell(
  { log }: ChargeDeps,
  tenant: TenantRpc,
  operations: readonly Ending[],
  worker: string,
): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1)
    try {
      await tenant.apply(operations)
      return
    } catch (thrown) {
      const error = errorFields(AppError.from(thrown))
      log({ event: 'retrieval_not_settled', worker, operations, attempt, error })
      if (attempt < ATTEMPTS) await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS * attempt))
    }
}
