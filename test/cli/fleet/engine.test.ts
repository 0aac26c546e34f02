import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEngine } from '../../../cli/fleet/engine.ts'
import type { EngineConfig, Job } from '../../../cli/fleet/scheduler.ts'
import { deploymentTiming } from '../../../cli/fleet/timing.ts'
import { predictTimes } from '../../../shared/domain/matrix/model/performance.ts'
import { modelNamed } from '../../../shared/domain/matrix/sources/lookup.ts'
import { MATRIX } from '../../../shared/domain/matrix/sources/sources.gen.ts'

const config: EngineConfig = {
  maxSequences: 4,
  maxStepTokens: 64,
  kvCapacityTokens: 200,
  entryMs: 3,
  stepMs: ({ decoding, prefillTokens }) => 5 + decoding + prefillTokens / 16,
}

type Named = Job & { readonly id: number }
type Told = { readonly id: number; readonly what: string; readonly atMs: number }
const LATER = 1e9

/** An engine that writes down all it tells. `check` runs after each. */
function recorded(
  options: Partial<EngineConfig> = {},
  check: (engine: ReturnType<typeof createEngine>) => void = () => {},
) {
  const told: Told[] = []
  const tell = (id: number, what: string, atMs: number) => {
    told.push({ id, what, atMs })
    check(engine)
  }
  const engine = createEngine<Named>(
    { ...config, ...options },
    {
      scheduled({ id }, atMs) {
        tell(id, 'scheduled', atMs)
        return 0
      },
      token: ({ id }, position, atMs) => tell(id, `token ${position}`, atMs),
      preempted: ({ id }) => tell(id, 'preempted', 0),
      ended: ({ id }, atMs, outcome) => tell(id, outcome, atMs),
    },
  )
  const of = (id: number) => told.filter((event) => event.id === id).map(({ what }) => what)
  const tokensOf = (id: number) => of(id).filter((what) => what.startsWith('token'))
  return { engine, told, of, tokensOf }
}

const tokens = (count: number) => Array.from({ length: count }, (_, position) => `token ${position}`)

/** Requests that each fit the cache alone, and when they arrive. */
const requests = fc.array(
  fc.record({
    atMs: fc.integer({ min: 0, max: 400 }),
    promptTokens: fc.integer({ min: 1, max: 120 }),
    outputTokens: fc.integer({ min: 1, max: 60 }),
  }),
  { minLength: 1, maxLength: 25 },
)
const inOrder = <T extends { readonly atMs: number }>(given: readonly T[]) =>
  given.toSorted((a, b) => a.atMs - b.atMs).map((request, id) => ({ ...request, id }))

describe('the engine', () => {
  it('tells every token of every request once and in order, whatever it had to take back meanwhile', () => {
    fc.assert(
      fc.property(requests, (given) => {
        const { engine, of, tokensOf } = recorded()
        for (const request of inOrder(given)) {
          engine.advance(request.atMs)
          engine.submit(request, request.atMs)
        }
        engine.advance(LATER)
        for (const { id, outputTokens } of inOrder(given)) {
          expect(tokensOf(id)).toEqual(tokens(outputTokens))
          expect(of(id).at(-1)).toBe('whole')
        }
        expect(engine.load()).toEqual({ running: 0, waiting: 0, kvTokens: 0 })
        expect(engine.nextDueMs()).toBeNull()
      }),
    )
  })

  it('serves first who came first, and never holds more than its sequences and its cache allow', () => {
    fc.assert(
      fc.property(requests, (given) => {
        const { engine, told } = recorded({}, ({ load }) => {
          expect(load().kvTokens).toBeLessThanOrEqual(config.kvCapacityTokens)
          expect(load().running).toBeLessThanOrEqual(config.maxSequences)
        })
        for (const request of inOrder(given)) engine.submit(request, request.atMs)
        engine.advance(LATER)
        const served = told.filter(({ what }) => what === 'scheduled').map(({ id }) => id)
        expect(served).toEqual(inOrder(given).map(({ id }) => id))
      }),
    )
  })

  it('says the same at the same times, however often it is looked at', () => {
    fc.assert(
      fc.property(requests, fc.integer({ min: 1, max: 50 }), (given, everyMs) => {
        const [once, often] = [recorded(), recorded()]
        for (const request of inOrder(given)) {
          once.engine.submit(request, request.atMs)
          often.engine.submit(request, request.atMs)
        }
        once.engine.advance(LATER)
        for (let atMs = 0; often.engine.nextDueMs() !== null; atMs += everyMs) often.engine.advance(atMs)
        expect(often.told).toEqual(once.told)
      }),
      { numRuns: 30 },
    )
  })

  it('works no more for who cancelled, frees the place at once, and loses nothing of the others', () => {
    fc.assert(
      fc.property(requests, fc.nat(), fc.integer({ min: 0, max: 800 }), (given, index, cancelMs) => {
        const { engine, told, of, tokensOf } = recorded()
        const leaver = index % given.length
        const cancels = inOrder(given).map((request) => engine.submit(request, request.atMs))
        engine.advance(cancelMs)
        const before = of(leaver)
        cancels[leaver]?.(cancelMs)
        engine.advance(LATER)
        expect(of(leaver)).toEqual(before)
        for (const { id, outputTokens } of inOrder(given).filter(({ id }) => id !== leaver))
          expect(tokensOf(id)).toHaveLength(outputTokens)
        expect(
          told.every(({ atMs, what }, at) => what === 'preempted' || atMs >= (told[at - 1]?.atMs ?? 0)),
        ).toBe(true)
        expect(engine.load()).toEqual({ running: 0, waiting: 0, kvTokens: 0 })
      }),
    )
  })

  it('ends an answer that fills the whole cache alone', () => {
    const { engine, of } = recorded()
    engine.submit({ id: 1, promptTokens: 150, outputTokens: Number.POSITIVE_INFINITY }, 0)
    engine.advance(LATER)
    expect(of(1).slice(-2)).toEqual(['token 50', 'full'])
  })

  it('holds a token back without holding the others up', () => {
    const { engine, told, tokensOf } = recorded()
    const delayBeforeMs = (position: number) => (position === 2 ? 5_000 : 0)
    engine.submit({ id: 1, promptTokens: 10, outputTokens: 4, delayBeforeMs }, 0)
    engine.submit({ id: 2, promptTokens: 10, outputTokens: 4 }, 0)
    engine.advance(1_000)
    expect([tokensOf(1).length, tokensOf(2).length]).toEqual([2, 4])
    engine.advance(LATER)
    const [second, third] = ['token 1', 'token 2'].map(
      (what) => told.find((event) => event.id === 1 && event.what === what)?.atMs ?? 0,
    )
    expect((third ?? 0) - (second ?? 0)).toBeGreaterThan(5_000)
  })

  it('gives the place of who cancelled to the next one then, not before', () => {
    const { engine, told } = recorded({ maxSequences: 1 })
    const delayBeforeMs = (position: number) => (position === 2 ? 5_000 : 0)
    const cancel = engine.submit({ id: 1, promptTokens: 10, outputTokens: 4, delayBeforeMs }, 0)
    engine.submit({ id: 2, promptTokens: 10, outputTokens: 1 }, 0)
    engine.advance(1_000)
    expect(engine.load()).toMatchObject({ running: 1, waiting: 1 })
    cancel(1_000)
    expect(engine.load()).toEqual({ running: 1, waiting: 0, kvTokens: 10 })
    engine.advance(LATER)
    expect(told.at(-1)).toEqual({ id: 2, what: 'whole', atMs: 1_000 + 5 + 10 / 16 })
  })

  it('reads what is cached of a prompt in no time', () => {
    const firstTokenMs = (cached: number) => {
      let firstMs = 0
      const engine = createEngine<Job>(config, {
        scheduled: () => cached,
        token: (_, position, atMs) => void (position === 0 && (firstMs = atMs)),
        preempted: () => {},
        ended: () => {},
      })
      engine.submit({ promptTokens: 160, outputTokens: 1 }, 0)
      engine.advance(LATER)
      return firstMs
    }
    // Three steps of 64, 64 and 32 tokens, or one of a single token.
    expect(firstTokenMs(0)).toBe(3 + 3 * 5 + 160 / 16)
    expect(firstTokenMs(160)).toBe(3 + 5 + 1 / 16)
  })
})

