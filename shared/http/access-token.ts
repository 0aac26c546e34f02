import { z } from 'zod'
import { AppError } from '../errors.ts'
import { broken, parseJson, readLimited } from './body.ts'
import { retryAfterMs } from './failure.ts'

export type AccessToken = { readonly token: string; readonly lifetimeMs: number }

type Grant = {
  readonly url: string
  readonly form: Readonly<Record<string, string>>
  readonly fetch: typeof globalThis.fetch
}

const MAX_TOKEN_BYTES = 64_000
const ASSUMED_LIFETIME_SECONDS = 300

// RFC 6749 §5.1
const tokenResponse = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().catch(ASSUMED_LIFETIME_SECONDS),
})

/** Asks a token endpoint (RFC 6749 §3.2). What it answers may repeat the credentials, so none of it becomes part of an error. */
export async function requestToken({ url, form, fetch }: Grant, signal: AbortSignal): Promise<AccessToken> {
  const body = new URLSearchParams(form).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' }).catch(
    () => {
      throw new AppError('upstream_unavailable', `The token endpoint ${hostOf(url)} did not answer`, {
        details: signal.aborted ? {} : { kind: 'connect' },
      })
    },
  )
  const text = await readLimited(response, MAX_TOKEN_BYTES).catch(broken)
  if (!response.ok) throw refused(response, url)
  const { data } = tokenResponse.safeParse(parseJson(text))
  if (!data) throw new AppError('upstream_rejected', `The token endpoint ${hostOf(url)} sent no access token`)
  return { token: data.access_token, lifetimeMs: data.expires_in * 1_000 }
}

function refused(response: Response, url: string): AppError {
  const { status } = response
  const isTemporary = status === 429 || status >= 500
  const code = isTemporary ? 'upstream_unavailable' : 'upstream_rejected'
  const message = `The token endpoint ${hostOf(url)} answered ${status}`
  return new AppError(code, message, { details: { status, ...retryAfterMs(response) } })
}

const hostOf = (url: string) => new URL(url).host

/** A new token is fetched this long before the old one ends, while the old one still serves. */
const REFRESH_AHEAD_MS = 300_000
/** A token with less than this left may have ended before the origin looks at it. */
const SAFETY_MS = 10_000
/** A refresh that has not ended for this long was cancelled with its request, or failed: another one tries. */
const ABANDONED_MS = 5_000

/**
 * Remembers a token until shortly before its end. Only the token is kept between requests, never a promise of one: workerd forbids awaiting
 * another request's I/O. One request at a time refreshes, the others go on with the token that still serves; only without any does each fetch its own.
 */
export function rememberedToken(
  fetchToken: (signal: AbortSignal) => Promise<AccessToken>,
  now: () => number,
): (signal: AbortSignal) => Promise<string> {
  let held: { token: string; refreshAtMs: number; endsAtMs: number } | null = null
  let refreshingSinceMs = Number.NEGATIVE_INFINITY
  const serving = (atMs: number) => (held && held.endsAtMs - SAFETY_MS > atMs ? held : null)

  return async (signal) => {
    const current = serving(now())
    const isRefreshing = now() - refreshingSinceMs < ABANDONED_MS
    if (current && (isRefreshing || now() < current.refreshAtMs)) return current.token
    refreshingSinceMs = now()
    try {
      const { token, lifetimeMs } = await fetchToken(signal)
      const endsAtMs = now() + lifetimeMs
      held = { token, endsAtMs, refreshAtMs: endsAtMs - Math.min(REFRESH_AHEAD_MS, lifetimeMs / 2) }
      refreshingSinceMs = Number.NEGATIVE_INFINITY
      return token
    } catch (error) {
      const still = serving(now())
      if (still && !signal.aborted) return still.token
      throw error
    }
  }
}
