import type { AdmissionDecision } from '../domain/budget.ts'
import { AppError } from '../errors.ts'

type Refusal = Extract<AdmissionDecision, { allowed: false }>
type OverBudget = Extract<Refusal, { reason: 'budget' }>

/** The limit that a reservation met, as its caller is told. */
export function refused(refusal: Refusal, neededNanoUsd: number): AppError {
  return refusal.reason === 'budget' ? overBudget(refusal, neededNanoUsd) : overRate(refusal)
}

/** Whether the error is a budget that would do if nothing else held any of it. */
export const mayFitLater = ({ code, details }: AppError): boolean =>
  code === 'budget_exhausted' && details['mayFitLater'] === true

const whose = (keyId: string | null) => (keyId === null ? "The tenant's" : "The key's")

function overBudget(
  { keyId, period, remainingNanoUsd, mayFitLater: isOnlyHeld }: OverBudget,
  neededNanoUsd: number,
) {
  const message = `${whose(keyId)} budget for this ${period} cannot cover what this request may cost`
  return new AppError('budget_exhausted', message, {
    details: { keyId, period, remainingNanoUsd, neededNanoUsd, mayFitLater: isOnlyHeld },
  })
}

function overRate({ keyId, reason, limit, retryAfterMs }: Exclude<Refusal, OverBudget>) {
  const what = reason === 'concurrency' ? 'requests at once' : `${reason} per minute`
  const message = `${whose(keyId)} limit of ${limit} ${what}`
  if (retryAfterMs === null)
    return new AppError('invalid_request', `${message} is less than this request alone: it can never pass`, {
      details: { keyId, reason, limit },
    })
  return new AppError('rate_limited', `${message} is reached`, {
    details: { keyId, reason, limit, retryAfterMs },
  })
}
