import type { Level, Tier } from '../tiers.ts'
import { hashText } from './affinity.ts'
import { type Candidate, chanceOf, scoredOf, type Terms } from './candidate.ts'
import { type Choosing, drawOf, mayServeTier, savedMs } from './choose.ts'
import type { RoutingPolicy } from './policy.ts'
import { tierIndex } from './prepare.ts'
import { classOf, orderOf, scoreOf, shortfallOf, standingOf, tierDistance } from './score.ts'
import { emptyField, select } from './select.ts'

/** A candidate as plain data: everything that any policy would look at. */
export type Considered = Omit<Candidate, 'endpoint'> & {
  readonly endpoint: string
  readonly tier: Tier | null
  readonly configuration: string | null
  readonly provider: string
  readonly region: string
  readonly level: Level | null
  readonly model: string
}

export function considered({ endpoint, ...rest }: Candidate): Considered {
  const { id, tier, configuration, provider, region, level, model } = endpoint
  return { endpoint: id, tier, configuration, provider, region, level, model, ...rest }
}

export type Decision = {
  /** Those the policy allows, best first, with the terms as it sees them. */
  readonly order: readonly Considered[]
  readonly savedMs: number
}

/** What a policy makes of candidates that satisfy every hard constraint: from recorded terms the same choice as `rankEndpoints`. */
export function decide(
  request: Choosing,
  candidates: readonly Considered[],
  policy: RoutingPolicy,
): Decision {
  const allowed = candidates
    .filter(({ tier }) => mayServeTier(request, tierIndex(tier), policy))
    .map((candidate) => ({ ...candidate, terms: judged(request, candidate, policy) }))
  const field = emptyField(allowed.length)
  field.length = allowed.length
  for (const [position, { endpoint, tier, terms }] of allowed.entries()) {
    const distance = tierDistance(tierIndex(request.tier), tierIndex(tier))
    field.scores[position] = orderOf(terms.standing, terms.score, terms.queueMs + terms.coldStartMs)
    field.classes[position] = classOf(terms.standing, distance)
    field.loads[position] = terms.load
    field.hashes[position] = hashText(endpoint)
  }
  const selection = select(field, drawOf(request, policy), allowed.length)
  const order = selection.order.flatMap((position) => allowed[position] ?? [])
  return { order, savedMs: savedMs(selection, order[0], policy) }
}

/** The terms that depend on the policy, anew. */
function judged(
  { random }: Choosing,
  { endpoint, expectedNanoUsd, predictedMs, terms }: Considered,
  policy: RoutingPolicy,
): Terms {
  const { quality, standing, load, queueMs, coldStartMs, outputMs } = terms
  const chance = chanceOf(random, hashText(endpoint))
  return {
    ...terms,
    score: scoreOf(
      policy.weights,
      scoredOf({ shortfall: shortfallOf(quality) }, { expectedNanoUsd, predictedMs, outputMs }),
    ),
    standing: standingOf({ isClosed: standing === 'closed', load, queueMs, coldStartMs, chance }, policy),
  }
}
