import { type BudgetPeriod, periodKey } from '../../shared/domain/budget.ts'
import type { RateLimits } from '../../shared/domain/rate-limit.ts'
import type { TenantOperation } from '../../shared/ports/objects.ts'

type Line = {
  readonly id: string
  readonly keyId: string
  readonly atMs: number
  readonly expiresAtMs: number
  readonly amount: number
  tokens: number | null
  state: 'open' | 'posted' | 'released'
  posted: number
}
type Owner = string | null
/** What a request does for itself; money in advance is test/integration/escrow.test.ts. */
export type PlainOperation = Exclude<TenantOperation, { type: 'grant' | 'draw' | 'shrink' }>
export type Verdict = 'allowed' | 'budget' | 'requests' | 'tokens' | 'concurrency'

/** What a tenant's ledger should do, said as simply as possible: a list of lines that every question adds up from its beginning. */
export class ReferenceLedger {
  nowMs: number
  readonly lines: Line[] = []
  readonly budgets = new Map<string, { owner: Owner; period: BudgetPeriod; limit: number }>()
  readonly rates = new Map<Owner, RateLimits>()

  constructor(nowMs: number) {
    this.nowMs = nowMs
  }

  apply(operation: PlainOperation): readonly Verdict[] {
    if (operation.type === 'reserve') return this.#reserve(operation.reservation)
    const id = operation.type === 'settle' ? operation.settlement.id : operation.requestId
    const line = this.lines.find((line) => line.id === id && line.state === 'open')
    if (!line) return ['allowed']
    if (operation.type === 'release') Object.assign(line, { state: 'released', tokens: line.tokens && 0 })
    else {
      const { costNanoUsd, promptTokens, completionTokens } = operation.settlement
      line.state = 'posted'
      line.posted = Math.min(line.amount, costNanoUsd)
      if (line.tokens !== null) line.tokens = Math.min(line.tokens, promptTokens + completionTokens)
    }
    return ['allowed']
  }

  /** What was never settled is posted whole. */
  expire() {
    for (const line of this.lines)
      if (line.state === 'open' && line.expiresAtMs <= this.nowMs)
        Object.assign(line, { state: 'posted', posted: line.amount })
  }

  used(owner: Owner, period: BudgetPeriod) {
    const mine = this.#of(owner).filter(
      ({ atMs }) => periodKey(period, atMs) === periodKey(period, this.nowMs),
    )
    return {
      postedNanoUsd: sum(mine, ({ posted }) => posted),
      pendingNanoUsd: sum(mine, ({ state, amount }) => (state === 'open' ? amount : 0)),
    }
  }

  rate(owner: Owner) {
    const counted = this.#of(owner).filter(({ tokens }) => tokens !== null)
    const recent = counted.filter(({ atMs }) => atMs > this.nowMs - 60_000)
    return {
      requests: recent.length,
      tokens: sum(recent, ({ tokens }) => tokens ?? 0),
      inFlight: counted.filter(({ state }) => state === 'open').length,
    }
  }

  /** Every verdict that would be right: several limits may be met at once, and one of them is named. */
  #reserve({
    intent: { id, keyId },
    amountNanoUsd: amount,
    tokens,
    expiresInMs,
  }: Extract<TenantOperation, { type: 'reserve' }>['reservation']): readonly Verdict[] {
    if (this.lines.some((line) => line.id === id)) return ['allowed']
    const isMine = (owner: Owner) => owner === null || owner === keyId
    for (const { owner, period, limit } of this.budgets.values()) {
      const { postedNanoUsd, pendingNanoUsd } = this.used(owner, period)
      if (isMine(owner) && postedNanoUsd + pendingNanoUsd + amount > limit) return ['budget']
    }
    const met = [...this.rates].flatMap(([owner, limits]): Verdict[] => {
      if (!isMine(owner) || tokens === null) return []
      const used = this.rate(owner)
      return [
        ...(used.requests + 1 > (limits.requestsPerMinute ?? Infinity) ? ['requests' as const] : []),
        ...(used.tokens + tokens > (limits.tokensPerMinute ?? Infinity) ? ['tokens' as const] : []),
        ...(used.inFlight + 1 > (limits.concurrency ?? Infinity) ? ['concurrency' as const] : []),
      ]
    })
    if (met.length > 0) return met
    const { nowMs: atMs } = this
    this.lines.push({
      id,
      keyId,
      atMs,
      expiresAtMs: atMs + expiresInMs,
      amount,
      tokens,
      state: 'open',
      posted: 0,
    })
    return ['allowed']
  }

  #of(owner: Owner): Line[] {
    return this.lines.filter(({ keyId }) => owner === null || keyId === owner)
  }
}

const sum = (lines: readonly Line[], amount: (line: Line) => number) =>
  lines.reduce((total, line) => total + amount(line), 0)