const DEPLOYMENT = {
  model: modelNamed('meta-llama/Llama-3.1-70B-Instruct'),
  gpu: MATRIX.gpus.h100,
  tensorParallel: 2,
  pipelineParallel: 1,
  precision: 'fp8',
} as const

/** Mean milliseconds to the first token and between the others while `users` always have a request running. */
function closedLoop(users: number, promptTokens: number, outputTokens: number) {
  const arrivedMs = new Map<number, number>()
  const firstMs = new Map<number, number>()
  const waits: number[] = []
  const paces: number[] = []
  const timing = deploymentTiming(DEPLOYMENT, { maxSequences: 256, speed: 1, random: () => 0.5 })
  const engine = createEngine<Named>(timing, {
    scheduled: () => 0,
    token({ id }, position, atMs) {
      if (position > 0) return
      firstMs.set(id, atMs)
      waits.push(atMs - (arrivedMs.get(id) ?? 0))
    },
    preempted: () => {},
    ended: ({ id }, atMs) => void paces.push((atMs - (firstMs.get(id) ?? 0)) / (outputTokens - 1)),
  })
  for (let sent = 0, atMs = 0; paces.length < 5 * users; ) {
    for (; sent < users + paces.length; sent += 1) {
      arrivedMs.set(sent, atMs)
      engine.submit({ id: sent, promptTokens, outputTokens }, atMs)
    }
    atMs = engine.nextDueMs() ?? atMs
    engine.advance(atMs)
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  return { timeToFirstTokenMs: mean(waits), timePerOutputTokenMs: mean(paces) }
}

describe('the engine at the pace of the performance model', () => {
  it('slows down as more run at once, as the model predicts and as was measured', () => {
    const paces = [1, 4, 16, 64].map((users) => closedLoop(users, 1_024, 1_024).timePerOutputTokenMs)
    expect(paces).toEqual(paces.toSorted((a, b) => a - b))
    for (const [index, pace] of paces.entries()) {
      const load = { promptTokens: 1_024, outputTokens: 1_024, concurrency: 4 ** index }
      expect(Math.abs(pace / predictTimes(DEPLOYMENT, load).timePerOutputTokenMs - 1)).toBeLessThan(0.05)
    }
    // Llama-3.1-70B fp8 on two H100 under vLLM, 64 at once: 28.8 ms (InferenceX).
    expect(Math.abs((paces[3] ?? 0) / 28.8 - 1)).toBeLessThan(0.13)
  })

  it('lets long prompts queue for a minute when the cache holds only some of them, as was measured', () => {
    // The same with prompts of 8,192 tokens: 59 s to the first token.
    const { timeToFirstTokenMs } = closedLoop(64, 8_192, 1_024)
    expect(timeToFirstTokenMs).toBeGreaterThan(40_000)
    expect(timeToFirstTokenMs).toBeLessThan(90_000)
  })
})
