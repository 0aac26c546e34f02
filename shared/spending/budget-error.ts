import type { BudgetDecision } from '../domain/budget.ts'
import { AppError } from '../errors.ts'

type Refusal = Extract<BudgetDecision, { allowed: false }>

/** The budget that a reservation met, as its caller is told. */
export function budgetExhausted(
  { keyId, period, remainingNanoUsd }: Refusal,
  neededNanoUsd: number,
): AppError {
  const whose = keyId === null ? "The tenant's" : "The key's"
  const message = `${whose} budget for this ${period} cannot cover what this request may cost`
  return new AppError('budget_exhausted', message, {
    details: { keyId, period, remainingNanoUsd, neededNanoUsd },
  })
}
