import { toUsd } from '../money.ts'
import type { Tier } from '../tiers.ts'
import type { RejectionReason } from './constraints.ts'
import { type Considered, considered } from './decide.ts'
import type { RoutingPolicy } from './policy.ts'
import type { Ranking, Rejection } from './rank.ts'
import type { RoutingRequest } from './request.ts'

/** Why this tier, this endpoint, and why not the others. Of bounded size: a few candidates, the first rejections, counts of the rest. */
export type DecisionRecord = {
  readonly tier: Tier
  readonly complexity: number
  readonly confidence: number
  /** What moved the complexity most. */
  readonly features: readonly { readonly name: string; readonly contribution: number }[]
  /** Name of the policy. */
  readonly policy: string
  /** Null when nobody may serve. */
  readonly chosen: Considered | null
  readonly runnersUp: readonly Considered[]
  readonly considered: number
  readonly rejected: readonly Rejection[]
  readonly rejectedCounts: Readonly<Partial<Record<RejectionReason, number>>>
  /** What the above says, in sentences. */
  readonly reasons: readonly string[]
}

export type Classified = {
  readonly complexity: number
  readonly confidence: number
  readonly features: DecisionRecord['features']
}

const MAX_FEATURES = 5

export function decisionRecord(
  request: RoutingRequest,
  ranking: Ranking,
  {
    classified,
    policy,
    policyName,
  }: { readonly classified: Classified; readonly policy: RoutingPolicy; readonly policyName: string },
): DecisionRecord {
  const [chosen = null, ...runnersUp] = ranking.ranked.map(considered)
  return {
    tier: request.tier,
    complexity: classified.complexity,
    confidence: classified.confidence,
    features: classified.features.slice(0, MAX_FEATURES),
    policy: policyName,
    chosen,
    runnersUp,
    considered: ranking.considered,
    rejected: ranking.rejected,
    rejectedCounts: ranking.rejectedCounts,
    reasons: [
      whyTier(request, classified),
      ...whyNot(ranking),
      ...(chosen ? whyChosen(request, ranking, { chosen, runnersUp, policy }) : ['No endpoint may serve']),
    ],
  }
}

function whyTier({ tier, isTierFixed, model }: RoutingRequest, { complexity, confidence }: Classified) {
  if (model !== null) return `The caller asked for the model ${model}`
  if (isTierFixed) return `The caller asked for tier ${tier}`
  return `Complexity ${complexity.toFixed(2)} (confidence ${confidence.toFixed(2)}) and the requirements ask for tier ${tier}`
}

function whyNot({ rejectedCounts, considered: looked }: Ranking): string[] {
  const counts = Object.entries(rejectedCounts).toSorted(([, a], [, b]) => b - a)
  if (counts.length === 0) return []
  const total = counts.reduce((sum, [, count]) => sum + count, 0)
  const reasons = counts.map(([reason, count]) => `${count} for ${reason}`).join(', ')
  return [`${total} of ${looked} endpoints may not serve: ${reasons}`]
}

type Choice = {
  readonly chosen: Considered
  readonly runnersUp: readonly Considered[]
  readonly policy: RoutingPolicy
}

function whyChosen(request: RoutingRequest, ranking: Ranking, choice: Choice): string[] {
  const { chosen, policy } = choice
  const { cost, latency, quality } = policy.weights
  const total = cost + latency + quality
  const percent = (weight: number) => `${Math.round((100 * weight) / total)} %`
  const weights = `cost (${percent(cost)}), time (${percent(latency)}) and quality (${percent(quality)})`
  const expected = `$${toUsd(chosen.expectedNanoUsd)}, ${chosen.predictedMs} ms, quality ${chosen.terms.quality}`
  return [
    ...whyOtherTier(request, chosen),
    `Among the best by weighted ${weights}: expected ${expected}`,
    ...whyNotTheBest(ranking, choice),
    ...whyAnyway(chosen),
  ]
}

function whyOtherTier({ tier, model }: RoutingRequest, chosen: Considered): string[] {
  if (model !== null || chosen.tier === null || chosen.tier === tier) return []
  return [`No endpoint of tier ${tier} can serve within the policy's wait; tier ${chosen.tier} stands in`]
}

/** The draw, the load and the prompt decide among near-equals. */
function whyNotTheBest({ savedMs }: Ranking, { chosen, runnersUp }: Choice): string[] {
  if (savedMs > 0)
    return [`It has probably read the beginning of this prompt before, which saves ${savedMs} ms`]
  const better = runnersUp.find(
    ({ tier, terms }) =>
      tier === chosen.tier && terms.standing === chosen.terms.standing && terms.score < chosen.terms.score,
  )
  return better
    ? [`${better.endpoint} is a near-equal; requests are spread over both by chance and load`]
    : []
}

function whyAnyway({ terms: { standing, queueMs, basis } }: Considered): string[] {
  if (standing === 'closed') return ['It is paused or failing; nobody else may serve, so it is asked anyway']
  if (standing === 'busy') return [`Everyone is busy; the shortest wait is about ${queueMs} ms`]
  return basis === 'default'
    ? ['Nothing is known of its speed yet; what is usual for its tier was assumed']
    : []
}
