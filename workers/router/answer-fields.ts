import type { Assessment } from '../../shared/domain/abstention.ts'
import { toUsd } from '../../shared/domain/money.ts'
import { isRefusal } from '../../shared/domain/refusal.ts'
import { decisionRecord } from '../../shared/domain/routing/record.ts'
import type { Asked, Decided } from './ask.ts'
import type { Attempt } from './dispatch/job.ts'
import { NO_RETRIEVAL, retrievalUsage } from './retrieval-usage.ts'
import { rewritingFields } from './rewrite.ts'

/** The decision record of an answer, as every route shows it. */
export function routeFields(asked: Asked) {
  const { session, ranking, degraded } = asked
  const { endpoint, attempts } = session
  const record = recordOf(asked)
  return {
    ...record,
    tier: endpoint.tier ?? record.tier,
    endpoint: endpoint.id,
    configuration: endpoint.configuration,
    provider: endpoint.provider,
    region: endpoint.region,
    level: endpoint.level,
    model: endpoint.model,
    reasons: [...record.reasons, ...afterwards(attempts, endpoint.id, degraded)],
    candidates: ranking.ranked.map(({ endpoint: { id }, expectedNanoUsd, predictedMs, terms }) => ({
      endpoint: id,
      expectedUsd: toUsd(expectedNanoUsd),
      predictedMs,
      score: terms.score,
    })),
    considered: ranking.considered,
    rejected: [...ranking.rejected],
    rejectedCounts: { ...ranking.rejectedCounts },
    attempts: [...attempts],
  }
}

/** What was known before anybody was asked. */
export function recordOf({ request, ranking, wanted, policy, tierMoved }: Decided) {
  const { tier, complexity, confidence, features, reasons } = decisionRecord(request, ranking, {
    classified: wanted,
    policy: policy.policy,
    policyName: policy.name,
  })
  const told = tierMoved === null ? [...reasons] : [tierMoved, ...reasons]
  return { tier, complexity, confidence, features: [...features], policy: policy.name, reasons: told }
}

/** How it went on. */
function afterwards(attempts: readonly Attempt[], endpoint: string, degraded: boolean): string[] {
  if (degraded) return ['No endpoint could serve; the sources are quoted instead']
  const others = attempts.filter((attempt) => attempt.endpoint !== endpoint)
  const told = others.map((attempt) => `${attempt.endpoint}: ${attempt.outcome}`).join(', ')
  if (others.length === 0) return []
  return others.some(({ outcome }) => outcome === 'failed')
    ? [`${told}; ${endpoint} went on with the answer`]
    : [`${told}; ${endpoint} took over`]
}

/**
 * How an answer is to be taken. It abstains where nothing was found or said, and where it cites nothing and either its sources were judged
 * unable to answer or it says itself that they do not. Data that a schema describes says nothing of the kind.
 */
export function outcomeOf({ answer, isCiting, isData }: Said, { retrieved }: Asked) {
  const { sources = [], assessment = ANSWERABLE } = retrieved ?? {}
  const isSaying = answer.trim() !== '' && sources.length > 0
  if (isSaying && isCiting) return ANSWERED
  if (assessment.outcome !== 'answerable')
    return { outcome: 'abstained', abstention: assessment.outcome, reason: assessment.reason } as const
  if (!isSaying) return { outcome: 'abstained', abstention: 'no_evidence' } as const
  return isData ? ANSWERED : outcomeByForm(answer)
}

const outcomeByForm = (answer: string) => (isRefusal(answer) ? DECLINED : ANSWERED)

type Said = { readonly answer: string; readonly isCiting: boolean; readonly isData: boolean }

const ANSWERABLE: Assessment = { outcome: 'answerable' }
const ANSWERED = { outcome: 'answered' } as const
const DECLINED = {
  outcome: 'abstained',
  abstention: 'insufficient',
  reason: 'the model says that the sources do not answer it',
} as const

/** What the question's wording told the model, what a model made of it and what a reranker did, where they had a part. */
export function stagesOf({ rewritten, retrieved }: Asked) {
  const { rerank = null, hints = null } = retrieved ?? {}
  return {
    ...(hints && { hints }),
    ...(rewritten && { rewriting: rewritingFields(rewritten) }),
    ...(rerank && { rerank: { id: rerank.id, degraded: rerank.degraded } }),
  }
}

/** The instructions that the model got. */
export const templateFields = ({ template: { name, version, builtIn } }: Asked) => ({
  name,
  version,
  builtIn,
})

/** The generation's tokens and cost, and beside them what retrieval took. */
export function spendFields({ session, retrieved }: Asked) {
  const { promptTokens, completionTokens, costNanoUsd, estimated } = session.spend()
  const retrieval = retrieved ? retrievalUsage(retrieved) : NO_RETRIEVAL
  return { promptTokens, completionTokens, costUsd: toUsd(costNanoUsd), costNanoUsd, estimated, retrieval }
}

export function timingFields(
  { session, startedMs, retrievalMs, routeMs }: Asked,
  nowMs: number,
  judgingMs: number,
) {
  const { queueMs, timeToFirstTokenMs } = session
  const totalMs = nowMs - startedMs
  const generationMs = Math.max(0, totalMs - retrievalMs - routeMs - queueMs - judgingMs)
  return { totalMs, retrievalMs, routeMs, queueMs, timeToFirstTokenMs, generationMs, judgingMs }
}

/** The headers that OpenAI's clients know, where requests or tokens are limited. A minute after the last request all of it is there again. */
export function rateHeaders({ session }: Asked): Record<string, string> {
  const { requests, tokens } = session.headroom
  const of = (what: string, room: typeof requests) =>
    room && {
      [`x-ratelimit-limit-${what}`]: String(room.limit),
      [`x-ratelimit-remaining-${what}`]: String(Math.max(0, room.remaining)),
      [`x-ratelimit-reset-${what}`]: '60s',
    }
  return { ...of('requests', requests), ...of('tokens', tokens) }
}
