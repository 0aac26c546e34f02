import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import { broken, MAX_BODY_BYTES, parseJson, readLimited } from '../../../http/body.ts'
import { errorMessage, errorText, failure, refusal } from '../../../http/failure.ts'
import { callUpstream, type Upstream } from '../../../http/upstream.ts'
import type { TokenUsage } from '../../../ports/generator.ts'

// https://replicate.com/docs/reference/http#predictions.get: only what we read
const count = z.int().min(1).optional().catch(undefined)
const prediction = z.object({
  id: z.string().regex(/^[\w-]+$/),
  status: z.string(),
  output: z
    .union([z.string(), z.array(z.string())])
    .nullish()
    .catch(null),
  error: z.unknown().optional(),
  metrics: z.object({ input_token_count: count, output_token_count: count }).nullish().catch(null),
  urls: z.object({ stream: z.string().optional() }).nullish().catch(null),
})
export type Prediction = z.infer<typeof prediction>

/** One exchange whose answer is a prediction. */
export async function predictionFrom(
  upstream: Upstream,
  call: Parameters<typeof callUpstream>[1],
  signal: AbortSignal,
): Promise<Prediction> {
  const response = await callUpstream(upstream, call, signal)
  if (!response.ok) throw await explainedRefusal(response)
  const body = parseJson(await readLimited(response, MAX_BODY_BYTES).catch(broken))
  const { data, error: cause } = prediction.safeParse(body)
  if (data) return data
  throw new AppError('upstream_rejected', 'Replicate sent an unreadable answer', { cause })
}

/** Throttling says in words how long it lasts, where others have a header. https://replicate.com/docs/topics/predictions/rate-limits */
async function explainedRefusal(response: Response): Promise<AppError> {
  const text = await errorText(response)
  const [, seconds] = /available in (\d{1,4}) ?s/.exec(text) ?? []
  if (response.status !== 429 || response.headers.has('retry-after') || seconds === undefined)
    return refusal(response, text)
  return failure(429, '', { retryAfterMs: Number(seconds) * 1_000 })
}

export const isRunning = ({ status }: Prediction) => status === 'starting' || status === 'processing'

/** Throws unless it has ended well. */
export function expectSuccess({ status, error }: Prediction) {
  if (status !== 'succeeded') throw failure(null, errorMessage({ error }) ?? '', { state: status })
}

export const textOf = ({ output }: Prediction) => (Array.isArray(output) ? output.join('') : (output ?? ''))

export function usageOf({ metrics }: Prediction): TokenUsage | null {
  const { input_token_count: promptTokens, output_token_count: completionTokens } = metrics ?? {}
  return promptTokens && completionTokens ? { promptTokens, completionTokens } : null
}

/** Where the text can be read as it comes. Only at Replicate itself, since the token goes there too; otherwise it is polled. */
export function streamPlace({ urls }: Prediction, base: string): string | null {
  const place = urls?.stream
  if (!place || !URL.canParse(place)) return null
  const [stream, api] = [new URL(place), new URL(base)]
  const site = api.hostname.split('.').slice(-2).join('.')
  const isSameSite = stream.protocol === 'https:' && stream.hostname.endsWith(`.${site}`)
  return stream.origin === api.origin || isSameSite ? place : null
}
