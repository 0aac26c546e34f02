import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LeaseDecision } from '../../../shared/domain/lease.ts'
import { AppError } from '../../../shared/errors.ts'
import { dispatch } from '../../../workers/router/dispatch/dispatch.ts'
import { candidate, job, outcomes, platform, refusing, silent, words } from './dispatch-platform.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** A request, and what keeps it alive. */
function keeping() {
  const kept = new Set<Promise<unknown>>()
  const waitUntil = (work: Promise<unknown>) => {
    kept.add(work)
    void work.finally(() => kept.delete(work))
  }
  return { kept, waitUntil }
}

describe('an answer', () => {
  it('settles and frees exactly once when it was read to its end', async () => {
    const { deps, types, settlements, releases } = platform({ a: words(3) })
    const leaving = new AbortController()
    const { events } = await dispatch(deps, job(['a'], { clientSignal: leaving.signal }))
    for await (const _ of events);
    leaving.abort()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(types('tenant')).toEqual(['reserve', 'settle'])
    expect(settlements()).toMatchObject([{ outcome: 'completed', completionTokens: 4, endpointId: 'a' }])
    expect(types('a')).toEqual(['acquire', 'release'])
    expect(releases('a')).toMatchObject([{ outcome: 'served', epoch: 7, outputTokens: 4 }])
  })

  it('keeps its slot while the origin thinks, however long before the first word', async () => {
    const { deps, types } = platform({ a: silent })
    const answer = dispatch(deps, job(['a'], { request: { ...job([]).request, stream: false } }))
    await vi.advanceTimersByTimeAsync(45_000)
    expect(types('a')).toEqual(['acquire', 'extend', 'extend', 'extend', 'extend'])
    await Promise.all([
      expect(answer).rejects.toMatchObject({ code: 'upstream_timeout' }),
      vi.advanceTimersByTimeAsync(600_000),
    ])
    expect(types('a').at(-1)).toBe('release')
  })

  it('beside a request holds money and counts in no rate limit', async () => {
    const { deps, reservations } = platform({ a: words(1) })
    for (const isBeside of [false, true])
      for await (const _ of (await dispatch(deps, job(['a'], { isBeside }))).events);
    expect(reservations()).toMatchObject([
      { amountNanoUsd: 1_000, tokens: expect.any(Number) as number },
      { amountNanoUsd: 1_000, tokens: null },
    ])
  })

  it('keeps its request alive until all is given back, since a client that leaves ends it otherwise', async () => {
    const { kept, waitUntil } = keeping()
    const { deps, settlements } = platform({ a: silent, b: words(3) })
    const leaving = new AbortController()
    const unheard = dispatch(deps, job(['a'], { waitUntil, clientSignal: leaving.signal })).catch(String)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(kept.size).toBeGreaterThan(0)
    leaving.abort()
    expect(await unheard).toContain('left')
    await vi.advanceTimersByTimeAsync(100)
    expect(kept.size).toBe(0)
    const { events } = await dispatch(deps, job(['b'], { waitUntil }))
    await vi.advanceTimersByTimeAsync(5_000)
    expect(kept.size).toBeGreaterThan(0)
    for await (const _ of events);
    await vi.advanceTimersByTimeAsync(100)
    expect([kept.size, settlements().length]).toEqual([0, 1])
  })

  it('is given up when the client leaves before it read a word', async () => {
    const { deps, settlements, releases } = platform({ a: words(3) })
    const leaving = new AbortController()
    await dispatch(deps, job(['a'], { clientSignal: leaving.signal }))
    leaving.abort()
    await vi.advanceTimersByTimeAsync(100)
    expect(settlements()).toMatchObject([{ outcome: 'cancelled' }])
    expect(releases('a')).toMatchObject([{ outcome: 'served' }])
  })

  it('is given up when its reader stops reading, which is not the fault of the origin', async () => {
    const { deps, settlements, releases } = platform({ a: words(3) })
    const { events } = await dispatch(deps, job(['a']))
    await events.next()
    await vi.advanceTimersByTimeAsync(31_000)
    expect(settlements()).toMatchObject([{ outcome: 'cancelled', completionTokens: 2 }])
    expect(releases('a')).toMatchObject([{ outcome: 'served' }])
  })

  it('costs what its time costs where time is what is paid for, shared among those who run beside it', async () => {
    const { deps, refuse, settlements } = platform({ a: words(2) })
    refuse.set('a acquire', () => ({ granted: true, epoch: 1, inFlight: 4 }))
    const timed = { ...candidate('a', { gpuNanoUsdPerSecond: 1_000_000, outputNanoUsdPerKTok: 0 }) }
    const { events } = await dispatch(deps, job([{ ...timed, worstCaseNanoUsd: 10_000_000 }]))
    await events.next()
    await vi.advanceTimersByTimeAsync(2_000)
    for await (const _ of events);
    await vi.advanceTimersByTimeAsync(100)
    expect(settlements()).toMatchObject([{ costNanoUsd: 500_000 }])
  })

  it('costs what was thought and called, too, when the origin reports nothing', async () => {
    const thinking = { choices: [{ delta: { reasoning_content: 'x'.repeat(78) } }] }
    const { deps, settlements } = platform({
      async *a() {
        yield { type: 'chunk', text: '', finishReason: null, raw: thinking }
      },
    })
    const { events } = await dispatch(deps, job(['a']))
    for await (const _ of events);
    await vi.advanceTimersByTimeAsync(100)
    expect(settlements()).toMatchObject([{ completionTokens: 20, estimated: true }])
  })

  it('is ended when the origin does not end it', async () => {
    const { deps, settlements } = platform({ a: words(1_000) })
    const { events } = await dispatch(deps, job(['a']))
    let received = 0
    const reading = async () => {
      for await (const _ of events) received += 1
    }
    await expect(reading()).rejects.toMatchObject({ code: 'upstream_rejected' })
    await vi.advanceTimersByTimeAsync(100)
    expect(received).toBe(85)
    // No more is posted than was held.
    expect(settlements()).toMatchObject([{ outcome: 'failed', costNanoUsd: 107 }])
  })

  it('costs what is reported only where that can be true', async () => {
    const counts = [
      { promptTokens: 3, completionTokens: 5 },
      { promptTokens: 3, completionTokens: 11 },
      { promptTokens: 17, completionTokens: 5 },
      { promptTokens: 3, completionTokens: 0 },
    ]
    const billed = []
    for (const usage of counts) {
      const { deps, settlements } = platform({
        async *a(signal, request) {
          yield* words(2)(signal, request)
          yield { type: 'usage', usage }
        },
      })
      const { events } = await dispatch(deps, job(['a']))
      for await (const _ of events);
      await vi.advanceTimersByTimeAsync(100)
      billed.push(...settlements().map(({ completionTokens, estimated }) => [completionTokens, estimated]))
    }
    expect(billed).toEqual([
      [5, false],
      [3, true],
      [3, true],
      [3, true],
    ])
  })
})

