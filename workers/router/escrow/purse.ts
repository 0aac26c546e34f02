import type { AdmissionDecision } from '../../../shared/domain/budget.ts'
import type { Reservation, TenantOperation } from '../../../shared/ports/objects.ts'
import type { Lane, WaitUntil } from '../lane.ts'
import { type Grant, grantBook, type Taken } from './grants.ts'
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
  const book = grantBook(money, now)
  let current: Grant | null = null
  let askingSinceMs = Number.NEGATIVE_INFINITY
  let exactUntilMs = 0
  let usualNanoUsd = 0
  let lastUsedMs = 0

  /** From now on the given grant is used, or none. */
  const change = (next: Grant | null, waitUntil: WaitUntil) => {
    if (current) book.retire(current, waitUntil)
    current = next
    lastUsedMs = now()
    if (next) watcher.keep(waitUntil)
  }

  /** Gives back what nobody uses. */
  const watcher = watch(
    (waitUntil) => {
      if (current && now() - lastUsedMs >= IDLE_MS) change(null, waitUntil)
      return current !== null
    },
    IDLE_MS,
    now,
  )

  /** Asked for beside a request that does not wait for it. */
  const ask = (reservation: Reservation, waitUntil: WaitUntil) => {
    if (now() - askingSinceMs < ABANDONED_MS || now() < exactUntilMs) return
    askingSinceMs = now()
    const id = newId('grant')
    const amountNanoUsd = usualNanoUsd * (book.open() + SPARE)
    const asked = { ...reservation, intent: { ...reservation.intent, id }, amountNanoUsd, tokens: null }
    money.post({ type: 'grant', reservation: asked }, waitUntil, {
      answered({ allowed }) {
        askingSinceMs = Number.NEGATIVE_INFINITY
        if (!allowed) exactUntilMs = now() + EXACT_MS
        change(allowed ? book.begin(id, amountNanoUsd) : null, waitUntil)
      },
      failed(_, __, isLast) {
        askingSinceMs = isLast ? Number.NEGATIVE_INFINITY : now()
        // It may have been granted before the answer was lost.
        if (isLast) money.post({ type: 'release', requestId: id }, waitUntil)
      },
    })
  }

  const learn = (amountNanoUsd: number) => {
    const isUnusual = usualNanoUsd > 0 && amountNanoUsd > UNUSUAL * usualNanoUsd
    if (!isUnusual) usualNanoUsd = Math.max(amountNanoUsd, Math.round(usualNanoUsd * 0.99))
  }

  return {
    take(reservation, waitUntil) {
      const { amountNanoUsd } = reservation
      learn(amountNanoUsd)
      if (current && now() - current.sinceMs >= ROTATE_MS) change(null, waitUntil)
      const grant = current
      if (!grant || grant.leftNanoUsd < 4 * usualNanoUsd) ask(reservation, waitUntil)
      if (!grant || amountNanoUsd > grant.leftNanoUsd) return null
      lastUsedMs = now()
      watcher.keep(waitUntil)
      return book.take(grant, amountNanoUsd)
    },
  }
}
