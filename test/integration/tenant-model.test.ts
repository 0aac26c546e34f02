import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type AdmissionDecision, BUDGET_PERIODS, type BudgetPeriod } from '../../shared/domain/budget.ts'
import type { RateLimits } from '../../shared/domain/rate-limit.ts'
import { outbox, reservation, settlement, type TenantStub, tenant } from './tenant.ts'
import { type PlainOperation, ReferenceLedger, type Verdict } from './tenant-reference.ts'

/** Later than the machine's own time, so that no alarm fires unless the test says so. */
const BEGIN_MS = Date.UTC(2040, 0, 31, 23, 30)
/** Closed reservations are forgotten when no duplicate of their calls can come any more; until then an id may be used again. */
const ID_LIFE_MS = 600_000

type Real = { readonly stub: TenantStub }
type Command = fc.AsyncCommand<ReferenceLedger, Real>

const command = (name: string, run: (model: ReferenceLedger, real: Real) => Promise<void>): Command => ({
  check: () => true,
  toString: () => name,
  async run(model, real) {
    await run(model, real)
    vi.setSystemTime(model.nowMs)
    await expectSame(model, real.stub)
  },
})

async function expectSame(model: ReferenceLedger, stub: TenantStub) {
  for (const { keyId, period, limitNanoUsd, postedNanoUsd, pendingNanoUsd } of await stub.budgets()) {
    expect({ keyId, period, limitNanoUsd, postedNanoUsd, pendingNanoUsd }).toEqual({
      keyId,
      period,
      limitNanoUsd: model.budgets.get(`${keyId}|${period}`)?.limit ?? null,
      ...model.used(keyId, period),
    })
  }
  for (const { keyId, requests, tokens, inFlight } of await stub.rateLimits())
    expect({ keyId, requests, tokens, inFlight }).toEqual({ keyId, ...model.rate(keyId) })
}

function expectAmong(expected: readonly (readonly Verdict[])[], decisions: readonly AdmissionDecision[]) {
  for (const [i, decision] of decisions.entries())
    expect(expected[i]).toContain(decision.allowed ? 'allowed' : decision.reason)
}

type Plan =
  | {
      readonly type: 'reserve'
      n: number
      keyId: string
      amount: number
      tokens: number | null
      expiresInMs: number
    }
  | { readonly type: 'settle'; n: number; cost: number; tokens: number }
  | { readonly type: 'release'; n: number }

/** Small numbers for ids: duplicates, reordered and unknown ones come by themselves. */
const n = fc.nat(7)
const keyId = fc.constantFrom('k', 'l')
const owner = fc.constantFrom(null, 'k')
const plan: fc.Arbitrary<Plan> = fc.oneof(
  fc.record({
    type: fc.constant('reserve' as const),
    n,
    keyId,
    amount: fc.nat(60),
    tokens: fc.option(fc.nat(60)),
    expiresInMs: fc.constantFrom(1_000, 90_000),
  }),
  fc.record({ type: fc.constant('settle' as const), n, cost: fc.nat(80), tokens: fc.nat(80) }),
  fc.record({ type: fc.constant('release' as const), n }),
)

function toOperation(plan: Plan, nowMs: number): PlainOperation {
  const id = `${Math.floor(nowMs / ID_LIFE_MS)}:${plan.n}`
  if (plan.type === 'release') return { type: 'release', requestId: id }
  if (plan.type === 'settle') {
    const tokens = { promptTokens: plan.tokens, completionTokens: 0 }
    return { type: 'settle', settlement: { ...settlement(id, plan.cost), ...tokens } }
  }
  const { amount, tokens, expiresInMs, keyId } = plan
  const { intent, ...rest } = reservation(id, amount, { tokens, expiresInMs })
  return { type: 'reserve', reservation: { ...rest, intent: { ...intent, keyId } } }
}

const apply = fc
  .tuple(fc.array(plan, { minLength: 1, maxLength: 4 }), fc.oneof(fc.constant(0), fc.nat(600_000)))
  .map(([plans, skewMs]) =>
    command(`apply(${JSON.stringify(plans)}, clock ${-skewMs} ms)`, async (model, { stub }) => {
      const operations = plans.map((plan) => toOperation(plan, model.nowMs))
      const expected = operations.map((operation) => model.apply(operation))
      vi.setSystemTime(model.nowMs - skewMs)
      const decisions = await stub.apply(operations)
      expectAmong(expected, decisions)
    }),
  )
const wait = fc.constantFrom(1, 999, 30_000, 60_000, 3_600_000).map((ms) =>
  command(`wait(${ms})`, async (model) => {
    model.nowMs += ms
  }),
)
const evict = fc.constant(command('evict', (_, { stub }) => evictDurableObject(stub)))
const alarm = fc.constant(
  command('alarm', async (model, { stub }) => {
    vi.setSystemTime(model.nowMs)
    await runDurableObjectAlarm(stub)
    model.expire()
  }),
)
const setBudget = fc
  .tuple(owner, fc.constantFrom<BudgetPeriod>(...BUDGET_PERIODS), fc.option(fc.nat(200)))
  .map(([owner, period, limit]) =>
    command(`setBudget(${owner}, ${period}, ${limit})`, async (model, { stub }) => {
      await stub.setBudget(owner, period, limit)
      if (limit === null) model.budgets.delete(`${owner}|${period}`)
      else model.budgets.set(`${owner}|${period}`, { owner, period, limit })
    }),
  )
const perMinute = fc.option(fc.nat(6))
const setRateLimits = fc
  .record({ requestsPerMinute: perMinute, tokensPerMinute: fc.option(fc.nat(200)), concurrency: perMinute })
  .chain((limits: RateLimits) =>
    owner.map((owner) =>
      command(`setRateLimits(${owner}, ${JSON.stringify(limits)})`, async (model, { stub }) => {
        await stub.setRateLimits(owner, { ...limits })
        model.rates.set(owner, limits)
      }),
    ),
  )

let log: { mock: { calls: unknown[][] } }
beforeEach(() => {
  log = vi.spyOn(console, 'log').mockImplementation(() => {})
  vi.useFakeTimers({ toFake: ['Date'], now: BEGIN_MS })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

it('a tenant does what a simple list of lines does, whatever comes twice, late or between two evictions', async () => {
  const commands = fc.commands([apply, apply, apply, wait, evict, alarm, setBudget, setRateLimits], {
    maxCommands: 40,
    size: 'max',
  })
  await fc.assert(
    fc.asyncProperty(commands, async (commands) => {
      vi.setSystemTime(BEGIN_MS)
      const model = new ReferenceLedger(BEGIN_MS)
      const stub = tenant()
      await expectSame(model, stub)
      await fc.asyncModelRun(() => ({ model, real: { stub } }), commands)
      const posted = model.lines.filter(({ state }) => state === 'posted')
      const lines = await outbox(stub)
      expect(lines.map(({ id, costNanoUsd }) => `${id} ${costNanoUsd}`).toSorted()).toEqual(
        posted.map(({ id, posted }) => `${id} ${posted}`).toSorted(),
      )
    }),
    { numRuns: 40 },
  )
  expect(log.mock.calls.filter(([line]) => String(line).includes('invariant_broken'))).toEqual([])
})
