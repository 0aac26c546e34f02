import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BudgetDecision } from '../../../shared/domain/budget.ts'
import { type EndpointRecord, EXTRACTIVE } from '../../../shared/domain/endpoint.ts'
import type { LeaseDecision } from '../../../shared/domain/lease.ts'
import type { GenerationEvent } from '../../../shared/ports/generator.ts'
import type { EndpointOperation, TenantOperation } from '../../../shared/ports/objects.ts'
import { dispatch } from '../../../workers/router/dispatch/dispatch.ts'
import type { DispatchDeps, Job } from '../../../workers/router/dispatch/job.ts'
import { lane } from '../../../workers/router/lane.ts'

type Operation = TenantOperation | EndpointOperation
/** What an origin does when asked. */
type Origin = (signal: AbortSignal) => AsyncGenerator<GenerationEvent>

const words = (count: number): Origin =>
  async function* () {
    for (let n = 0; n < count; n += 1) yield { type: 'chunk', text: 'word ', finishReason: null, raw: null }
  }
const silent: Origin = async function* (signal) {
  yield await new Promise<GenerationEvent>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason)),
  )
}

const endpoint = (id: string): EndpointRecord => ({
  ...EXTRACTIVE,
  id,
  kind: 'openai-compatible',
  tier: 'm',
  level: 'on_premises',
  maxConcurrency: 4,
  outputNanoUsdPerKTok: 1_000,
})

/** The real dispatch and lanes; objects that say yes to everything unless told otherwise, and remember what they were told. */
function platform(origins: Record<string, Origin>) {
  const told: (Operation & { to: string })[] = []
  const log: Record<string, unknown>[] = []
  const refuse = new Map<string, (operation: Operation) => BudgetDecision | LeaseDecision | Error>()
  const decide = (to: string, operation: Operation) => {
    told.push({ to, ...operation })
    const refusal = refuse.get(`${to} ${operation.type}`)?.(operation)
    if (refusal instanceof Error) throw refusal
    return refusal
  }
  const deps: DispatchDeps = {
    money: () => tenant,
    slots: (id) => slots(id),
    generatorFor: ({ id }) => ({
      name: id,
      canContinue: false,
      generate: async (_, signal) => (origins[id] ?? words(1))(signal),
    }),
    registry: {
      list: async () => [],
      forget() {},
      observe: () => ({ inFlight: 0, durationMs: null }),
      started() {},
      ended() {},
    },
    now: Date.now,
    log: (event) => void log.push(event),
  }
  const tenant = lane<TenantOperation, BudgetDecision>(
    async (group) =>
      group.map((o) => (decide('tenant', o) as BudgetDecision | undefined) ?? { allowed: true }),
    Date.now,
  )
  const lanes = new Map<string, ReturnType<typeof slotsOf>>()
  const slotsOf = (id: string) =>
    lane<EndpointOperation, LeaseDecision>(
      async (group) => group.map((o) => (decide(id, o) as LeaseDecision | undefined) ?? { granted: true }),
      Date.now,
    )
  const slots = (id: string) => {
    const known = lanes.get(id) ?? slotsOf(id)
    lanes.set(id, known)
    return known
  }
  return {
    deps,
    told,
    log,
    refuse,
    types: (to: string) => told.filter((o) => o.to === to).map(({ type }) => type),
  }
}

const client = new AbortController()
const job = (ids: readonly string[], rest: Partial<Job> = {}): Job => ({
  context: {
    requestId: 'req_1',
    principal: { tenantId: 't', plan: 'free', keyId: 'k', scopes: [], collections: null, principals: [] },
  },
  collection: null,
  candidates: ids.map((id) => ({
    endpoint: id === 'extractive' ? EXTRACTIVE : endpoint(id),
    worstCaseNanoUsd: id === 'extractive' ? 0 : 1_000,
  })),
  request: { messages: [], maxTokens: 10, stream: true, parameters: {} },
  estimatedPromptTokens: 1,
  totalMs: 600_000,
  clientSignal: client.signal,
  waitUntil: (work) => void work,
  ...rest,
})