describe('when an object does not answer', () => {
  const reset = () => new Error('the object was reset')

  it('nothing stays held if it was the tenant', async () => {
    const { deps, refuse, types } = platform({})
    refuse.set('tenant reserve', reset)
    await expect(dispatch(deps, job(['a']))).rejects.toMatchObject({ code: 'internal' })
    await vi.advanceTimersByTimeAsync(100)
    expect(types('tenant')).toEqual(['reserve', 'release'])
    expect(types('a')).toEqual(['acquire', 'release'])
  })

  it('the next endpoint is tried if it was an endpoint, and a slot it may have granted is given back', async () => {
    const { deps, refuse, releases } = platform({})
    refuse.set('a acquire', reset)
    const { endpoint, attempts } = await dispatch(deps, job(['a', 'b']))
    expect([endpoint.id, attempts]).toEqual(['b', [{ endpoint: 'a', outcome: 'unreachable', durationMs: 0 }]])
    await vi.advanceTimersByTimeAsync(100)
    expect(releases('a')).toMatchObject([{ outcome: 'unused', epoch: null }])
  })

  it('the money is given back if no endpoint was left', async () => {
    const { deps, refuse, types } = platform({})
    refuse.set('a acquire', reset)
    await expect(dispatch(deps, job(['a']))).rejects.toMatchObject({ code: 'no_capacity' })
    await vi.advanceTimersByTimeAsync(100)
    expect(types('tenant')).toEqual(['reserve', 'release'])
  })

  it('a settlement is sent again until it counts', async () => {
    const { deps, refuse, log, types } = platform({})
    let failures = 2
    refuse.set('tenant settle', () => ((failures -= 1) >= 0 ? reset() : undefined))
    const { events } = await dispatch(deps, job(['a']))
    for await (const _ of events);
    await vi.advanceTimersByTimeAsync(2_000)
    expect(types('tenant')).toEqual(['reserve', 'settle', 'settle', 'settle'])
    expect(log).toMatchObject([
      { operation: 'settle', attempt: 1 },
      { operation: 'settle', attempt: 2 },
    ])
  })
})

