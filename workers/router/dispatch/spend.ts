import type { EndpointRecord } from '../../../shared/domain/endpoint.ts'
import { costNanoUsd } from '../../../shared/domain/money.ts'
import { utf8Bytes } from '../../../shared/domain/tokens.ts'
import type { GenerationEvent, TokenUsage } from '../../../shared/ports/generator.ts'

/** What an answer cost so far; `estimated` until the origin has said it. */
export type Spend = TokenUsage & { readonly costNanoUsd: number; readonly estimated: boolean }

/**
 * Counts an answer as it passes. The origin's own usage wins; without it every non-empty delta counts as a token,
 * or every four bytes if that is more (an origin may send several tokens at once).
 */
export function spendMeter(endpoint: EndpointRecord, estimatedPromptTokens: number) {
  let reported: TokenUsage | null = null
  let deltas = 0
  let bytes = 0
  let finishReason: string | null = null
  return {
    observe(event: GenerationEvent) {
      if (event.type === 'usage') reported = event.usage
      else finishReason = event.finishReason ?? finishReason
      if (event.type === 'chunk' && event.text !== '') {
        deltas += 1
        bytes += utf8Bytes(event.text)
      }
    },
    finishReason: () => finishReason,
    total(): Spend {
      const estimate = {
        promptTokens: estimatedPromptTokens,
        completionTokens: Math.max(deltas, Math.ceil(bytes / 4)),
      }
      const usage = reported ?? (endpoint.kind === 'extractive' ? { ...estimate, promptTokens: 0 } : estimate)
      const cost = costNanoUsd(endpoint, usage.promptTokens, usage.completionTokens)
      return { ...usage, costNanoUsd: cost, estimated: reported === null }
    },
  }
}
