import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Admitted,
  decideRate,
  RATE_WINDOW_MS,
  type RateLimits,
  UNLIMITED,
} from '../../shared/domain/rate-limit.ts'
import { rateWindow, type WindowEntry } from '../../shared/domain/rate-window.ts'

type Limits = ReadonlyMap<string | null, RateLimits>

/** What an object does with the two modules. */
function gate(limits: Limits) {
  const window = rateWindow()
  const ask = (keyId: string, tokens: number, nowMs: number) => {
    window.slide(nowMs)
    const states = [null, keyId].flatMap((owner) => {
      const limit = limits.get(owner)
      return limit ? [{ keyId: owner, ...limit, ...window.used(owner) }] : []
    })
    const { recent, meanDurationMs } = window
    return decideRate(states, { tokens, recent, meanDurationMs: meanDurationMs(), nowMs })
  }
  return { ...window, ask }
}

const limit = fc.option(fc.nat(8))
const limits: fc.Arbitrary<Limits> = fc
  .tuple(
    fc.record({ requestsPerMinute: limit, tokensPerMinute: limit, concurrency: fc.constant(null) }),
    fc.record({ requestsPerMinute: limit, tokensPerMinute: limit, concurrency: limit }),
  )
  .map(([tenant, key]) => new Map([[null, tenant] as const, ['k', key] as const]))
const step = fc.record({
  waitMs: fc.oneof(fc.nat(2_000), fc.nat(40_000), fc.constant(RATE_WINDOW_MS)),
  keyId: fc.constantFrom('k', 'other'),
  tokens: fc.nat(9),
  used: fc.nat(9),
  /** After how many further steps it ends. */
  ends: fc.nat(4),
})
const steps = fc.array(step, { maxLength: 60 })

type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never
/** All that was ever admitted, and what of it has not ended. */
type Past = { readonly log: readonly Admitted[]; readonly open: readonly Admitted[] }

/** Lets requests come and go; `check` sees each before it is decided. */
function play(
  limits: Limits,
  plan: readonly Step[],
  check: (gated: ReturnType<typeof gate>, asked: Admitted, past: Past) => void = () => {},
): readonly Admitted[] {
  const gated = gate(limits)
  const log: WindowEntry[] = []
  let open: { entry: WindowEntry; used: number; endsAt: number }[] = []
  let nowMs = 0
  for (const [index, { waitMs, keyId, tokens, used, ends }] of plan.entries()) {
    nowMs += waitMs
    gated.slide(nowMs)
    for (const { entry, used } of open.filter(({ endsAt }) => endsAt <= index)) gated.end(entry, used)
    open = open.filter(({ endsAt }) => endsAt > index)
    const asked = { keyId, tokens, atMs: nowMs }
    check(gated, asked, { log, open: open.map(({ entry }) => entry) })
    if (!gated.ask(keyId, tokens, nowMs).allowed) continue
    const entry = gated.admit(asked)
    log.push(entry)
    open.push({ entry, used, endsAt: index + ends + 1 })
  }
  return log
}

const sum = (requests: readonly Admitted[]) => requests.reduce((total, { tokens }) => total + tokens, 0)
const of = (keyId: string | null) => (request: Admitted) => keyId === null || request.keyId === keyId