describe('candidates', () => {
  it('share one deadline: after it only quoting is tried, and it makes the one ledger line', async () => {
    const { deps, types, settlements } = platform({ a: silent, b: words(1) })
    const answer = dispatch(deps, job(['a', 'b', 'extractive'], { totalMs: 5_000 }))
    await vi.advanceTimersByTimeAsync(5_000)
    const { endpoint, events, attempts } = await answer
    await vi.advanceTimersByTimeAsync(1_000)
    for await (const _ of events);
    await vi.advanceTimersByTimeAsync(100)
    expect(endpoint.id).toBe('extractive')
    expect(outcomes(attempts)).toEqual([
      ['a', 'upstream_timeout'],
      ['extractive', 'ok'],
    ])
    expect(types('b')).toEqual([])
    expect(types('tenant')).toEqual(['reserve', 'settle'])
    expect(settlements()).toMatchObject([{ endpointId: 'extractive', costNanoUsd: 0 }])
  })

  it('are not blamed for an exhausted budget or a client that left', async () => {
    const { deps, refuse, releases } = platform({ a: silent })
    const leaving = new AbortController()
    const answer = dispatch(deps, job(['a', 'b'], { clientSignal: leaving.signal }))
    await vi.advanceTimersByTimeAsync(1)
    leaving.abort()
    await expect(answer).rejects.toMatchObject({ message: 'The client left' })
    refuse.set('tenant reserve', () => ({
      allowed: false,
      reason: 'budget',
      keyId: null,
      period: 'day',
      remainingNanoUsd: 0,
      mayFitLater: false,
    }))
    await expect(dispatch(deps, job(['a']))).rejects.toMatchObject({ code: 'budget_exhausted' })
    await vi.advanceTimersByTimeAsync(100)
    expect(releases('a').map(({ outcome }) => outcome)).toEqual(['unused', 'unused'])
  })

  it('are tried three at most, whoever may serve', async () => {
    const down = refusing(new AppError('upstream_unavailable', 'down'))
    const { deps, sent } = platform({ a: down, b: down, c: down, d: words(1) })
    await expect(dispatch(deps, job(['a', 'b', 'c', 'd']))).rejects.toMatchObject({
      code: 'upstream_unavailable',
    })
    expect(sent.map(({ to }) => to)).toEqual(['a', 'b', 'c'])
  })

  it('that ask for a pause are told apart from those that fail', async () => {
    const busy = new AppError('upstream_unavailable', '429', {
      details: { status: 429, retryAfterMs: 9_000 },
    })
    const { deps, releases } = platform({
      a: refusing(busy),
      b: refusing(new AppError('upstream_timeout', '')),
    })
    await dispatch(deps, job(['a', 'b', 'c']))
    await vi.advanceTimersByTimeAsync(100)
    expect(releases('a')).toMatchObject([{ outcome: 'throttled', retryAfterMs: 9_000 }])
    expect(releases('b')).toMatchObject([{ outcome: 'failed', retryAfterMs: null }])
  })

  it('are not blamed for the impatience of a caller', async () => {
    const impatient = {
      policy: { ...job([]).policy, deadlines: { headMs: 100, firstTokenMs: 100, stallMs: 100 } },
    }
    const { deps, releases } = platform({
      a: silent,
      async *b(signal, request) {
        yield* words(1)(signal, request)
        yield* silent(signal, request)
      },
    })
    const { events } = await Promise.all([
      dispatch(deps, job(['a', 'b'], impatient)),
      vi.advanceTimersByTimeAsync(200),
    ]).then(([session]) => session)
    const reading = (async () => {
      for await (const _ of events);
    })().catch(AppError.from)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await reading).toMatchObject({ code: 'upstream_timeout' })
    expect(releases('a')).toMatchObject([{ outcome: 'unused' }])
    expect(releases('b')).toMatchObject([{ outcome: 'unused' }])
  })

  it('say when to come again when all are busy', async () => {
    const { deps, refuse } = platform({})
    refuse.set('a acquire', () => ({ granted: false, reason: 'broken', retryAfterMs: 8_000 }))
    refuse.set('b acquire', () => ({ granted: false, reason: 'saturated', retryAfterMs: 3_000 }))
    await expect(dispatch(deps, job(['a', 'b']))).rejects.toMatchObject({
      code: 'no_capacity',
      details: { retryAfterMs: 3_000 },
    })
  })
})

