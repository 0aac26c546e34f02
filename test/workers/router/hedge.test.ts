import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { PLAN_POLICIES } from '../../../shared/domain/routing/policy.ts'
import { AppError } from '../../../shared/errors.ts'
import { dispatch } from '../../../workers/router/dispatch/dispatch.ts'
import type { DispatchDeps } from '../../../workers/router/dispatch/job.ts'
import { chunk, job, type Origin, outcomes, platform, silent, words } from './dispatch-platform.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** Candidates are expected to speak after 500 ms, so a second is asked after 1,500. */
const hedged = { policy: { ...PLAN_POLICIES.pro, hedge: { afterTimes: 3, minMs: 1_000 } } }
const after = (ms: number): Origin =>
  async function* () {
    await new Promise((resolve) => setTimeout(resolve, ms))
    yield chunk('word ')
  }
const refusedBudget = {
  allowed: false,
  reason: 'budget',
  keyId: null,
  period: 'day',
  remainingNanoUsd: 0,
  mayFitLater: false,
} as const

it('asks a second endpoint only after the first was silent for longer than expected', async () => {
  const { deps, sent } = platform({ a: after(1_400) })
  const answer = dispatch(deps, job(['a', 'b'], hedged))
  await vi.advanceTimersByTimeAsync(1_400)
  expect((await answer).endpoint.id).toBe('a')
  expect(sent.map(({ to }) => to)).toEqual(['a'])
})

it('takes whoever speaks first, and bills the other for what it has read', async () => {
  const { deps, settlements, reservations, releases } = platform({ a: silent, b: words(2) })
  const answer = dispatch(deps, job(['a', 'b'], hedged))
  await vi.advanceTimersByTimeAsync(1_500)
  const { endpoint, events, attempts } = await answer
  for await (const _ of events);
  await vi.advanceTimersByTimeAsync(100)
  expect(endpoint.id).toBe('b')
  expect(outcomes(attempts)).toEqual([
    ['a', 'hedged'],
    ['b', 'ok'],
  ])
  expect(reservations().map(({ intent }) => [intent.id, intent.endpointId])).toEqual([
    ['req_1', 'a'],
    ['req_1.h', 'b'],
  ])
  expect(settlements()).toMatchObject([
    {
      id: 'req_1',
      endpointId: 'a',
      promptTokens: 1,
      completionTokens: 0,
      outcome: 'cancelled',
      estimated: true,
    },
    { id: 'req_1.h', endpointId: 'b', completionTokens: 3, outcome: 'completed' },
  ])
  // Slow is not broken: what the loser would have said nobody knows.
  expect(releases('a')).toMatchObject([{ outcome: 'unused' }])
})

it('gives the second its money back when the first speaks after all', async () => {
  const never: Origin = async function* (signal) {
    yield* silent(signal, { ...job([]).request, requestId: '', model: '' })
  }
  const { deps, types, settlements, releases } = platform({ a: after(2_000), b: never })
  const answer = dispatch(deps, job(['a', 'b'], hedged))
  await vi.advanceTimersByTimeAsync(2_000)
  const { endpoint, events } = await answer
  for await (const _ of events);
  await vi.advanceTimersByTimeAsync(100)
  expect(endpoint.id).toBe('a')
  expect(settlements()).toMatchObject([
    { id: 'req_1.h', completionTokens: 0, outcome: 'cancelled' },
    { id: 'req_1', outcome: 'completed' },
  ])
  expect(types('b')).toEqual(['acquire', 'release'])
  expect(releases('b')).toMatchObject([{ outcome: 'unused' }])
})

it('asks nobody twice and nobody for money that is not there', async () => {
  const { deps, refuse, sent, types } = platform({ a: after(3_000) })
  refuse.set('tenant reserve', (o) =>
    o.type === 'reserve' && o.reservation.intent.id !== 'req_1' ? refusedBudget : undefined,
  )
  const answer = dispatch(deps, job(['a', 'b'], hedged))
  await vi.advanceTimersByTimeAsync(3_000)
  expect((await answer).endpoint.id).toBe('a')
  await vi.advanceTimersByTimeAsync(100)
  expect(sent.map(({ to }) => to)).toEqual(['a'])
  expect(types('b')).toEqual(['acquire', 'release'])
})

