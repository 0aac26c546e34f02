import {
  type Account,
  BUDGET_PERIODS,
  type BudgetPeriod,
  type BudgetReport,
  DEFAULT_ALERT_SHARES,
  periodKey,
  sharesReached,
} from '../../../shared/domain/budget.ts'
import { ownJson } from '../../../shared/own-json.ts'
import { TENANT } from './tenant-tables.ts'

type Limit = {
  keyId: string
  period: BudgetPeriod
  limitNanoUsd: number
  alertShares: readonly number[]
  /** A limit may be set below what is used already; until that period ends, so much is no broken promise. */
  setAtMs: number
  usedNanoUsd: number
}
type LimitRow = Omit<Limit, 'alertShares'> & { alertShares: string }

/** A share of a limit that was reached for the first time in its period. */
export type Crossing = {
  readonly keyId: string | null
  readonly period: BudgetPeriod
  readonly periodKey: string
  readonly share: number
  readonly limitNanoUsd: number
  readonly postedNanoUsd: number
}

/**
 * Limits, and what is posted and held against them. Sums are kept in memory and are pure functions of the tables, so an evicted
 * object computes them again; posted spend is stored by key and UTC day, which all three periods add up from.
 */
export class TenantAccounts {
  readonly #sql: SqlStorage
  readonly #posted = new Map<string, number>()
  readonly #pending = new Map<string, number>()
  readonly #limits = new Map<string, Limit[]>()

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.#readLimits()
  }

  /** The limited accounts a key's request counts against. */
  of(keyId: string, nowMs: number): Account[] {
    return this.#limitsOf(keyId).map((limit) => this.#account(limit, nowMs))
  }

  /** Every limited account, and the tenant's unlimited periods beside them. */
  all(nowMs: number): BudgetReport[] {
    const limited = [...this.#limits.values()].flat()
    const isLimited = (period: BudgetPeriod) =>
      this.#limits.get(TENANT)?.some((limit) => limit.period === period)
    const open = BUDGET_PERIODS.filter((period) => !isLimited(period))
    return [
      ...limited.map((limit) => ({
        ...this.#account(limit, nowMs),
        alertShares: limit.alertShares,
        alerts: this.#alerts(limit, nowMs),
      })),
      ...open.map((period) => ({
        ...this.#account({ keyId: TENANT, period, limitNanoUsd: null }, nowMs),
        alertShares: [],
        alerts: [],
      })),
    ]
  }

  /** Shares that are reached already alert at once. */
  setLimit(
    keyId: string | null,
    period: BudgetPeriod,
    limitNanoUsd: number | null,
    alertShares: readonly number[] = DEFAULT_ALERT_SHARES,
    nowMs: number,
  ): Crossing[] {
    const owner = keyId ?? TENANT
    this.#sql.exec('DELETE FROM budgets WHERE key_id = ? AND period = ?', owner, period)
    if (limitNanoUsd !== null) {
      const { postedNanoUsd, pendingNanoUsd } = this.#account({ keyId: owner, period, limitNanoUsd }, nowMs)
      const shares = [...new Set(alertShares)].toSorted((a, b) => a - b)
      this.#sql.exec(
        `INSERT INTO budgets (key_id, period, limit_nano_usd, alert_shares, set_at_ms, used_nano_usd) VALUES (?, ?, ?, ?, ?, ?)`,
        owner,
        period,
        limitNanoUsd,
        JSON.stringify(shares),
        nowMs,
        postedNanoUsd + pendingNanoUsd,
      )
    }
    this.#readLimits()
    const set = this.#limits.get(owner)?.find((limit) => limit.period === period)
    return set ? this.#recordCrossings(set, nowMs, 0, nowMs) : []
  }

  addPending(keyId: string, atMs: number, amountNanoUsd: number) {
    for (const name of accountNames(keyId, atMs))
      this.#pending.set(name, (this.#pending.get(name) ?? 0) + amountNanoUsd)
  }

  /** Spend belongs to the period it was reserved in. Answers the shares of limits that it crosses, each recorded once. */
  post(keyId: string, reservedAtMs: number, amountNanoUsd: number, nowMs: number): Crossing[] {
    // Read before the table changes, so that no sum counts the amount twice.
    const limits = this.#limitsOf(keyId)
    const before = limits.map((limit) => this.#postedIn(limit.keyId, limit.period, reservedAtMs))
    this.#sql.exec(
      'INSERT INTO spend VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET posted_nano_usd = posted_nano_usd + excluded.posted_nano_usd',
      keyId,
      periodKey('day', reservedAtMs),
      amountNanoUsd,
    )
    for (const name of accountNames(keyId, reservedAtMs)) {
      const known = this.#posted.get(name)
      if (known !== undefined) this.#posted.set(name, known + amountNanoUsd)
    }
    return limits.flatMap((limit, i) => this.#recordCrossings(limit, reservedAtMs, before[i] ?? 0, nowMs))
  }

  /** Accounts of a key in which more is posted and held than the limit allows: a defect, or tables that somebody changed. */
  overdrawn(keyId: string, nowMs: number): Account[] {
    return this.#limitsOf(keyId)
      .filter((limit) => {
        const { postedNanoUsd, pendingNanoUsd } = this.#account(limit, nowMs)
        const { period, setAtMs, usedNanoUsd, limitNanoUsd } = limit
        const isSetInPeriod = periodKey(period, setAtMs) === periodKey(period, nowMs)
        return postedNanoUsd + pendingNanoUsd > Math.max(limitNanoUsd, isSetInPeriod ? usedNanoUsd : 0)
      })
      .map((limit) => this.#account(limit, nowMs))
  }

  #limitsOf(keyId: string): Limit[] {
    return [...(this.#limits.get(TENANT) ?? []), ...(this.#limits.get(keyId) ?? [])]
  }

  #readLimits() {
    this.#limits.clear()
    const query = `SELECT key_id AS keyId, period, limit_nano_usd AS limitNanoUsd, alert_shares AS alertShares,
      set_at_ms AS setAtMs, used_nano_usd AS usedNanoUsd FROM budgets ORDER BY key_id, period`
    for (const { alertShares, ...row } of this.#sql.exec<LimitRow>(query)) {
      const limit = { ...row, alertShares: ownJson<number[]>(alertShares) }
      this.#limits.set(row.keyId, [...(this.#limits.get(row.keyId) ?? []), limit])
    }
  }

  #account(
    { keyId, period, limitNanoUsd }: { keyId: string; period: BudgetPeriod; limitNanoUsd: number | null },
    nowMs: number,
  ): Account {
    return {
      keyId: keyId === TENANT ? null : keyId,
      period,
      limitNanoUsd,
      postedNanoUsd: this.#postedIn(keyId, period, nowMs),
      pendingNanoUsd: this.#pending.get(accountName(keyId, period, nowMs)) ?? 0,
    }
  }

  #postedIn(keyId: string, period: BudgetPeriod, atMs: number): number {
    const name = accountName(keyId, period, atMs)
    const known = this.#posted.get(name)
    if (known !== undefined) return known
    const query =
      'SELECT coalesce(sum(posted_nano_usd), 0) AS posted FROM spend WHERE (?1 = ? OR key_id = ?1) AND day GLOB ?'
    const days = period === 'total' ? '*' : `${periodKey(period, atMs)}*`
    const { posted } = this.#sql.exec<{ posted: number }>(query, keyId, TENANT, days).one()
    this.#posted.set(name, posted)
    return posted
  }

  /** An alert belongs to a share of one limit in one period: raising the limit arms it anew, nothing rings it twice. */
  #recordCrossings(limit: Limit, atMs: number, beforeNanoUsd: number, nowMs: number): Crossing[] {
    const postedNanoUsd = this.#postedIn(limit.keyId, limit.period, atMs)
    const before = sharesReached(limit, beforeNanoUsd)
    const { keyId: owner, period, limitNanoUsd } = limit
    const key = periodKey(period, atMs)
    return sharesReached(limit, postedNanoUsd)
      .filter((share) => !before.includes(share))
      .filter((share) => this.#isNewAlert(owner, period, key, limitNanoUsd, share, nowMs))
      .map((share) => {
        const keyId = owner === TENANT ? null : owner
        return { keyId, period, periodKey: key, share, limitNanoUsd, postedNanoUsd }
      })
  }

  #isNewAlert(...row: readonly [string, BudgetPeriod, string, number, number, number]): boolean {
    return this.#sql.exec('INSERT OR IGNORE INTO alerts VALUES (?, ?, ?, ?, ?, ?)', ...row).rowsWritten > 0
  }

  #alerts({ keyId, period, limitNanoUsd }: Limit, nowMs: number) {
    const query = `SELECT share, crossed_at_ms AS crossedAtMs FROM alerts
      WHERE key_id = ? AND period = ? AND period_key = ? AND limit_nano_usd = ? ORDER BY share`
    return this.#sql
      .exec<{ share: number; crossedAtMs: number }>(
        query,
        keyId,
        period,
        periodKey(period, nowMs),
        limitNanoUsd,
      )
      .toArray()
  }
}

const accountName = (keyId: string, period: BudgetPeriod, atMs: number) =>
  `${keyId}|${period}|${periodKey(period, atMs)}`

const accountNames = (keyId: string, atMs: number) =>
  [TENANT, keyId].flatMap((owner) => BUDGET_PERIODS.map((period) => accountName(owner, period, atMs)))
