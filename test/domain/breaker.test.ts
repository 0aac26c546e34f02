import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  admitShareAt,
  gateAt,
  type Memory,
  NEW_MEMORY,
  type Observation,
  observe,
  slotsAt,
  stateAt,
  withoutNews,
  withProbe,
} from '../../shared/domain/breaker.ts'
import { observeHealth, UNKNOWN_HEALTH, withHealth } from '../../shared/domain/breaker-health.ts'

/** Random 0.5: no jitter. */
const at = (epoch: number) => ({ epoch, random: 0.5 })
const answer = (epoch: number, overrides: Partial<Observation> = {}): Observation => ({
  failed: false,
  timeToFirstTokenMs: 100,
  epoch,
  othersInFlight: 0,
  ...overrides,
})
const failure = (epoch: number, othersInFlight = 0) =>
  answer(epoch, { failed: true, timeToFirstTokenMs: null, othersInFlight })
const broken = (nowMs = 0) => observe(NEW_MEMORY, failure(1), nowMs, at(1))
const probing = (memory: Memory, nowMs: number) => ({
  ...memory,
  breaker: withProbe(memory.breaker, nowMs, 0.5),
})

describe('a closed breaker', () => {
  it('opens on the first failure while nothing else runs: the next attempt would be wasted too', () => {
    expect(gateAt(broken().breaker, 0)).toBe('shut')
  })

  it('beside running requests waits for three failures in a row', () => {
    let memory = NEW_MEMORY
    for (const epoch of [1, 2]) memory = observe(memory, failure(epoch, 5), 0, at(epoch))
    expect(gateAt(memory.breaker, 0)).toBe('free')
    memory = observe(memory, failure(3, 5), 0, at(3))
    expect(gateAt(memory.breaker, 0)).toBe('shut')
  })

  it('opens when a quarter of recent answers failed, and not for fewer', () => {
    const run = (every: number) => {
      let memory = NEW_MEMORY
      for (let epoch = 1; epoch <= 24 && memory.breaker.state === 'closed'; epoch += 1) {
        const isFailure = epoch % every === 0
        memory = observe(memory, isFailure ? failure(epoch, 5) : answer(epoch), epoch * 100, at(epoch))
      }
      return memory.breaker.state
    }
    expect([run(4), run(6)]).toEqual(['open', 'closed'])
  })

  it('forgets answers that are older than its window', () => {
    let memory = NEW_MEMORY
    for (let epoch = 1; epoch <= 40; epoch += 1)
      memory = observe(memory, epoch % 4 === 0 ? failure(epoch, 5) : answer(epoch), epoch * 4_000, at(epoch))
    expect(memory.breaker.state).toBe('closed')
  })

  it('opens when most answers are far slower than is normal for this endpoint', () => {
    const run = (slowMs: number) => {
      let memory = NEW_MEMORY
      for (let epoch = 1; epoch <= 60 && memory.breaker.state === 'closed'; epoch += 1) {
        const timeToFirstTokenMs = epoch <= 30 ? 200 : slowMs
        memory = observe(memory, answer(epoch, { timeToFirstTokenMs }), epoch * 1_000, at(epoch))
      }
      return memory.breaker.state
    }
    expect([run(8_000), run(900)]).toEqual(['open', 'closed'])
  })
})

describe('an open breaker', () => {
  it('lets one probe through per window, and closes over a ramp when it is answered', () => {
    const open = broken()
    expect([1_999, 2_000].map((nowMs) => gateAt(open.breaker, nowMs))).toEqual(['shut', 'probe'])
    const half = probing(open, 2_000)
    expect([2_000, 3_999, 4_000].map((nowMs) => gateAt(half.breaker, nowMs))).toEqual([
      'shut',
      'shut',
      'probe',
    ])
    const { breaker } = observe(half, answer(2), 2_500, at(2))
    expect([2_500, 7_500, 12_500].map((nowMs) => admitShareAt(breaker, nowMs))).toEqual([0.1, 0.5, 1])
    expect([2_500, 7_500, 12_500].map((nowMs) => slotsAt(breaker, 16, nowMs))).toEqual([1, 8, 16])
    expect([2_500, 12_500].map((nowMs) => stateAt(breaker, nowMs))).toEqual(['ramping', 'closed'])
  })

  it('stays open for twice as long after each failed probe, up to a minute, and remembers that after it closed', () => {
    let memory = broken()
    let nowMs = 0
    const waits: number[] = []
    for (let epoch = 2; epoch <= 8; epoch += 1) {
      waits.push(memory.breaker.untilMs - nowMs)
      nowMs = memory.breaker.untilMs
      memory = observe(probing(memory, nowMs), failure(epoch), nowMs, at(epoch))
    }
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
    nowMs = memory.breaker.untilMs
    memory = observe(probing(memory, nowMs), answer(9), nowMs, at(9))
    memory = observe(memory, failure(10), nowMs + 30_000, at(10))
    expect(memory.breaker.untilMs - nowMs - 30_000).toBe(60_000)
    memory = observe(probing(memory, nowMs + 90_000), answer(11), nowMs + 90_000, at(11))
    memory = observe(memory, failure(12), nowMs + 1_000_000, at(12))
    expect(memory.breaker.untilMs - nowMs - 1_000_000).toBe(2_000)
  })

  it('is not opened again by the answers that it was opened for', () => {
    let memory = NEW_MEMORY
    for (let epoch = 1; epoch <= 12; epoch += 1)
      memory = observe(memory, epoch % 4 === 0 ? failure(epoch, 5) : answer(epoch), epoch, at(epoch))
    expect(memory.breaker.state).toBe('open')
    memory = observe(probing(memory, 2_100), answer(13), 2_100, at(13))
    memory = observe(memory, failure(14, 5), 2_200, at(14))
    expect(memory.breaker.state).toBe('ramping')
  })

  it('moves each opening by chance, so that many breakers do not probe as one', () => {
    const until = (random: number) => observe(NEW_MEMORY, failure(1), 0, { epoch: 1, random }).breaker.untilMs
    expect([until(0), until(1)]).toEqual([1_600, 2_400])
  })

  it('learns nothing from requests that were running when it opened', () => {
    const half = probing(observe(NEW_MEMORY, failure(3), 0, at(5)), 2_000)
    expect(observe(half, answer(4), 2_100, at(6)).breaker).toBe(half.breaker)
    expect(observe(half, failure(5), 2_100, at(6)).breaker).toBe(half.breaker)
  })

  it('lets another probe go when one ended without an answer', () => {
    const half = probing(broken(), 2_000)
    expect(gateAt(withoutNews(half.breaker, 2, 2_100), 2_100)).toBe('probe')
    expect(gateAt(withoutNews(half.breaker, 1, 2_100), 2_100)).toBe('shut')
  })
})

