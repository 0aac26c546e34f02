import type { AdmissionDecision } from '../../../shared/domain/budget.ts'
import type { Reservation, Settlement, TenantOperation } from '../../../shared/ports/objects.ts'
import type { Lane, Receipt, WaitUntil } from '../lane.ts'
import { watch } from './watch.ts'

/** A grant is used for so long, then the next one: a new limit is felt by every isolate within this time. */
const ROTATE_MS = 5_000
/** What is left of a grant that nobody uses is given back after this long. */
const IDLE_MS = 1_000
/** After a refusal limits are near: so long every request asks for itself. */
const EXACT_MS = 5_000
/** Whoever asked for a grant and has not come back was cancelled with its request; another one asks. */
const ABANDONED_MS = 10_000
/** Money for as many more requests as are under way, and for a few: in a crash no more than this can be posted for nothing. */
const SPARE = 8
/** A request that would cost this many times as much as the usual one asks for itself. */
const UNUSUAL = 4

type Grant = {
  readonly id: string
  readonly sinceMs: number
  leftNanoUsd: number
  /** Requests that have taken from it and not settled yet, and what they have taken. */
  open: number
  heldNanoUsd: number
  /** A settlement out of it was lost: what it still holds may have been spent, and only its expiry says the end of it. */
  isInDoubt: boolean
}

type Failed = NonNullable<Receipt<unknown>['failed']>

/** Money that was taken out of a purse for one request; it goes back there, whatever becomes of the purse. */
export type Taken = {
  readonly grantId: string
  readonly amountNanoUsd: number
  giveBack(waitUntil: WaitUntil): void
  settle(settlement: Settlement, waitUntil: WaitUntil, failed: Failed): void
}

/** Money that an isolate holds for one key, so that most requests need not ask the tenant's object before they begin. */
export type Purse = {
  /** Null: not enough in it; ask the object. */
  take(reservation: Reservation, waitUntil: WaitUntil): Taken | null
}

type Options = {
  readonly money: Lane<TenantOperation, AdmissionDecision>
  readonly newId: (prefix: string) => string
  readonly now: () => number
}

/**
 * The tenant's object grants money in advance while every limit is far away; then requests hold and settle here and tell the object together.
 * posted + pending ≤ limit stays true at every step, because the grant itself is pending. Near a limit, or where anything is counted by the minute, it
 * grants nothing and every request asks for itself.
 */
export function purse({ money, newId, now }: Options): Purse {
  let current: Grant | null = null
  const grants = new Map<string, Grant>()
  let askingSinceMs = Number.NEGATIVE_INFINITY
  let exactUntilMs = 0
  let usualNanoUsd = 0
  let lastUsedMs = 0

  const newGrant = (id: string, amountNanoUsd: number): Grant => ({
    id,
    sinceMs: now(),
    leftNanoUsd: amountNanoUsd,
    open: 0,
    heldNanoUsd: 0,
    isInDoubt: false,
  })

  /** Nothing more is taken from it: what no request holds goes back now, the rest with the last of them. */
  const retire = (grant: Grant, waitUntil: WaitUntil) => {
    if (current === grant) current = null
    if (grant.open === 0) close(grant, waitUntil)
    else if (grant.leftNanoUsd > 0) {
      const operation = { type: 'shrink', grantId: grant.id, keepNanoUsd: grant.heldNanoUsd } as const
      grant.leftNanoUsd = 0
      money.post(operation, waitUntil)
    }
  }

  const close = ({ id, isInDoubt }: Grant, waitUntil: WaitUntil) => {
    grants.delete(id)
    if (!isInDoubt) money.post({ type: 'release', requestId: id }, waitUntil)
  }

  /** Asked for beside a request that does not wait for it. */
  const ask = (reservation: Reservation, waitUntil: WaitUntil) => {
    if (now() - askingSinceMs < ABANDONED_MS || now() < exactUntilMs) return
    askingSinceMs = now()
    const open = [...grants.values()].reduce((sum, grant) => sum + grant.open, 0)
    const amountNanoUsd = usualNanoUsd * (open + SPARE)
    const id = newId('grant')
    const asked = { ...reservation, intent: { ...reservation.intent, id }, amountNanoUsd, tokens: null }
    money.post({ type: 'grant', reservation: asked }, waitUntil, {
      answered({ allowed }) {
        askingSinceMs = Number.NEGATIVE_INFINITY
        if (allowed) begin(newGrant(id, amountNanoUsd), waitUntil)
        else {
          exactUntilMs = now() + EXACT_MS
          if (current) retire(current, waitUntil)
        }
      },
      failed(_, __, isLast) {
        askingSinceMs = isLast ? Number.NEGATIVE_INFINITY : now()
        // It may have been granted before the answer was lost.
        if (isLast) money.post({ type: 'release', requestId: id }, waitUntil)
      },
    })
  }

  const begin = (grant: Grant, waitUntil: WaitUntil) => {
    const before = current
    grants.set(grant.id, grant)
    current = grant
    lastUsedMs = now()
    if (before) retire(before, waitUntil)
    watcher.keep(waitUntil)
  }

  /** Gives back what nobody uses. */
  const watcher = watch(
    (waitUntil) => {
      if (current && now() - lastUsedMs >= IDLE_MS) retire(current, waitUntil)
      return current !== null
    },
    IDLE_MS,
    now,
  )

  const ended = (grant: Grant, amountNanoUsd: number, costNanoUsd: number, waitUntil: WaitUntil) => {
    grant.open -= 1
    grant.heldNanoUsd -= amountNanoUsd
    grant.leftNanoUsd += amountNanoUsd - costNanoUsd
    if (grant !== current) retire(grant, waitUntil)
  }

  const takenFrom = (grant: Grant, amountNanoUsd: number): Taken => ({
    grantId: grant.id,
    amountNanoUsd,
    giveBack: (waitUntil) => ended(grant, amountNanoUsd, 0, waitUntil),
    settle: (settlement, waitUntil, failed) =>
      money.post({ type: 'draw', grantId: grant.id, settlement }, waitUntil, {
        answered: () => ended(grant, amountNanoUsd, settlement.costNanoUsd, waitUntil),
        failed(error, attempt, isLast) {
          failed(error, attempt, isLast)
          if (!isLast) return
          grant.isInDoubt = true
          ended(grant, amountNanoUsd, amountNanoUsd, waitUntil)
          // It may have been spent, so it stays held.
          grant.heldNanoUsd += amountNanoUsd
        },
      }),
  })

  return {
    take(reservation, waitUntil) {
      const { amountNanoUsd } = reservation
      const isUnusual = usualNanoUsd > 0 && amountNanoUsd > UNUSUAL * usualNanoUsd
      if (!isUnusual) usualNanoUsd = Math.max(amountNanoUsd, Math.round(usualNanoUsd * 0.99))
      if (current && now() - current.sinceMs >= ROTATE_MS) retire(current, waitUntil)
      const grant = current
      if (!grant || grant.leftNanoUsd < 4 * usualNanoUsd) ask(reservation, waitUntil)
      if (!grant || amountNanoUsd > grant.leftNanoUsd) return null
      lastUsedMs = now()
      watcher.keep(waitUntil)
      grant.leftNanoUsd -= amountNanoUsd
      grant.heldNanoUsd += amountNanoUsd
      grant.open += 1
      return takenFrom(grant, amountNanoUsd)
    },
  }
}
