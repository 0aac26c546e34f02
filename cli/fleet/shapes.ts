import { z } from 'zod'

/** When every answer was created: the simulator knows no time of its own. */
export const CREATED = 1_767_225_600

/** As much of a request as the simulator reads; the rest is kept as it came. */
export const chatBody = z.looseObject({
  model: z.string().optional(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.unknown() })).optional(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  max_tokens: z.int().nullish(),
  max_completion_tokens: z.int().nullish(),
  /** vLLM's: the last message is the beginning of the answer. */
  continue_final_message: z.boolean().nullish(),
  add_generation_prompt: z.boolean().nullish(),
})
export type ChatBody = z.infer<typeof chatBody>

export type Reply = {
  readonly id: string
  readonly created: number
  readonly model: string
  readonly tokens: readonly string[]
  readonly finishReason: 'stop' | 'length'
  readonly promptTokens: number
}

export const textOf = (content: unknown): string =>
  typeof content === 'string' ? content : JSON.stringify(content ?? '')

/** The simulator's own tokenizer for prompts: four characters are a token, and every message costs four for its frame. */
export const countPromptTokens = (messages: ChatBody['messages'] = []): number =>
  messages.reduce((sum, { content }) => sum + Math.ceil(textOf(content).length / 4) + 4, 0)

/** The simulator's tokenizer for answers: a word with the space before it is a token. */
export const answerTokens = (answer: string): string[] => answer.match(/\s*\S+/g) ?? []

export type Usage = Readonly<Record<'prompt_tokens' | 'total_tokens' | 'completion_tokens', number | string>>

export const usageOf = ({ promptTokens, tokens }: Pick<Reply, 'promptTokens' | 'tokens'>): Usage => ({
  prompt_tokens: promptTokens,
  total_tokens: promptTokens + tokens.length,
  completion_tokens: tokens.length,
})

export const completion = (reply: Reply, usage: Usage | null) => ({
  id: reply.id,
  object: 'chat.completion',
  created: reply.created,
  model: reply.model,
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: reply.tokens.join(''),
        refusal: null,
        tool_calls: [],
        reasoning_content: null,
      },
      logprobs: null,
      finish_reason: reply.finishReason,
      stop_reason: null,
    },
  ],
  ...(usage && { usage: { ...usage, prompt_tokens_details: null } }),
  prompt_logprobs: null,
  kv_transfer_params: null,
})

const chunk = (reply: Reply, choices: readonly unknown[]) => ({
  id: reply.id,
  object: 'chat.completion.chunk',
  created: reply.created,
  model: reply.model,
  choices,
})

const choice = (delta: Readonly<Record<string, string>>, finishReason: Reply['finishReason'] | null) => ({
  index: 0,
  delta,
  logprobs: null,
  finish_reason: finishReason,
})

export const firstChunk = (reply: Reply) => chunk(reply, [choice({ role: 'assistant', content: '' }, null)])

/** vLLM puts the reason to finish on the chunk of the last token; an answer that never ends says its tokens again and again. */
export const tokenChunk = (reply: Reply, position: number, isLast: boolean) =>
  chunk(reply, [
    choice(
      { content: reply.tokens[position % reply.tokens.length] ?? '' },
      isLast ? reply.finishReason : null,
    ),
  ])

/** An answer without a single token still says why it ended. */
export const emptyChunk = (reply: Reply) => chunk(reply, [choice({ content: '' }, reply.finishReason)])

export const usageChunk = (reply: Reply, usage: Usage) => ({ ...chunk(reply, []), usage })

export const modelList = (model: string, created: number, contextTokens: number) => ({
  object: 'list',
  data: [
    {
      id: model,
      object: 'model',
      created,
      owned_by: 'vllm',
      root: model,
      parent: null,
      max_model_len: contextTokens,
    },
  ],
})

const error = (code: number, type: string, message: string, param: string | null = null) => ({
  error: { message, type, param, code },
})

/** vLLM's wording since 2026; note that `code` is the number of the status, where OpenAI has a word. */
export const contextLengthError = (contextTokens: number, outputTokens: number, promptTokens: number) =>
  error(
    400,
    'BadRequestError',
    `This model's maximum context length is ${contextTokens} tokens. However, you requested ${outputTokens} output tokens and your prompt contains at least ${promptTokens} input tokens.`,
    'input_tokens',
  )

export const unknownModelError = (model: string) =>
  error(404, 'NotFoundError', `The model \`${model}\` does not exist.`, 'model')

const REFUSALS = {
  429: error(429, 'TooManyRequestsError', 'Too many requests'),
  500: error(
    500,
    'InternalServerError',
    'EngineCore encountered an issue. See stack trace (above) for the root cause.',
  ),
  503: error(503, 'ServiceUnavailableError', 'The server is overloaded'),
} as const
export const refusal = (status: keyof typeof REFUSALS) => REFUSALS[status]

export const malformedRequest = () => error(400, 'BadRequestError', 'The body is not JSON')

export const contradictoryContinuation = () =>
  error(
    400,
    'BadRequestError',
    'Cannot set both `continue_final_message` and `add_generation_prompt` to True.',
  )
