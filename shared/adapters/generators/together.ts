import { isFields } from '../../http/body.ts'
import { chatAnswer } from '../../http/chat-completions/answer.ts'
import { chatBody, chatUrl } from '../../http/chat-completions/request.ts'
import { errorText, failure, refusal } from '../../http/failure.ts'
import { callUpstream, type Upstream } from '../../http/upstream.ts'
import type { GenerationEvent, Generator } from '../../ports/generator.ts'

/** https://docs.together.ai/docs/error-codes: 403 says that prompt and output do not fit the context. */
const TOO_LONG = 403

/** Together AI: OpenAI's chat completions with an error and a reason to stop of its own. https://docs.together.ai/reference/chat-completions-1 */
export function togetherGenerator(upstream: Upstream): Generator {
  const url = chatUrl(upstream)
  return {
    name: 'together',
    canContinue: false,
    async generate(request, signal) {
      const response = await callUpstream(upstream, { url, json: chatBody(request) }, signal)
      if (response.status === TOO_LONG) throw await tooLongOrForbidden(response)
      return inOpenAisWords(await chatAnswer(response, request))
    },
  }
}

/** A key without permission gets the same status, and then no word of tokens. */
async function tooLongOrForbidden(response: Response) {
  const text = await errorText(response)
  return /token/i.test(text) ? failure(400, `context length: ${text}`) : refusal(response, text)
}

/** `eos` is what others call `stop`. */
async function* inOpenAisWords(events: AsyncIterable<GenerationEvent>): AsyncGenerator<GenerationEvent> {
  for await (const event of events) {
    if (event.type !== 'chunk' || event.finishReason !== 'eos') yield event
    else yield { ...event, finishReason: 'stop', raw: event.raw && stopped(event.raw) }
  }
}

function stopped(raw: Readonly<Record<string, unknown>>) {
  const choices = Array.isArray(raw['choices']) ? raw['choices'] : []
  return { ...raw, choices: choices.map(renamed) }
}

const renamed = (choice: unknown) =>
  isFields(choice) && choice['finish_reason'] === 'eos' ? { ...choice, finish_reason: 'stop' } : choice
