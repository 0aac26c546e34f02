import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { AdmissionDecision } from '../../../../shared/domain/budget.ts'
import type { Reservation, Settlement, TenantOperation } from '../../../../shared/ports/objects.ts'
import { purse, type Taken } from '../../../../workers/router/escrow/purse.ts'
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
const near = { allowed: false, reason: 'budget', keyId: null, period: 'day', remainingNanoUsd: 0 } as const

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
    own.settle(taken, settlement(id, cost), waitUntil, () => undefined)
    await vi.advanceTimersByTimeAsync(30)
  }
  const types = () => told.map(({ type }) => type)
  const held = () => {
    const granted = told.flatMap((o) => (o.type === 'grant' ? [o.reservation.amountNanoUsd] : []))
    return granted.reduce((sum, amount) => sum + amount, 0)
  }
  return { own, told, take, settle, types, held, waitUntil, behind }
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

it('has what a request did not use, and all of what one gave back, for the next', async () => {
  let grants = 0
  const { own, take, settle, held, waitUntil } = opened(({ type }) =>
    type === 'grant' && (grants += 1) > 1 ? near : { allowed: true },
  )
  take()
  await vi.advanceTimersByTimeAsync(30)
  const granted = held()
  const out: Taken[] = []
  for (let one = take(); one; one = take()) out.push(one)
  await settle(taken(out[0] ?? null), 'a', 100)
  expect(take(100)).toBeNull()
  own.giveBack(taken(out[1] ?? null), waitUntil)
  expect(take(100)).not.toBeNull()
  expect(out.length).toBe(granted / 100)
})

it('gives back what nobody has used for a second, and not before the last request has settled', async () => {
  const { take, settle, told, types } = opened()
  take()
  await vi.advanceTimersByTimeAsync(30)
  const running = taken(take())
  await vi.advanceTimersByTimeAsync(3_000)
  expect(types()).toEqual(['grant'])
  await settle(running, 'a', 10)
  await vi.advanceTimersByTimeAsync(30)
  expect(told.at(-1)).toEqual({ type: 'release', requestId: running.grantId })
  expect(take()).toBeNull()
})

it('begins a new grant every five seconds, so that a new limit is soon felt', async () => {
  const { take, own, waitUntil, types } = opened()
  take()
  await vi.advanceTimersByTimeAsync(30)
  const ids = new Set<string>()
  for (let ms = 0; ms < 12_000; ms += 500) {
    const one = take()
    if (one) {
      ids.add(one.grantId)
      own.giveBack(one, waitUntil)
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
  const { take, own, waitUntil, types, behind } = opened()
  take()
  await vi.advanceTimersByTimeAsync(30)
  for (let ms = 0; ms < 60_000; ms += 400) {
    const one = take()
    if (one) own.giveBack(one, waitUntil)
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