describe('rate limits', () => {
  it('hold in every 60 seconds, wherever they begin', () => {
    fc.assert(
      fc.property(limits, steps, (limits, plan) => {
        const admitted = play(limits, plan)
        for (const [keyId, { requestsPerMinute, tokensPerMinute }] of limits)
          for (const { atMs: endMs } of admitted) {
            const within = admitted.filter(({ atMs }) => atMs > endMs - RATE_WINDOW_MS && atMs <= endMs)
            const mine = within.filter(of(keyId))
            expect(mine.length).toBeLessThanOrEqual(requestsPerMinute ?? Infinity)
            expect(sum(mine)).toBeLessThanOrEqual(tokensPerMinute ?? Infinity)
          }
      }),
    )
  })

  it('allow exactly what a log of everything would allow', () => {
    fc.assert(
      fc.property(limits, steps, (limits, plan) => {
        play(limits, plan, ({ ask }, asked, { log, open }) => {
          const inWindow = log.filter(({ atMs }) => atMs > asked.atMs - RATE_WINDOW_MS)
          const fits = [null, asked.keyId].every((keyId) => {
            const { requestsPerMinute, tokensPerMinute, concurrency } = limits.get(keyId) ?? UNLIMITED
            const mine = inWindow.filter(of(keyId))
            return (
              mine.length + 1 <= (requestsPerMinute ?? Infinity) &&
              sum(mine) + asked.tokens <= (tokensPerMinute ?? Infinity) &&
              open.filter(of(keyId)).length + 1 <= (concurrency ?? Infinity)
            )
          })
          expect(ask(asked.keyId, asked.tokens, asked.atMs).allowed).toBe(fits)
        })
      }),
    )
  })

  it('say to the millisecond when the same request passes, if nothing else happens', () => {
    fc.assert(
      fc.property(limits, steps, (limits, plan) => {
        play(limits, plan, (gated, asked) => {
          const { keyId, tokens, atMs } = asked
          const refused = gated.ask(keyId, tokens, atMs)
          if (refused.allowed || refused.reason === 'concurrency') return
          const { retryAfterMs } = refused
          if (retryAfterMs === null) return
          // Time that passes for a copy does not pass for the run.
          const copy = gate(limits)
          const entries = gated.recent().map((entry) => copy.admit(entry))
          for (const entry of entries) copy.end(entry, entry.tokens)
          expect(copy.ask(keyId, tokens, atMs + retryAfterMs - 1).allowed).toBe(false)
          expect(copy.ask(keyId, tokens, atMs + retryAfterMs)).toMatchObject({ allowed: true })
        })
      }),
    )
  })

  it('give no time to a request that is more than the whole limit', () => {
    const { ask } = gate(new Map([[null, { ...UNLIMITED, tokensPerMinute: 100 }]]))
    expect(ask('k', 100, 0)).toMatchObject({ allowed: true })
    expect(ask('k', 101, 0)).toEqual({
      allowed: false,
      reason: 'tokens',
      keyId: null,
      limit: 100,
      retryAfterMs: null,
    })
  })

  it('name the limit that is met longest', () => {
    const { ask, admit } = gate(
      new Map([
        [null, { ...UNLIMITED, requestsPerMinute: 1 }],
        ['k', { ...UNLIMITED, tokensPerMinute: 15 }],
      ]),
    )
    admit({ keyId: 'k', atMs: 0, tokens: 10 })
    admit({ keyId: 'k', atMs: 20_000, tokens: 5 })
    expect(ask('k', 5, 20_000)).toMatchObject({ reason: 'requests', keyId: null, retryAfterMs: 60_000 })
    expect(ask('k', 15, 50_000)).toMatchObject({ reason: 'requests', retryAfterMs: 30_000 })
    expect(ask('k', 16, 50_000)).toMatchObject({ reason: 'tokens', keyId: 'k', retryAfterMs: null })
  })

  it('expect a place among those at once after a mean request over their number', () => {
    const { ask, admit, tookMs } = gate(new Map([['k', { ...UNLIMITED, concurrency: 2 }]]))
    for (let i = 0; i < 50; i += 1) tookMs(8_000)
    admit({ keyId: 'k', atMs: 0, tokens: 1 })
    admit({ keyId: 'k', atMs: 0, tokens: 1 })
    expect(ask('other', 1, 0).allowed).toBe(true)
    const refused = ask('k', 1, 100_000)
    expect(refused).toMatchObject({ reason: 'concurrency', limit: 2, retryAfterMs: 4_000 })
  })

  it('show the tightest headroom of all accounts, this request counted', () => {
    const { ask, admit } = gate(
      new Map([
        [null, { ...UNLIMITED, requestsPerMinute: 10, tokensPerMinute: 100 }],
        ['k', { ...UNLIMITED, requestsPerMinute: 3 }],
      ]),
    )
    expect(ask('other', 40, 0)).toEqual({
      allowed: true,
      requests: { limit: 10, remaining: 9 },
      tokens: { limit: 100, remaining: 60 },
    })
    admit({ keyId: 'k', atMs: 0, tokens: 40 })
    expect(ask('k', 40, 0)).toEqual({
      allowed: true,
      requests: { limit: 3, remaining: 1 },
      tokens: { limit: 100, remaining: 20 },
    })
    expect(gate(new Map()).ask('k', 40, 0)).toEqual({ allowed: true })
  })

  it('count what was used once it is known, and never more than was counted before', () => {
    const { admit, end, used } = rateWindow()
    end(admit({ keyId: 'k', atMs: 0, tokens: 100 }), 30)
    end(admit({ keyId: 'k', atMs: 1, tokens: 100 }), 300)
    expect(used('k')).toEqual({ requests: 2, tokens: 130, inFlight: 0 })
    expect(used(null)).toEqual({ requests: 2, tokens: 130, inFlight: 0 })
  })

  it('leave nothing behind when nothing runs and a minute is over', () => {
    fc.assert(
      fc.property(steps, (plan) => {
        const gated = gate(new Map())
        for (const { keyId, tokens } of plan) gated.end(gated.admit({ keyId, tokens, atMs: 5 }), tokens)
        gated.slide(5 + RATE_WINDOW_MS)
        expect(gated.recent()).toEqual([])
        for (const keyId of [null, 'k', 'other'])
          expect(gated.used(keyId)).toEqual({ requests: 0, tokens: 0, inFlight: 0 })
      }),
    )
  })
})
