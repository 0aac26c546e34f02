import { costNanoUsd } from '../../../shared/domain/money.ts'
import { gpuNanoUsd } from '../../../shared/domain/routing/cost.ts'
import { utf8Bytes } from '../../../shared/domain/tokens.ts'
import type { GenerationEvent, TokenUsage } from '../../../shared/ports/generator.ts'
import type { Leg } from './holds.ts'
import type { Job } from './job.ts'

/** What an answer cost so far; `estimated` until the origin has said it. */
export type Spend = TokenUsage & { readonly costNanoUsd: number; readonly estimated: boolean }

export const NOTHING: Spend = { promptTokens: 0, completionTokens: 0, costNanoUsd: 0, estimated: false }

export type SpendMeter = {
  observe(event: GenerationEvent): void
  finishReason(): string | null
  /** Never more than is held: an origin that claims more does not move money. */
  total(nowMs: number): Spend
}

/**
 * Counts an answer as it passes. The origin's own usage wins where it can be true; without it every non-empty delta counts as a token,
 * or every four bytes if that is more (an origin may send several tokens at once). Where time is what is paid for, those who share the
 * machine share its price.
 */
export function spendMeter(
  { estimatedPromptTokens, maxPromptTokens, request }: Job,
  { candidate, slot, reserved, continuedTokens }: Leg,
  startedMs: number,
): SpendMeter {
  const { endpoint } = candidate
  let reported: TokenUsage | null = null
  let deltas = 0
  let bytes = 0
  let finishReason: string | null = null

  const counted = (): TokenUsage => ({
    promptTokens: endpoint.kind === 'extractive' ? 0 : estimatedPromptTokens + continuedTokens,
    completionTokens: Math.max(deltas, Math.ceil(bytes / 4)),
  })
  const isCredible = ({ promptTokens, completionTokens }: TokenUsage) =>
    promptTokens <= Math.min(maxPromptTokens + continuedTokens, endpoint.contextTokens) &&
    completionTokens <= request.maxTokens &&
    (completionTokens > 0 || deltas === 0)

  return {
    observe(event) {
      if (event.type === 'usage') reported = event.usage
      else finishReason = event.finishReason ?? finishReason
      const said = event.type === 'chunk' ? utf8Bytes(event.text) || bytesOfDelta(event.raw) : 0
      if (said > 0) {
        deltas += 1
        bytes += said
      }
    },
    finishReason: () => finishReason,
    total(nowMs) {
      const believed = reported && isCredible(reported) ? reported : null
      const usage = believed ?? counted()
      const tokens = costNanoUsd(endpoint, usage.promptTokens, usage.completionTokens)
      const time = gpuNanoUsd(endpoint.gpuNanoUsdPerSecond, Math.max(0, nowMs - startedMs), slot.sharers)
      const cost = Math.min(tokens + time, reserved.amountNanoUsd)
      return { ...usage, costNanoUsd: cost, estimated: believed === null }
    },
  }
}

export function addSpend(a: Spend, b: Spend): Spend {
  return {
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    costNanoUsd: a.costNanoUsd + b.costNanoUsd,
    estimated: a.estimated || b.estimated,
  }
}

/** What a delta without visible text says: reasoning and tool calls are generated, too. */
function bytesOfDelta(raw: Readonly<Record<string, unknown>> | null): number {
  const choices = raw?.['choices']
  const first: unknown = Array.isArray(choices) ? choices[0] : null
  const delta = isFields(first) ? (first['delta'] ?? first['message']) : null
  if (!isFields(delta)) return 0
  const said = Object.entries(delta).filter(
    ([name, value]) => name !== 'role' && value !== null && value !== '' && !isEmptyList(value),
  )
  return said.reduce((sum, [, value]) => sum + utf8Bytes(JSON.stringify(value)), 0)
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0
