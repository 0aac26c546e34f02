import { z } from 'zod'
import { AppError } from '../errors.ts'

/** What was paid for before a failure. */
export type PartialSpend = { readonly tokens: number; readonly costNanoUsd: number }

const NOTHING: PartialSpend = { tokens: 0, costNanoUsd: 0 }
const partialSpend = z.object({ tokens: z.int().min(0), costNanoUsd: z.int().min(0) })

/**
 * The failure, which says in its details what had been paid for until then, with what it says already itself. Where nothing was, it stays
 * as it is; else the reason of an abort, which could not say it, becomes upstream_timeout.
 */
export function withSpend(thrown: unknown, spent: PartialSpend, signal?: AbortSignal): unknown {
  if (spent.costNanoUsd === 0) return thrown
  const { code, message, details } = failureOf(thrown, signal)
  const before = spendIn(thrown)
  const sum = {
    tokens: before.tokens + spent.tokens,
    costNanoUsd: before.costNanoUsd + spent.costNanoUsd,
  }
  return new AppError(code, message, { cause: thrown, details: { ...details, spent: sum } })
}

export function spendIn(thrown: unknown): PartialSpend {
  return partialSpend.safeParse(AppError.from(thrown).details['spent']).data ?? NOTHING
}

const failureOf = (thrown: unknown, signal: AbortSignal | undefined) =>
  signal?.aborted === true && !(thrown instanceof AppError)
    ? new AppError('upstream_timeout', 'No answer came in time', { cause: thrown })
    : AppError.from(thrown)
