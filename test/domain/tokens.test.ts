import { describe, expect, it } from 'vitest'
import { costNanoUsd } from '../../shared/domain/money.ts'
import { estimatePromptTokens, maxPromptTokens, promptSize } from '../../shared/domain/tokens.ts'

describe('the size of a prompt', () => {
  it('is bounded by its bytes, and estimated at four bytes a token', () => {
    const size = promptSize([{ role: 'user', content: 'Größe 東京' }])
    expect(size).toEqual({ bytes: 14, messages: 1, hasMedia: false })
    expect(maxPromptTokens(size)).toBe(14 + 2 * 16)
    expect(estimatePromptTokens(size)).toBe(8)
  })

  it('counts what a model reads beside plain text: parts, tool calls, tools, schemas', () => {
    const text = 'x'.repeat(1_000)
    const inParts = promptSize([{ role: 'user', content: [{ type: 'text', text }] }])
    const inCalls = promptSize([
      { role: 'assistant', content: null, tool_calls: [{ function: { arguments: text } }] },
    ])
    const inTools = promptSize([{ role: 'user', content: '' }], {
      tools: [{ function: { description: text } }],
    })
    const inSchema = promptSize([{ role: 'user', content: '' }], {
      response_format: { json_schema: { text } },
    })
    for (const size of [inParts, inCalls, inTools, inSchema]) {
      expect(size.bytes).toBeGreaterThanOrEqual(1_000)
      expect(size.hasMedia).toBe(false)
    }
    expect(
      promptSize([{ role: 'user', content: 'hi' }], { temperature: 0.5, metadata: { text } }).bytes,
    ).toBe(2)
  })

  it('has no bound of its own with an image, whose tokens only the context length bounds', () => {
    const size = promptSize([
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,' } }] },
    ])
    expect(maxPromptTokens(size)).toBe(Number.POSITIVE_INFINITY)
    const price = { inputNanoUsdPerKTok: 100, outputNanoUsdPerKTok: 100 }
    expect(costNanoUsd(price, Math.min(maxPromptTokens(size), 8_000), 0)).toBe(800)
  })
})