it('goes on to a third when both have failed, and only the request pays', async () => {
  const failing = (ms: number): Origin =>
    async function* () {
      await new Promise((resolve) => setTimeout(resolve, ms))
      yield await Promise.reject(new AppError('upstream_unavailable', 'down'))
    }
  const { deps, settlements, types } = platform({ a: failing(2_000), b: failing(3_000), c: words(1) })
  const answer = dispatch(deps, job(['a', 'b', 'c'], hedged))
  await vi.advanceTimersByTimeAsync(5_000)
  const { endpoint, events, attempts } = await answer
  for await (const _ of events);
  await vi.advanceTimersByTimeAsync(100)
  expect(endpoint.id).toBe('c')
  expect(outcomes(attempts)).toEqual([
    ['b', 'upstream_unavailable'],
    ['a', 'upstream_unavailable'],
    ['c', 'ok'],
  ])
  expect(types('tenant').toSorted()).toEqual(['release', 'reserve', 'reserve', 'settle'])
  expect(settlements()).toMatchObject([{ id: 'req_1', endpointId: 'c' }])
})

it('stops both when the client leaves', async () => {
  const { deps, types } = platform({ a: silent, b: silent })
  const leaving = new AbortController()
  const answer = dispatch(deps, job(['a', 'b'], { ...hedged, clientSignal: leaving.signal }))
  const failing = answer.catch(AppError.from)
  await vi.advanceTimersByTimeAsync(2_000)
  leaving.abort()
  expect(await failing).toMatchObject({ name: 'AppError' })
  await vi.advanceTimersByTimeAsync(100)
  expect(types('a')).toEqual(['acquire', 'release'])
  expect(types('b')).toEqual(['acquire', 'release'])
  expect(types('tenant')).toEqual(['reserve', 'reserve', 'release', 'release'])
})

it('hands on the first word at once, also while a second endpoint is still being looked for', async () => {
  const { deps, releases, types } = platform({ a: after(2_000), b: silent })
  const slow = deps.slots('b')
  const waiting: DispatchDeps = {
    ...deps,
    slots: (id) =>
      id === 'b'
        ? {
            ...slow,
            now: async (operation, waitUntil) => {
              await new Promise((resolve) => setTimeout(resolve, 3_000))
              return slow.now(operation, waitUntil)
            },
          }
        : deps.slots(id),
  }
  const answer = dispatch(waiting, job(['a', 'b'], hedged))
  await vi.advanceTimersByTimeAsync(2_000)
  const { endpoint, events } = await answer
  for await (const _ of events);
  expect(endpoint.id).toBe('a')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(releases('b')).toMatchObject([{ outcome: 'unused' }])
  expect(types('tenant').toSorted()).toEqual(['reserve', 'reserve', 'settle', 'settle'])
})

it('leaves those that had no slot beside it for later', async () => {
  const failing: Origin = async function* () {
    await new Promise((resolve) => setTimeout(resolve, 5_000))
    yield await Promise.reject(new AppError('upstream_unavailable', 'down'))
  }
  const { deps, refuse } = platform({ a: failing, b: words(1) })
  let isFull = true
  refuse.set('b acquire', () =>
    isFull ? { granted: false, reason: 'saturated', retryAfterMs: 1_000 } : undefined,
  )
  const answer = dispatch(deps, job(['a', 'b'], hedged))
  await vi.advanceTimersByTimeAsync(4_000)
  isFull = false
  await vi.advanceTimersByTimeAsync(2_000)
  expect((await answer).endpoint.id).toBe('b')
})

it('is left out where two endpoints together could cost more than the caller allows', async () => {
  const { deps, sent } = platform({ a: after(3_000) })
  const answer = dispatch(deps, job(['a', 'b'], { ...hedged, maxCostNanoUsd: 1_999 }))
  await vi.advanceTimersByTimeAsync(3_000)
  expect((await answer).endpoint.id).toBe('a')
  expect(sent.map(({ to }) => to)).toEqual(['a'])
})
