import { TIERS } from '../tiers.ts'
import { hashText } from './affinity.ts'
import type { Terms } from './candidate.ts'
import type { RoutingPolicy } from './policy.ts'
import type { RoutingRequest } from './request.ts'
import { mayStandIn } from './score.ts'
import type { Draw, Selection } from './select.ts'

/** The part of a request that a policy looks at once the constraints have been checked. */
export type Choosing = Pick<RoutingRequest, 'tier' | 'isTierFixed' | 'model' | 'prefixKey' | 'random'>

/** Whether the policy lets a tier (an index into TIERS) serve. Whoever names a model gets it in whichever tier it is registered. */
export const mayServeTier = (
  { tier, model, isTierFixed }: Choosing,
  offered: number,
  { fallback }: Pick<RoutingPolicy, 'fallback'>,
): boolean =>
  mayStandIn(TIERS.indexOf(tier), offered, isTierFixed ? 'none' : model === null ? fallback : 'any')

/** Prompts with a name of their own go where they were before, others to the less busy of two. */
export function drawOf({ prefixKey, random }: Choosing, { affinity }: Pick<RoutingPolicy, 'affinity'>): Draw {
  const seed = hashText(String(random))
  if (prefixKey === null || affinity.weight === 0) return { seed, prefix: null }
  return { seed, prefix: { seed: hashText(prefixKey), maxLoad: affinity.maxLoad } }
}

/** What the first of the selection is expected to save by having read the beginning of the prompt before. */
export const savedMs = (
  { isFavoured }: Selection,
  first: { readonly terms: Pick<Terms, 'prefillMs'> } | undefined,
  { affinity }: Pick<RoutingPolicy, 'affinity'>,
): number => (isFavoured && first ? Math.round(affinity.weight * first.terms.prefillMs) : 0)
