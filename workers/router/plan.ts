import type { Classifier, Complexity } from '../../shared/domain/complexity/classify.ts'
import { correctTier, retrievalSignals } from '../../shared/domain/complexity/retrieval.ts'
import { tierFor } from '../../shared/domain/complexity/tier.ts'
import { RETRIEVAL_PROFILES } from '../../shared/domain/matrix/sources/profiles.ts'
import type { Message } from '../../shared/domain/passage.ts'
import { prefixKey } from '../../shared/domain/routing/affinity.ts'
import type { RoutingPolicy } from '../../shared/domain/routing/policy.ts'
import type { PreparedFleet } from '../../shared/domain/routing/prepare.ts'
import { type Ranking, rankEndpoints } from '../../shared/domain/routing/rank.ts'
import type { RoutingRequest } from '../../shared/domain/routing/request.ts'
import type { Tier } from '../../shared/domain/tiers.ts'
import { estimatePromptTokens, maxPromptTokens, promptSize } from '../../shared/domain/tokens.ts'
import { AppError } from '../../shared/errors.ts'
import type { Retrieved } from '../../shared/ports/services.ts'
import type { Ask } from './ask.ts'
import { DEADLINES } from './dispatch/job.ts'

/** What the question asks for: the tier, and a smaller one that would do where the budget is too small for the first. */
export type Wanted = Complexity & { readonly tier: Tier; readonly frugalTier: Tier | null }

/** Where two tiers are both defensible, those who weigh quality at least as much as cost get the larger one. */
export function wantedTier(
  classify: Classifier,
  { question, requirements }: Pick<Ask, 'question' | 'requirements'>,
  { weights }: RoutingPolicy,
): Wanted {
  const complexity = classify(question)
  if (requirements.tier) return { ...complexity, tier: requirements.tier, frugalTier: null }
  const { tier, alternative } = tierFor(complexity.complexity, requirements.quality)
  const isGenerous = alternative !== null && weights.quality >= weights.cost
  return { ...complexity, tier: isGenerous ? alternative : tier, frugalTier: isGenerous ? tier : null }
}

/** What retrieval found may move a tier that nobody fixed, where the policy lets it. */
export function tierAfterRetrieval(
  { requirements }: Pick<Ask, 'requirements'>,
  { tier }: Wanted,
  retrieved: Retrieved | null,
  { retrievalMovesTier }: RoutingPolicy,
) {
  const isFree = requirements.tier === undefined && retrieved !== null
  return correctTier(tier, retrievalSignals(retrieved?.sources ?? []), isFree && retrievalMovesTier)
}

/** What is to be sent, how large it is, and who may serve it. */
export type Plan = {
  readonly request: RoutingRequest
  readonly ranking: Ranking
  readonly messages: readonly Message[]
}

export type Planning = {
  readonly call: Ask
  readonly tier: Tier
  readonly fleet: PreparedFleet
  readonly policy: RoutingPolicy
  readonly retrieved: Retrieved | null
  readonly nowMs: number
  /** Since the request came. */
  readonly elapsedMs: number
  readonly random: number
}

export function planRequest(planning: Planning): Plan {
  const { call, tier, fleet, policy, retrieved, nowMs, elapsedMs, random } = planning
  const { requirements, model, place } = call
  const messages = retrieved?.messages ?? call.messages
  const request = {
    tier,
    isTierFixed: requirements.tier !== undefined,
    model,
    requirements,
    labels: retrieved?.labels ?? call.labels,
    ...tokensOf(planning, messages),
    totalMs: Math.max(1, Math.min(DEADLINES.totalMs, (requirements.maxLatencyMs ?? Infinity) - elapsedMs)),
    place,
    prefixKey: prefixOf(messages, retrieved),
    nowMs,
    random,
  }
  const ranking = rankEndpoints(request, fleet, policy)
  if (model !== null && (ranking.rejectedCounts.model ?? 0) === ranking.considered)
    throw new AppError(
      'model_not_found',
      `No endpoint serves the model "${model}"; GET /v1/models lists what there is`,
    )
  return { request, ranking, messages }
}

function tokensOf({ call, tier, retrieved }: Planning, messages: readonly Message[]) {
  const size = promptSize(messages, call.parameters)
  return {
    estimatedPromptTokens: retrieved?.promptTokens ?? estimatePromptTokens(size),
    maxPromptTokens: maxPromptTokens(size),
    maxTokens: call.maxTokens ?? RETRIEVAL_PROFILES[tier].outputTokens,
  }
}

/** Instructions shorter than this are read again sooner than another endpoint is looked for. */
const MIN_PREFIX_CHARACTERS = 400

/** The instructions and passages a prompt begins with; null when nothing long enough comes before what only this caller said. */
function prefixOf(messages: readonly Message[], retrieved: Retrieved | null): string | null {
  const instructions = messages[0]?.['role'] === 'system' ? messages[0]['content'] : ''
  const text = typeof instructions === 'string' ? instructions : ''
  if (retrieved) return prefixKey(text, retrieved.sources)
  return text.length < MIN_PREFIX_CHARACTERS ? null : prefixKey(text, [])
}

export function unroutable({ rejected, rejectedCounts, considered }: Ranking): AppError {
  const details = { rejected, rejectedCounts }
  if (considered === 0)
    return new AppError('no_endpoint', 'No endpoint is registered; PUT /v1/endpoints/{id} registers one', {
      details,
    })
  if (rejectedCounts.context === considered)
    return new AppError(
      'context_length_exceeded',
      'The prompt and max_tokens do not fit any endpoint that may serve this',
      { details },
    )
  return new AppError(
    'no_endpoint',
    'No endpoint satisfies the requirements; details.rejected says why for each',
    { details },
  )
}
