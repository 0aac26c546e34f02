import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { GenerationEvent, TokenUsage } from '../../ports/generator.ts'
import { isFields } from '../body.ts'
import { errorMessage, failure } from '../failure.ts'

type Chunk = Extract<GenerationEvent, { type: 'chunk' }>
/** What one object of an answer says: words, usage, both or neither. */
type Said = { readonly chunk: Chunk | null; readonly usage: TokenUsage | null }

// https://platform.openai.com/docs/api-reference/chat: only what we read; vLLM, SGLang, TensorRT-LLM, llama.cpp and Ollama send the same.
const choice = z.looseObject({
  delta: z.looseObject({ content: z.string().nullish() }).nullish(),
  message: z.looseObject({ content: z.string().nullish() }).nullish(),
  finish_reason: z.string().nullish(),
})
const completion = z.looseObject({ choices: z.array(choice), usage: z.unknown().optional() })
const counts = z.object({ prompt_tokens: z.int().min(1), completion_tokens: z.int().min(0) })

/** Reads a chat.completion or chat.completion.chunk. Throws where the origin reports an error, or sends what cannot be read. */
export function readChunk(body: unknown): Said {
  const words = errorMessage(body)
  if (words !== null) throw failure(statusOf(body), words)
  const parsed = completion.safeParse(body)
  if (!parsed.success)
    throw new AppError('upstream_rejected', 'The model server sent an unreadable answer', {
      cause: parsed.error,
    })
  const { usage, ...raw } = parsed.data
  const [first] = raw.choices
  return {
    // Parsed loosely, so `raw` is the origin's own object, field for field; usage is told once, as an event of its own.
    chunk: first && !isOpening(first) ? { type: 'chunk', ...wordsOf(first), raw } : null,
    usage: usageOf(usage),
  }
}

/** Servers put the status that the head no longer can have into the error: as a number, where OpenAI has a word. */
function statusOf(body: unknown): number | null {
  const error = isFields(body) && isFields(body['error']) ? body['error'] : body
  const code = isFields(error) ? error['code'] : null
  return typeof code === 'number' && code >= 400 && code < 600 ? code : null
}

/** Counts that cannot be true (none, negative, fractions, words) are none at all: then the answer is counted as it passes. */
function usageOf(value: unknown): TokenUsage | null {
  if (!isFields(value)) return null
  const { data } = counts.safeParse(value)
  return data ? { promptTokens: data.prompt_tokens, completionTokens: data.completion_tokens } : null
}

/**
 * Servers open a stream by naming who speaks, some long before the first token. Nothing is said by that, so it is no event:
 * a server that then breaks or stalls can still be replaced by another.
 */
function isOpening({ delta, finish_reason }: z.infer<typeof choice>): boolean {
  if (!delta || !('role' in delta) || finish_reason) return false
  return Object.entries(delta).every(([key, value]) => key === 'role' || value === '' || value === null)
}

const wordsOf = ({ delta, message, finish_reason }: z.infer<typeof choice>) => ({
  text: delta?.content ?? message?.content ?? '',
  finishReason: finish_reason ?? null,
})
