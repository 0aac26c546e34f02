import { AppError } from '../../../errors.ts'
import { isFields } from '../../../http/body.ts'
import type { GenerationRequest } from '../../../ports/generator.ts'

/** Asked for, they would be silently missing from the answer. */
const UNKNOWN_HERE = ['tools', 'functions', 'response_format', 'logprobs', 'top_logprobs', 'logit_bias']
/** What Replicate's language models and OpenAI call the same: https://replicate.com/meta/meta-llama-3-70b-instruct/api/schema */
const SAME_NAME = ['temperature', 'top_p', 'top_k', 'presence_penalty', 'frequency_penalty', 'seed'] as const

/** A conversation as the input of a language model at Replicate, which takes a prompt. Throws no_endpoint for what it cannot be asked: another endpoint can. */
export function predictionInput({ messages, maxTokens, parameters }: GenerationRequest) {
  const unknown = UNKNOWN_HERE.find((name) => parameters[name] !== undefined)
  if (unknown) throw new AppError('no_endpoint', `Replicate's models take no "${unknown}"`)
  const turns = messages.map(({ role, content }) => ({ role: String(role), text: plainText(content) }))
  const system = turns.filter(({ role }) => isInstruction(role)).map(({ text }) => text)
  const given = SAME_NAME.flatMap((name) =>
    parameters[name] === undefined ? [] : [[name, parameters[name]]],
  )
  const stops = [parameters['stop'] ?? []].flat().filter((stop) => typeof stop === 'string')
  return {
    prompt: transcript(turns.filter(({ role }) => !isInstruction(role))),
    ...(system.length > 0 && { system_prompt: system.join('\n\n') }),
    max_tokens: maxTokens,
    ...Object.fromEntries(given),
    ...(stops.length > 0 && { stop_sequences: stops.join(',') }),
  }
}

const isInstruction = (role: string) => role === 'system' || role === 'developer'

type Turn = { readonly role: string; readonly text: string }

/** One question is the prompt as it is; a conversation is written down as one. */
function transcript(turns: readonly Turn[]): string {
  const [only, ...more] = turns
  if (only && more.length === 0) return only.text
  const lines = turns.map(({ role, text }) => `${role === 'assistant' ? 'Assistant' : 'User'}: ${text}`)
  return [...lines, 'Assistant:'].join('\n\n')
}

/** The text of a message; in the form with parts, the text parts. */
function plainText(content: unknown): string {
  if (typeof content === 'string') return content
  const parts = Array.isArray(content) ? content : []
  return parts.map(textOf).join('\n')
}

function textOf(part: unknown): string {
  if (isFields(part) && part['type'] === 'text' && typeof part['text'] === 'string') return part['text']
  throw new AppError('no_endpoint', "Replicate's models are asked in text only")
}
