import type { RateDecision } from './rate-limit.ts'

export const BUDGET_PERIODS = ['day', 'month', 'total'] as const
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number]

/** One limit and what is used of it in the current period. `keyId` null is the whole tenant; amounts in nano-dollars. */
export type Account = {
  readonly keyId: string | null
  readonly period: BudgetPeriod
  readonly limitNanoUsd: number | null
  readonly postedNanoUsd: number
  readonly pendingNanoUsd: number
}

/** A budget as people see it: which shares of the limit raise an alert, and which have been crossed in the current period. */
export type BudgetReport = Account & {
  readonly alertShares: readonly number[]
  readonly alerts: readonly { readonly share: number; readonly crossedAtMs: number }[]
}

export const DEFAULT_ALERT_SHARES: readonly number[] = [0.8, 1]

export type BudgetDecision =
  | { readonly allowed: true }
  | {
      readonly allowed: false
      readonly reason: 'budget'
      readonly keyId: string | null
      readonly period: BudgetPeriod
      readonly remainingNanoUsd: number
      /** Only held money is in the way: what runs now may give back enough of it. */
      readonly mayFitLater: boolean
    }

/** A reservation is refused for money or for its rate; the limit that was met is named. */
export type AdmissionDecision = Exclude<BudgetDecision, { allowed: true }> | RateDecision

/** Holds `amount` in every account or in none: posted + pending + amount ≤ limit must be true in each. */
export function decideReservation(accounts: readonly Account[], amountNanoUsd: number): BudgetDecision {
  for (const { keyId, period, limitNanoUsd, postedNanoUsd, pendingNanoUsd } of accounts) {
    if (limitNanoUsd === null) continue
    const remainingNanoUsd = limitNanoUsd - postedNanoUsd - pendingNanoUsd
    if (amountNanoUsd > remainingNanoUsd)
      return {
        allowed: false,
        reason: 'budget',
        keyId,
        period,
        remainingNanoUsd: Math.max(0, remainingNanoUsd),
        mayFitLater: accounts.every((account) => amountNanoUsd <= unpostedNanoUsd(account)),
      }
  }
  return { allowed: true }
}

const unpostedNanoUsd = ({ limitNanoUsd, postedNanoUsd }: Account) =>
  limitNanoUsd === null ? Infinity : limitNanoUsd - postedNanoUsd

/** What is posted of a reservation: never more than was held, whatever the origin claims to have used. */
export function decidePosting(
  reservedNanoUsd: number,
  actualNanoUsd: number,
): { postedNanoUsd: number; excessNanoUsd: number } {
  const postedNanoUsd = Math.min(reservedNanoUsd, Math.max(0, actualNanoUsd))
  return { postedNanoUsd, excessNanoUsd: Math.max(0, actualNanoUsd - reservedNanoUsd) }
}

/** The UTC period a moment falls into, as its key: '2026-11-24', '2026-11', or 'total'. */
export function periodKey(period: BudgetPeriod, nowMs: number): string {
  if (period === 'total') return 'total'
  return new Date(nowMs).toISOString().slice(0, period === 'day' ? 10 : 7)
}

/**
 * The shares of a limit that what is posted has reached. Money that is only held does not count: it is a worst case that mostly comes
 * back, and an alert that may turn out untrue is soon ignored.
 */
export function sharesReached(
  { limitNanoUsd, alertShares }: Pick<BudgetReport, 'limitNanoUsd' | 'alertShares'>,
  postedNanoUsd: number,
): number[] {
  if (limitNanoUsd === null || postedNanoUsd <= 0) return []
  return alertShares.filter((share) => postedNanoUsd >= share * limitNanoUsd)
}