describe('the health address', () => {
  const chance = at(1)
  const look = (memory: Memory, passes: readonly boolean[], lastServedAtMs: number | null = null) => {
    let health = withHealth(UNKNOWN_HEALTH, true, 0)
    let seen = memory
    for (const [index, passed] of passes.entries()) {
      const before = health
      const nowMs = (index + 1) * 100
      health = withHealth(health, passed, nowMs)
      seen = observeHealth(seen, { before, health, lastServedAtMs }, nowMs, chance)
    }
    return seen.breaker
  }

  it('opens the breaker after three failures in a row without a served request', () => {
    expect(look(NEW_MEMORY, [false, false]).state).toBe('closed')
    expect(look(NEW_MEMORY, [false, false, false]).state).toBe('open')
  })

  it('is only shown while requests are served', () => {
    expect(look(NEW_MEMORY, [false, false, false, false], 250)).toBe(NEW_MEMORY.breaker)
  })

  it('that never passed says nothing', () => {
    let health = UNKNOWN_HEALTH
    let memory = NEW_MEMORY
    for (let nowMs = 1; nowMs <= 5; nowMs += 1) {
      const before = health
      health = withHealth(health, false, nowMs)
      memory = observeHealth(memory, { before, health, lastServedAtMs: null }, nowMs, chance)
    }
    expect(memory).toBe(NEW_MEMORY)
  })

  it('that fails spares requests from being probes, for a minute at most', () => {
    expect(look(broken(), [false]).untilMs).toBe(8_100)
    const late = observeHealth(
      broken(),
      {
        before: UNKNOWN_HEALTH,
        health: { ...withHealth(UNKNOWN_HEALTH, false, 58_000), hasEverPassed: true },
        lastServedAtMs: null,
      },
      58_000,
      chance,
    )
    expect(late.breaker.untilMs).toBe(60_000)
  })

  it('that saw an outage end lets a probe go at once; one that passed all along does not', () => {
    expect(look(broken(), [false, true]).untilMs).toBe(200)
    expect(look(broken(), [true, true]).untilMs).toBe(2_000)
  })
})

describe('whatever happens', () => {
  /** What any breaker must do, told apart from how this one does it: shut after a failed probe, one probe a window, open only after failure. */
  type Step = { readonly waitMs: number; readonly result: 'served' | 'failed' | 'unused' }
  const step: fc.Arbitrary<Step> = fc.record({
    waitMs: fc.nat(30_000),
    result: fc.constantFrom('served' as const, 'failed' as const, 'unused' as const),
  })

  it('behaves like its model under any sequence of lonely requests', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let memory = NEW_MEMORY
        let nowMs = 0
        let model = { isTrusted: true, shutUntilMs: 0, openings: 0 }
        for (const [index, { waitMs, result }] of steps.entries()) {
          nowMs += waitMs
          const epoch = index + 1
          const gate = gateAt(memory.breaker, nowMs)
          expect(gate).toBe(model.isTrusted ? 'free' : nowMs < model.shutUntilMs ? 'shut' : 'probe')
          if (gate === 'shut') continue
          if (gate === 'probe') memory = probing(memory, nowMs)
          if (result === 'unused') memory = { ...memory, breaker: withoutNews(memory.breaker, epoch, nowMs) }
          else
            memory = observe(memory, result === 'served' ? answer(epoch) : failure(epoch), nowMs, at(epoch))
          if (result === 'served') model = { ...model, isTrusted: true }
          if (result !== 'failed') continue
          const openings = model.openings + 1
          const wait = Math.min(60_000, 2_000 * 2 ** (openings - 1))
          model = { isTrusted: false, openings, shutUntilMs: nowMs + wait }
        }
      }),
    )
  })
})