const settlement = (operations: readonly Operation[]) =>
  operations.flatMap((o) => (o.type === 'settle' ? [o.settlement] : []))
const releases = (operations: readonly (Operation & { to: string })[], to: string) =>
  operations.flatMap((o) => (o.to === to && o.type === 'release' && 'release' in o ? [o.release] : []))

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

describe('an answer', () => {
  it('settles and frees exactly once when it was read to its end', async () => {
    const { deps, told, types } = platform({ a: words(3) })
    const { events, cancel } = await dispatch(deps, job(['a']))
    for await (const _ of events);
    cancel()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(types('tenant')).toEqual(['reserve', 'settle'])
    expect(settlement(told)).toMatchObject([{ outcome: 'completed', completionTokens: 4, endpointId: 'a' }])
    expect(types('a')).toEqual(['acquire', 'release'])
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

  it('is given up when the client leaves before it read a word', async () => {
    const { deps, told } = platform({ a: words(3) })
    const leaving = new AbortController()
    await dispatch(deps, job(['a'], { clientSignal: leaving.signal }))
    leaving.abort()
    await vi.advanceTimersByTimeAsync(100)
    expect(settlement(told)).toMatchObject([{ outcome: 'cancelled' }])
    expect(releases(told, 'a')).toMatchObject([{ outcome: 'served' }])
  })

  it('is given up when its reader stops reading, which is not the fault of the origin', async () => {
    const { deps, told } = platform({ a: words(3) })
    const { events } = await dispatch(deps, job(['a']))
    await events.next()
    await vi.advanceTimersByTimeAsync(31_000)
    expect(settlement(told)).toMatchObject([{ outcome: 'cancelled', completionTokens: 2 }])
    expect(releases(told, 'a')).toMatchObject([{ outcome: 'served' }])
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
    const { deps, refuse, types } = platform({})
    refuse.set('a acquire', reset)
    const { endpoint, attempts } = await dispatch(deps, job(['a', 'b']))
    expect([endpoint.id, attempts]).toEqual(['b', [{ endpoint: 'a', outcome: 'unreachable', durationMs: 0 }]])
    await vi.advanceTimersByTimeAsync(100)
    expect(types('a')).toEqual(['acquire', 'release'])
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
    refuse.set('tenant settle', () => ((failures -= 1) >= 0 ? reset() : { allowed: true }))
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
    const { deps, told, types } = platform({ a: silent, b: words(1) })
    const answer = dispatch(deps, job(['a', 'b', 'extractive'], { totalMs: 5_000 }))
    await vi.advanceTimersByTimeAsync(5_000)
    const { endpoint, events, attempts } = await answer
    await vi.advanceTimersByTimeAsync(1_000)
    for await (const _ of events);
    await vi.advanceTimersByTimeAsync(100)
    expect(endpoint.id).toBe('extractive')
    expect(attempts.map(({ endpoint, outcome }) => [endpoint, outcome])).toEqual([
      ['a', 'upstream_timeout'],
      ['extractive', 'ok'],
    ])
    expect(types('b')).toEqual([])
    expect(types('tenant')).toEqual(['reserve', 'settle'])
    expect(settlement(told)).toMatchObject([{ endpointId: 'extractive', costNanoUsd: 0 }])
  })

  it('are not blamed for an exhausted budget or a client that left', async () => {
    const { deps, refuse, told } = platform({ a: silent })
    const leaving = new AbortController()
    const answer = dispatch(deps, job(['a', 'b'], { clientSignal: leaving.signal }))
    await vi.advanceTimersByTimeAsync(1)
    leaving.abort()
    await expect(answer).rejects.toMatchObject({ message: 'The client left' })
    refuse.set('tenant reserve', () => ({ allowed: false, keyId: null, period: 'day', remainingNanoUsd: 0 }))
    await expect(dispatch(deps, job(['a']))).rejects.toMatchObject({ code: 'budget_exhausted' })
    await vi.advanceTimersByTimeAsync(100)
    expect(releases(told, 'a').map(({ outcome }) => outcome)).toEqual(['unused', 'unused'])
  })
})
