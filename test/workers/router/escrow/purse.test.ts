import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { AdmissionDecision } from '../../../../shared/domain/budget.ts'
import type { Reservation, Settlement, TenantOperation } from '../../../../shared/ports/objects.ts'
import type { Taken } from '../../../../workers/router/escrow/grants.ts'
import { purse } from '../../../../workers/router/escrow/purse.ts'
import { lane } from '../../../../workers/router/lane.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const intent = {
  id: 'req',
  tenantId: 't',
  keyId: 'k',
  collection: null,
  tier: null,
  endpointId: 'e',
  configuration: null,
  provider: 'p',
  region: 'r',
  level: null,
  model: 'm',
}
const reservation = (amountNanoUsd = 100): Reservation => ({
  intent,
  amountNanoUsd,
  tokens: 10,
  expiresInMs: 660_000,
})
const settlement = (id: string, costNanoUsd: number): Settlement => ({
  id,
  costNanoUsd,
  promptTokens: 1,
  completionTokens: 1,
  estimated: false,
  outcome: 'completed',
})
const near = {
  allowed: false,
  reason: 'budget',
  keyId: null,
  period: 'day',
  remainingNanoUsd: 0,
  mayFitLater: false,
} as const

/** A purse whose object says yes unless told otherwise, and what the object was told. */
function opened(decide: (operation: TenantOperation) => AdmissionDecision = () => ({ allowed: true })) {
  const told: TenantOperation[] = []
  const behind: Promise<unknown>[] = []
  let ids = 0
  const money = lane<TenantOperation, AdmissionDecision>(async (group) => {
    told.push(...group)
    return group.map(decide)
  }, Date.now)
  const own = purse({ money, newId: (prefix) => `${prefix}_${(ids += 1)}`, now: Date.now })
  const waitUntil = (work: Promise<unknown>) => void behind.push(work)
  const take = (amountNanoUsd?: number) => own.take(reservation(amountNanoUsd), waitUntil)
  const settle = async (taken: Taken, id: string, cost: number) => {
    taken.settle(settlement(id, cost), waitUntil, () => undefined)
    await vi.advanceTimersByTimeAsync(30)
  }
  const types = () => told.map(({ type }) => type)
  const held = () => {
    const granted = told.flatMap((o) => (o.type === 'grant' ? [o.reservation.amountNanoUsd] : []))
    return granted.reduce((sum, amount) => sum + amount, 0)
  }
  return { told, take, settle, types, held, waitUntil, behind }
}
const taken = (one: Taken | null): Taken => one ?? expect.fail('nothing was in the purse')

it('lets the first request ask for itself, and the next ones take what was granted meanwhile', async () => {
  const { take, settle, types, told } = opened()
  expect(take()).toBeNull()
  await vi.advanceTimersByTimeAsync(30)
  expect(types()).toEqual(['grant'])
  const first = taken(take())
  await settle(first, 'a', 30)
  expect(types()).toEqual(['grant', 'draw'])
  expect(told.at(-1)).toMatchObject({ grantId: first.grantId, settlement: { id: 'a', costNanoUsd: 30 } })
})

it('never lets out more than was granted, whatever is under way', async () => {
  const { take, held } = opened()
  take()
  await vi.advanceTimersByTimeAsync(30)
  const granted = held()
  let sum = 0
  for (let one = take(); one; one = take()) sum += one.amountNanoUsd
  expect(sum).toBeLessThanOrEqual(granted)
  expect(sum).toBeGreaterThan(granted - 100)
})

it('has what a request gave back, and what it did not use, for the next', async () => {
  const { take, settle, held, waitUntil } = opened()
  take()
  await vi.advanceTimersByTimeAsync(30)
  const requests = held() / 100
  taken(take()).giveBack(waitUntil)
  await settle(taken(take()), 'a', 100)
  await settle(taken(take()), 'b', 0)
  let left = 0
  while (take()) left += 1
  expect(left).toBe(requests - 1)
})

