import { AppError } from '../errors.ts'
import { pause } from './remote-job.ts'

export type RetryOptions = {
  readonly tries: number
  /** A server that asks for more than this is not waited for. */
  readonly longestWaitMs: number
  /** 0 up to 1. */
  readonly random?: () => number
}

const FIRST_WAIT_MS = 250

/**
 * Runs until it succeeds, fails for good, or the tries are used up. Only upstream_unavailable and upstream_timeout are tried again: after
 * what `Retry-After` said, else after a wait that doubles, with jitter so that many who failed together do not return together.
 */
export async function withRetries<T>(
  run: () => Promise<T>,
  { tries, longestWaitMs, random = Math.random }: RetryOptions,
  signal: AbortSignal,
): Promise<T> {
  for (let tried = 1; ; tried += 1)
    try {
      return await run()
    } catch (thrown) {
      signal.throwIfAborted()
      const error = AppError.from(thrown)
      const backoffMs = FIRST_WAIT_MS * 2 ** (tried - 1) * (0.5 + random() / 2)
      const askedMs = Number(error.details['retryAfterMs'] ?? 0)
      if (!mayPass(error) || tried >= tries || askedMs > longestWaitMs) throw error
      await pause(Math.min(Math.max(backoffMs, askedMs), longestWaitMs), signal)
    }
}

const mayPass = ({ code }: AppError) => code === 'upstream_unavailable' || code === 'upstream_timeout'
