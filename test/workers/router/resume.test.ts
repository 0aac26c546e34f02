import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { PLAN_POLICIES } from '../../../shared/domain/routing/policy.ts'
import { AppError } from '../../../shared/errors.ts'
import { dispatch } from '../../../workers/router/dispatch/dispatch.ts'
import type { Job } from '../../../workers/router/dispatch/job.ts'
import { candidate, chunk, job, type Origin, outcomes, platform, silent, words } from './dispatch-platform.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const cut = (...texts: string[]) =>
  async function* () {
    yield* texts.map(chunk)
    yield await Promise.reject(new AppError('upstream_unavailable', 'The connection broke'))
  }
const says = (text: string): Origin =>
  async function* () {
    yield chunk(text)
  }

async function read(platformed: ReturnType<typeof platform>, wanted: Job) {
  const session = await dispatch(platformed.deps, wanted)
  let text = ''
  const reading = async () => {
    for await (const event of session.events) if (event.type === 'chunk') text += event.text
  }
  const failure = await reading().catch((thrown: unknown) => AppError.from(thrown))
  await vi.advanceTimersByTimeAsync(100)
  return { ...session, text, failure, spend: session.spend() }
}

it('goes on at another endpoint with the answer so far, for money of its own', async () => {
  const fleet = platform({ a: cut('one two '), b: says('three') }, { canContinue: true })
  const { text, attempts, spend, failure } = await read(fleet, job(['a', 'b']))
  expect([text, failure]).toEqual(['one two three', undefined])
  expect(outcomes(attempts)).toEqual([
    ['a', 'failed'],
    ['b', 'ok'],
  ])
  expect(fleet.sent).toMatchObject([{ to: 'a' }, { to: 'b', continuation: 'one two ', maxTokens: 8 }])
  expect(fleet.settlements()).toMatchObject([
    { id: 'req_1', endpointId: 'a', outcome: 'failed', completionTokens: 2 },
    { id: 'req_1.r1', endpointId: 'b', outcome: 'completed', promptTokens: 3, completionTokens: 2 },
  ])
  expect(spend).toMatchObject({ completionTokens: 4, promptTokens: 4 })
  expect(fleet.releases('a')).toMatchObject([{ outcome: 'failed' }])
})

it.each([
  ['every delta counts', ['a', 'b', 'c', 'd', 'e'], { maxTokens: 5, promptTokens: 6 }],
  ['and so do the bytes of any script', ['今日は晴れです'], { maxTokens: 4, promptTokens: 7 }],
])('leaves to the next what its predecessor did not use: %s', async (_, deltas, expected) => {
  const fleet = platform({ a: cut(...deltas), b: says('!') }, { canContinue: true })
  await read(fleet, job(['a', 'b']))
  expect(fleet.sent.at(-1)).toMatchObject({ continuation: deltas.join(''), maxTokens: expected.maxTokens })
  expect(fleet.settlements().at(-1)).toMatchObject({ id: 'req_1.r1', promptTokens: expected.promptTokens })
})

it('does not take thoughts, which are not sent on, for what the next one has to read', async () => {
  const thinking: Origin = async function* () {
    const delta = { reasoning_content: 'twelve bytes' }
    for (let n = 0; n < 2; n += 1) yield { ...chunk(''), raw: { choices: [{ delta }] } }
    yield* cut('x')()
  }
  const fleet = platform({ a: thinking, b: says('!') }, { canContinue: true })
  await read(fleet, job(['a', 'b']))
  const [broken] = fleet.settlements()
  expect(fleet.sent.at(-1)).toMatchObject({ maxTokens: 10 - Number(broken?.completionTokens) })
  expect(fleet.settlements().at(-1)).toMatchObject({ id: 'req_1.r1', promptTokens: 2 })
})

it('prefers the same model, and never leaves the tier', async () => {
  const fleet = platform({ a: cut('x') }, { canContinue: true })
  const same = candidate('same', { model: 'llama' })
  const larger = candidate('larger', { model: 'llama', tier: 'l' })
  const wanted = job([candidate('a', { model: 'llama' }), larger, 'other', same])
  const { attempts } = await read(fleet, wanted)
  expect(outcomes(attempts).at(-1)).toEqual(['same', 'ok'])
})