it('gives back what nobody has used for a second, and not before the last request has settled', async () => {
  const { take, settle, told, types } = opened()
  take()
  await vi.advanceTimersByTimeAsync(30)
  const running = taken(take())
  await vi.advanceTimersByTimeAsync(3_000)
  // What no request holds goes back at once.
  expect(told.at(-1)).toEqual({ type: 'shrink', grantId: running.grantId, keepNanoUsd: 100 })
  expect(types()).toEqual(['grant', 'shrink'])
  await settle(running, 'a', 10)
  await vi.advanceTimersByTimeAsync(30)
  expect(told.at(-1)).toEqual({ type: 'release', requestId: running.grantId })
  expect(take()).toBeNull()
})

it('begins a new grant every five seconds, so that a new limit is soon felt', async () => {
  const { take, waitUntil, types } = opened()
  take()
  await vi.advanceTimersByTimeAsync(30)
  const ids = new Set<string>()
  for (let ms = 0; ms < 12_000; ms += 500) {
    const one = take()
    if (one) {
      ids.add(one.grantId)
      one.giveBack(waitUntil)
    }
    await vi.advanceTimersByTimeAsync(500)
  }
  expect(ids.size).toBe(3)
  expect(types().filter((type) => type === 'release').length).toBe(2)
})

it('asks for nothing in advance for a while after a refusal: limits are near', async () => {
  const { take, types } = opened(({ type }) => (type === 'grant' ? near : { allowed: true }))
  for (let ms = 0; ms < 4_000; ms += 500) {
    expect(take()).toBeNull()
    await vi.advanceTimersByTimeAsync(500)
  }
  expect(types()).toEqual(['grant'])
  await vi.advanceTimersByTimeAsync(2_000)
  take()
  await vi.advanceTimersByTimeAsync(30)
  expect(types()).toEqual(['grant', 'grant'])
})

it('keeps no old grant while a new one is refused, however much is asked', async () => {
  let grants = 0
  const { take, types, waitUntil } = opened(({ type }) =>
    type === 'grant' && (grants += 1) > 1 ? near : { allowed: true },
  )
  take()
  await vi.advanceTimersByTimeAsync(30)
  for (let ms = 0; ms < 20_000; ms += 200) {
    take()?.giveBack(waitUntil)
    await vi.advanceTimersByTimeAsync(200)
  }
  expect(types().filter((type) => type === 'release').length).toBe(1)
})

it('leaves what a lost settlement may have spent to the expiry of its grant', async () => {
  const { take, types, told, waitUntil } = opened((operation) => {
    if (operation.type === 'draw') throw new Error('the object was reset')
    return { allowed: true }
  })
  take()
  await vi.advanceTimersByTimeAsync(30)
  const lost = taken(take())
  const failed = vi.fn()
  lost.settle(settlement('a', 30), waitUntil, failed)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(failed).toHaveBeenCalledTimes(3)
  expect(types()).not.toContain('release')
  const shrinks = told.flatMap((o) => (o.type === 'shrink' ? [o.keepNanoUsd] : []))
  expect(shrinks.every((keep) => keep >= 100)).toBe(true)
})

it('gives back a grant whose answer was lost, and goes on exactly', async () => {
  const { take, types } = opened((operation) => {
    if (operation.type === 'grant') throw new Error('the object was reset')
    return { allowed: true }
  })
  take()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(types()).toEqual(['grant', 'grant', 'grant', 'release'])
  expect(take()).toBeNull()
})

it('hands over the watch, so that a grant outlives no request for long', async () => {
  const { take, waitUntil, types, behind } = opened()
  take()
  await vi.advanceTimersByTimeAsync(30)
  for (let ms = 0; ms < 60_000; ms += 400) {
    const one = take()
    if (one) one.giveBack(waitUntil)
    await vi.advanceTimersByTimeAsync(400)
  }
  await vi.advanceTimersByTimeAsync(3_000)
  expect(types().filter((type) => type === 'grant').length).toBe(
    types().filter((type) => type === 'release').length,
  )
  // All that stayed behind an answer is over.
  const over = vi.fn()
  void Promise.all(behind).then(over)
  await vi.advanceTimersByTimeAsync(1)
  expect(over).toHaveBeenCalled()
})
