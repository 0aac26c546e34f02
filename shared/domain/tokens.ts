import type { ChatMessage } from './passage.ts'

const encoder = new TextEncoder()

export function utf8Bytes(text: string): number {
  return encoder.encode(text).byteLength
}

/** Chat templates wrap each message in a few special tokens; the widest public template stays below this. */
const TEMPLATE_TOKENS_PER_MESSAGE = 16

const promptBytes = (messages: readonly ChatMessage[]) =>
  messages.reduce((sum, { content }) => sum + utf8Bytes(content), 0)

/** An upper bound: byte-level BPE never makes more tokens than bytes. What a reservation is made from. */
export function maxPromptTokens(messages: readonly ChatMessage[]): number {
  return promptBytes(messages) + TEMPLATE_TOKENS_PER_MESSAGE * (messages.length + 1)
}

/** Four bytes a token, the usual mean for English: for choosing and for bills whose origin reports no usage. */
export function estimatePromptTokens(messages: readonly ChatMessage[]): number {
  return Math.ceil(promptBytes(messages) / 4) + 4 * messages.length
}

export function estimateTokens(text: string): number {
  return Math.ceil(utf8Bytes(text) / 4)
}
