import type { GenerationRequest } from '../../ports/generator.ts'

export type ChatOptions = {
  /** OpenAI has renamed it, and its own newest models refuse the old name; older servers know nothing else. */
  readonly limitField?: 'max_tokens' | 'max_completion_tokens'
}

/** Below a base URL that ends in the version. */
export const chatUrl = ({ url }: { readonly url: string }) => `${url.replace(/\/+$/, '')}/chat/completions`

/** The body of a chat completion. What was reserved for comes last, so that no parameter of a caller can change it. */
export function chatBody(
  { model, messages, maxTokens, stream, parameters, continuation }: GenerationRequest,
  { limitField = 'max_tokens' }: ChatOptions = {},
): Record<string, unknown> {
  const { max_tokens: _, max_completion_tokens: __, ...free } = parameters
  const isContinued = continuation !== undefined
  return {
    ...free,
    model,
    messages: isContinued ? [...messages, { role: 'assistant', content: continuation }] : messages,
    // Fields of vLLM and SGLang: without them the template closes the turn and opens another.
    ...(isContinued && { continue_final_message: true, add_generation_prompt: false }),
    [limitField]: maxTokens,
    stream,
    ...(stream && { stream_options: { include_usage: true } }),
  }
}