describe('a queue', () => {
  const queued = () => ({ granted: false, reason: 'queued', position: 1, expectedWaitMs: 100 }) as const

  it('is left when another endpoint has a slot', async () => {
    const { deps, refuse, releases } = platform({})
    refuse.set('a acquire', queued)
    const { endpoint } = await dispatch(deps, job(['a', 'b']))
    await vi.advanceTimersByTimeAsync(100)
    expect(endpoint.id).toBe('b')
    expect(releases('a')).toMatchObject([{ outcome: 'unused', epoch: null }])
  })

  it('is stood in once nobody has a slot, and only one is', async () => {
    const { deps, refuse, waits, told } = platform({})
    refuse.set('a acquire', queued)
    refuse.set('b acquire', () => ({ granted: false, reason: 'saturated', retryAfterMs: 1_000 }))
    const place = Promise.withResolvers<{ granted: true; epoch: number; inFlight: number }>()
    waits.set('a', place.promise)
    const answer = dispatch(deps, job(['a', 'b']))
    await vi.advanceTimersByTimeAsync(1_000)
    place.resolve({ granted: true, epoch: 9, inFlight: 4 })
    const { endpoint, queueMs } = await answer
    expect([endpoint.id, queueMs]).toEqual(['a', 1_000])
    const asked = told.flatMap((o) => (o.type === 'acquire' ? [o.lease.maxWaitMs] : []))
    expect(asked).toEqual([5_000, 0])
  })

  it('keeps the request alive that stands in it, since it holds money', async () => {
    const { deps, refuse, waits } = platform({})
    const { kept, waitUntil } = keeping()
    refuse.set('a acquire', queued)
    const place = Promise.withResolvers<LeaseDecision>()
    waits.set('a', place.promise)
    const answer = dispatch(deps, job(['a'], { waitUntil })).catch(String)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(kept.size).toBeGreaterThan(0)
    place.resolve({ granted: false, reason: 'expired', retryAfterMs: 500 })
    expect(await answer).toContain('busy')
    await vi.advanceTimersByTimeAsync(100)
    expect(kept.size).toBe(0)
  })

  it('is left by a client that leaves, with what was held', async () => {
    const { deps, refuse, waits, releases, types } = platform({})
    refuse.set('a acquire', queued)
    waits.set('a', new Promise(() => {}))
    const leaving = new AbortController()
    const answer = dispatch(deps, job(['a'], { clientSignal: leaving.signal }))
    const failing = answer.catch(AppError.from)
    await vi.advanceTimersByTimeAsync(1_000)
    leaving.abort()
    expect(await failing).toMatchObject({ name: 'AppError' })
    await vi.advanceTimersByTimeAsync(100)
    expect(releases('a')).toMatchObject([{ outcome: 'unused', epoch: null }])
    expect(types('tenant')).toEqual(['reserve', 'release'])
  })
})
