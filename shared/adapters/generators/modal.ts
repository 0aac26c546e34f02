import { AppError } from '../../errors.ts'
import { chatAnswer } from '../../http/chat-completions/answer.ts'
import { chatBody, chatUrl } from '../../http/chat-completions/request.ts'
import { errorText, refusal } from '../../http/failure.ts'
import { callUpstream, type Upstream } from '../../http/upstream.ts'
import type { Generator } from '../../ports/generator.ts'

/** As often as browsers do, which Modal counts on: 20 times 150 s. */
const MAX_REDIRECTS = 20

/**
 * An engine behind a Modal web function, whose proxy is called with Modal-Key and Modal-Secret (https://modal.com/docs/guide/webhook-proxy-auth).
 * What takes over 150 s, as a cold start may, is answered 303 with the place where the result will be (https://modal.com/docs/guide/webhook-timeouts).
 */
export function modalGenerator(upstream: Upstream): Generator {
  const url = chatUrl(upstream)
  return {
    name: 'modal',
    canContinue: true,
    async generate(request, signal) {
      let response = await callUpstream(upstream, { url, json: chatBody(request) }, signal)
      for (let hops = 0; response.status === 303; hops += 1) {
        if (hops === MAX_REDIRECTS)
          throw new AppError('upstream_timeout', 'The Modal function did not answer in 20 times 150 s')
        response = await callUpstream(
          upstream,
          { url: await resultUrl(response, url), method: 'GET' },
          signal,
        )
      }
      if (response.status === 429) throw await throttledOrSpent(response)
      return chatAnswer(response, request)
    },
  }
}

/** Only ever on the function's own host: the key and secret go there too. */
async function resultUrl(response: Response, asked: string): Promise<string> {
  await response.body?.cancel()
  const location = response.headers.get('location') ?? ''
  const result = URL.canParse(location, asked) ? new URL(location, asked) : null
  if (result?.origin !== new URL(asked).origin)
    throw new AppError('upstream_rejected', 'The Modal function was redirected to another host')
  return result.href
}

/** Modal's proxy says in prose whether there are too many calls, or no money left in the workspace; the latter does not pass with time. */
async function throttledOrSpent(response: Response): Promise<AppError> {
  const text = await errorText(response)
  if (!/spend limit/i.test(text)) return refusal(response, text)
  return new AppError('upstream_rejected', 'The Modal workspace has reached its spend limit', {
    details: { status: 402 },
  })
}
