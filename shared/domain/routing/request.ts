import type { Level, Tier } from '../tiers.ts'
import type { Place } from './place.ts'

export type RoutingRequirements = {
  readonly maxLatencyMs?: number | undefined
  readonly maxCostUsd?: number | undefined
  readonly compliance?: readonly string[] | undefined
  readonly residency?: readonly string[] | undefined
  readonly levels?: readonly Level[] | undefined
}

/** All that a choice depends on beside the fleet and the policy, as plain data: stored with a decision, it can be made again. */
export type RoutingRequest = {
  readonly tier: Tier
  /** True when the caller named the tier: then no other tier may stand in. */
  readonly isTierFixed: boolean
  /** Only endpoints that serve this model, of whichever tier; null: any model. */
  readonly model: string | null
  readonly requirements: RoutingRequirements
  /** Data labels of the passages that will be sent: only an endpoint cleared for all of them may see them. */
  readonly labels: readonly string[]
  readonly estimatedPromptTokens: number
  /** Upper bound of the prompt, for cost; an endpoint's own context length bounds it too. */
  readonly maxPromptTokens: number
  readonly maxTokens: number
  /** Longest one attempt may take, in milliseconds; the caller's `maxLatencyMs` is already in it. */
  readonly totalMs: number
  /** Where the caller is; null where nobody knows. */
  readonly place: Place | null
  /** Names what the prompt begins with, see `prefixKey`; null: no endpoint is likelier than another to have read it. */
  readonly prefixKey: string | null
  /** Milliseconds since the epoch. */
  readonly nowMs: number
  /** 0 ≤ random < 1, drawn by the caller for this request. Near-equals are told apart by it, so that isolates do not all pick the same. */
  readonly random: number
}

/** An answer from documents is a few paragraphs, whatever its bound. */
const USUAL_OUTPUT_TOKENS = 300

/** How long the answer will probably be, in tokens. */
export const expectedOutputTokens = ({ maxTokens }: Pick<RoutingRequest, 'maxTokens'>): number =>
  Math.min(maxTokens, USUAL_OUTPUT_TOKENS)

/** How long the prompt will probably be: the estimate, never above its own bound or what the endpoint can read. */
export const expectedPromptTokens = (
  { estimatedPromptTokens, maxPromptTokens }: RoutingRequest,
  contextTokens: number,
): number => Math.min(estimatedPromptTokens, maxPromptTokens, contextTokens)
