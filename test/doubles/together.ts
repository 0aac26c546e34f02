import { type Call, listen } from '../../cli/fleet/http.ts'
import type { Origin } from '../../cli/fleet/origin.ts'
import { askOrigin, behind, type Double, leaving, readIncoming, relay, sendReply } from './gate.ts'

const CONTEXT = {
  error: {
    message: 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= the context length',
    type: 'invalid_request_error',
    param: null,
    code: null,
  },
}

/** Together's API as its recorded answers show it: `eos`, usage on the last chunk that has words, 403 for a prompt that is too long. */
export async function startTogether(origin: Origin, apiKey: string): Promise<Double> {
  async function serve({ request, response }: Call) {
    const incoming = await readIncoming(request)
    if (incoming.headers.authorization !== `Bearer ${apiKey}`)
      return sendReply(response, {
        status: 401,
        body: {
          error: {
            message: 'Invalid API key provided',
            type: 'invalid_request_error',
            code: 'invalid_api_key',
          },
        },
      })
    const answer = await askOrigin(origin, incoming.body, leaving(response))
    if (answer.status === 400) return sendReply(response, { status: 403, body: CONTEXT })
    return relay(response, answer, inItsWords)
  }
  return behind(origin, await listen(0, serve), '/v1')
}

/** The chunk with the reason to stop and the one with the usage are one. */
function inItsWords(text: string): string {
  const usage = /"choices":\[\],"usage":(\{[^}]*\})/.exec(text)?.[1]
  const merged = usage ? text.replace(/data: \{[^\n]*"choices":\[\],"usage":[^\n]*\n\n/, '') : text
  return merged
    .replaceAll(
      '"finish_reason":"stop"}]',
      `"finish_reason":"eos","text":"","seed":1}],"usage":${usage ?? null}`,
    )
    .replaceAll('"finish_reason":"stop"', '"finish_reason":"eos"')
}
