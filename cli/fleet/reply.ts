import { answerTokens, type ChatBody, countPromptTokens, type Reply, textOf } from './shapes.ts'

/** What to answer to a conversation; the answer that was begun is not part of it. */
export type Answer = (body: ChatBody) => string

type Frame = { readonly id: string; readonly created: number; readonly model: string }

/** The same conversation always gets the same answer, and a continued one exactly what is left of it. */
export function composeReply(body: ChatBody, answer: Answer, frame: Frame): Reply {
  const begun = beginning(body)
  const whole = answer(begun === null ? body : { ...body, messages: body.messages?.slice(0, -1) })
  const all = begun === null ? answerTokens(whole) : whatIsLeft(whole, begun)
  const tokens = all.slice(0, body.max_completion_tokens ?? body.max_tokens ?? all.length)
  return {
    ...frame,
    tokens,
    finishReason: tokens.length < all.length ? 'length' : 'stop',
    promptTokens: countPromptTokens(body.messages),
  }
}

/** vLLM renders an answer that was begun without its end mark, so that the model goes on with it; null when none was. */
function beginning({ messages, continue_final_message }: ChatBody): string | null {
  const last = messages?.at(-1)
  return continue_final_message === true && last?.role === 'assistant' ? textOf(last.content) : null
}

/** What another model began is gone on with from the same length. */
function whatIsLeft(whole: string, begun: string): string[] {
  if (whole.startsWith(begun)) return answerTokens(whole.slice(begun.length))
  return answerTokens(whole).slice(answerTokens(begun).length)
}
