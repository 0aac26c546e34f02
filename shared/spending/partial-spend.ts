import { z } from 'zod'
import { AppError } from '../errors.ts'

/** What was paid for before a failure. */
export type PartialSpend = { readonly tokens: number; readonly costNanoUsd: number }

const NOTHING: PartialSpend = { tokens: 0, costNanoUsd: 0 }
const partialSpend = z.object({ tokens: z.int().min(0), costNanoUsd: z.int().min(0) })

/** The failure, which says in its details what had been paid for until then. The reason of an abort stays as it is. */
export function withSpend(thrown: unknown, spent: PartialSpend): unknown {
  if (spent.costNanoUsd === 0 || !(thrown instanceof AppError)) return thrown
  const { code, message, details } = thrown
  return new AppError(code, message, { cause: thrown, details: { ...details, spent } })
}

export function spendIn(thrown: unknown): PartialSpend {
  return partialSpend.safeParse(AppError.from(thrown).details['spent']).data ?? NOTHING
}
