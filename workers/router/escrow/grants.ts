import type { AdmissionDecision } from '../../../shared/domain/budget.ts'
import type { Settlement, TenantOperation } from '../../../shared/ports/objects.ts'
import type { Lane, Receipt, WaitUntil } from '../lane.ts'

/** Money that the tenant's object has granted in advance. */
export type Grant = {
  readonly id: string
  readonly sinceMs: number
  leftNanoUsd: number
  /** Requests that have taken from it and not settled yet, and what they have taken. */
  open: number
  heldNanoUsd: number
  isRetired: boolean
  /** A settlement out of it was lost: what it still holds may have been spent, and only its expiry says the end of it. */
  isInDoubt: boolean
}

type Failed = NonNullable<Receipt<unknown>['failed']>

/** Money that was taken out of a grant for one request; it goes back there, whatever becomes of the purse. */
export type Taken = {
  readonly grantId: string
  readonly amountNanoUsd: number
  giveBack(waitUntil: WaitUntil): void
  settle(settlement: Settlement, waitUntil: WaitUntil, failed: Failed): void
}

/** What is granted, taken and given back, told to the tenant's object as it happens. */
export function grantBook(money: Lane<TenantOperation, AdmissionDecision>, now: () => number) {
  const grants = new Set<Grant>()

  /** What no request holds goes back now, the rest with the last of them. */
  const giveRest = (grant: Grant, waitUntil: WaitUntil) => {
    const { id, isInDoubt, open, leftNanoUsd, heldNanoUsd } = grant
    grant.leftNanoUsd = 0
    if (open === 0) grants.delete(grant)
    if (open === 0 && !isInDoubt) money.post({ type: 'release', requestId: id }, waitUntil)
    else if (leftNanoUsd > 0) money.post({ type: 'shrink', grantId: id, keepNanoUsd: heldNanoUsd }, waitUntil)
  }

  const ended = (grant: Grant, waitUntil: WaitUntil) => {
    grant.open -= 1
    if (grant.isRetired) giveRest(grant, waitUntil)
  }

  const spent = (grant: Grant, amountNanoUsd: number, costNanoUsd: number, waitUntil: WaitUntil) => {
    grant.heldNanoUsd -= amountNanoUsd
    grant.leftNanoUsd += amountNanoUsd - costNanoUsd
    ended(grant, waitUntil)
  }

  return {
    begin(id: string, amountNanoUsd: number): Grant {
      const counts = { leftNanoUsd: amountNanoUsd, open: 0, heldNanoUsd: 0 }
      const grant = { id, sinceMs: now(), ...counts, isRetired: false, isInDoubt: false }
      grants.add(grant)
      return grant
    },
    retire(grant: Grant, waitUntil: WaitUntil) {
      grant.isRetired = true
      giveRest(grant, waitUntil)
    },
    /** Requests under way that have taken from any of them. */
    open: () => [...grants].reduce((sum, { open }) => sum + open, 0),
    take(grant: Grant, amountNanoUsd: number): Taken {
      grant.leftNanoUsd -= amountNanoUsd
      grant.heldNanoUsd += amountNanoUsd
      grant.open += 1
      return {
        grantId: grant.id,
        amountNanoUsd,
        giveBack: (waitUntil) => spent(grant, amountNanoUsd, 0, waitUntil),
        settle: (settlement, waitUntil, failed) =>
          money.post({ type: 'draw', grantId: grant.id, settlement }, waitUntil, {
            answered: () => spent(grant, amountNanoUsd, settlement.costNanoUsd, waitUntil),
            failed(error, attempt, isLast) {
              failed(error, attempt, isLast)
              if (!isLast) return
              // It may have been spent, so it stays held.
              grant.isInDoubt = true
              ended(grant, waitUntil)
            },
          }),
      }
    },
  }
}
