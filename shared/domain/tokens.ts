import type { Message } from './passage.ts'

const encoder = new TextEncoder()

export function utf8Bytes(text: string): number {
  return encoder.encode(text).byteLength
}

/** What a model reads of a request, measured once. `hasMedia`: parts whose tokens their bytes do not tell. */
export type PromptSize = { readonly bytes: number; readonly messages: number; readonly hasMedia: boolean }

/** Body fields beside the messages that chat templates write into the prompt. */
const PROMPT_PARAMETERS = [
  'tools',
  'functions',
  'response_format',
  'documents',
  'chat_template',
  'chat_template_kwargs',
]

export function promptSize(
  messages: readonly Message[],
  parameters: Readonly<Record<string, unknown>> = {},
): PromptSize {
  const extra = PROMPT_PARAMETERS.filter((name) => parameters[name] !== undefined)
  const texts = [...messages.map(messageText), ...extra.map((name) => JSON.stringify(parameters[name]))]
  return {
    bytes: texts.reduce((sum, text) => sum + utf8Bytes(text), 0),
    messages: messages.length,
    hasMedia: messages.some(({ content }) => Array.isArray(content) && content.some(isMedia)),
  }
}

/** Plain text counts as it is; tool calls, names and parts count as the JSON they came in, which is never shorter. */
function messageText(message: Message): string {
  const { content } = message
  return typeof content === 'string' && Object.keys(message).length <= 2 ? content : JSON.stringify(message)
}

const isMedia = (part: { readonly type?: unknown } | null) => part?.type !== 'text'

/** Chat templates wrap each message in a few special tokens; the widest public template stays below this. */
const TEMPLATE_TOKENS_PER_MESSAGE = 16

/**
 * An upper bound: byte-level BPE never makes more tokens than bytes. What a reservation is made from.
 * Infinite with media, whose tokens only the endpoint's context length bounds.
 */
export function maxPromptTokens({ bytes, messages, hasMedia }: PromptSize): number {
  return hasMedia ? Number.POSITIVE_INFINITY : bytes + TEMPLATE_TOKENS_PER_MESSAGE * (messages + 1)
}

/** Four bytes a token, the usual mean for English: for choosing and for bills whose origin reports no usage. */
export function estimatePromptTokens({ bytes, messages }: PromptSize): number {
  return Math.ceil(bytes / 4) + 4 * messages
}