it.each<[string, Partial<Job>, boolean]>([
  ['the engines cannot continue a text', {}, false],
  ['the answer may be more than text', { request: { ...job([]).request, parameters: { tools: [] } } }, true],
  ['it was asked for in one piece', { request: { ...job([]).request, stream: false } }, true],
  ['nothing may be said any more', { request: { ...job([]).request, maxTokens: 2 } }, true],
])('fails plainly when %s', async (_, rest, canContinue) => {
  const fleet = platform({ a: cut('one two '), b: words(1) }, { canContinue })
  const { failure, attempts } = await read(fleet, job(['a', 'b'], rest))
  expect(failure).toMatchObject({ code: 'upstream_unavailable' })
  expect(outcomes(attempts)).toEqual([['a', 'failed']])
  expect(fleet.types('tenant')).toEqual(['reserve', 'settle'])
})

it('fails plainly when there is no money for the rest, and keeps no slot', async () => {
  const fleet = platform({ a: cut('one '), b: words(1) }, { canContinue: true })
  const refusal = { allowed: false, reason: 'requests', keyId: null, limit: 1, retryAfterMs: 1 } as const
  fleet.refuse.set('tenant reserve', (o) =>
    o.type === 'reserve' && o.reservation.intent.id === 'req_1' ? undefined : refusal,
  )
  const { failure } = await read(fleet, job(['a', 'b']))
  expect(failure).toMatchObject({ message: 'The connection broke' })
  expect(fleet.sent.map(({ to }) => to)).toEqual(['a'])
  expect(fleet.types('b')).toEqual(['acquire', 'release'])
})

it('fails plainly when there is no slot for the rest, and keeps no money', async () => {
  const fleet = platform({ a: cut('one '), b: words(1) }, { canContinue: true })
  fleet.refuse.set('b acquire', () => ({ granted: false, reason: 'saturated', retryAfterMs: 1_000 }))
  const { failure } = await read(fleet, job(['a', 'b']))
  expect(failure).toMatchObject({ message: 'The connection broke' })
  expect(fleet.sent.map(({ to }) => to)).toEqual(['a'])
  expect(fleet.types('tenant')).toEqual(['reserve', 'settle', 'reserve', 'release'])
})

it('is not begun where both parts together could cost more than the caller allows', async () => {
  for (const [maxCostNanoUsd, whole] of [
    [1_500, true],
    [1_001, false],
  ] as const) {
    const fleet = platform({ a: cut('one two '), b: says('three') }, { canContinue: true })
    const { text } = await read(fleet, job(['a', 'b'], { maxCostNanoUsd }))
    expect(text).toBe(whole ? 'one two three' : 'one two ')
  }
})

it('is not begun for a client that left', async () => {
  const leaving = new AbortController()
  const fleet = platform(
    {
      async *a(signal, request) {
        yield chunk('one ')
        yield* silent(signal, request)
      },
      b: words(1),
    },
    { canContinue: true },
  )
  const reading = read(fleet, job(['a', 'b'], { clientSignal: leaving.signal }))
  await vi.advanceTimersByTimeAsync(10)
  leaving.abort()
  await vi.advanceTimersByTimeAsync(200)
  await reading
  expect(fleet.sent.map(({ to }) => to)).toEqual(['a'])
  expect(fleet.settlements()).toMatchObject([{ outcome: 'cancelled' }])
})

it('ends after two resumptions, however many endpoints there are', async () => {
  const fleet = platform({ a: cut('a'), b: cut('b'), c: cut('c'), d: words(1) }, { canContinue: true })
  const { text, failure } = await read(fleet, job(['a', 'b', 'c', 'd']))
  expect([text, failure?.code]).toEqual(['abc', 'upstream_unavailable'])
})

it('takes an origin that crawls for one that broke, and a slow reader for neither', async () => {
  const crawling: Origin = async function* () {
    for (let n = 0; n < 20; n += 1) {
      yield chunk('z')
      await new Promise((resolve) => setTimeout(resolve, 4_000))
    }
  }
  const policy = { ...PLAN_POLICIES.pro, minTokensPerSecond: 1 }
  const fleet = platform({ a: crawling, b: says('!') }, { canContinue: true })
  const reading = read(fleet, job(['a', 'b'], { policy }))
  await vi.advanceTimersByTimeAsync(60_000)
  expect((await reading).text).toBe('zzzzzzzz!')

  const patient = platform({ a: words(8) }, { canContinue: true })
  const { events, attempts } = await dispatch(patient.deps, job(['a', 'b'], { policy }))
  for await (const _ of events) await vi.advanceTimersByTimeAsync(4_000)
  expect(outcomes(attempts)).toEqual([['a', 'ok']])
})
