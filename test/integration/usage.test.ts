import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { database } from '../../shared/db/client.ts'
import { DAY_MS, HOUR_MS } from '../../shared/domain/rollup.ts'
import { USAGE_GROUPS, type UsageEvent, type UsageGroup } from '../../shared/domain/usage.ts'
import { addUp, ask, costWorker, iso, newTenant, usage, usageEvent } from './cost-worker.ts'

const { record, rollUp } = costWorker()

let year = 1971
/** A midnight that no other test comes near. */
const someMidnight = () => Date.UTC((year += 1), 5, 15)

const rollupsOf = async (tenantId: string) => {
  const query =
    'SELECT * FROM usage_rollups WHERE tenant_id = ? ORDER BY grain, start_ms, key_id, tier, endpoint_id'
  return (await env.DB.prepare(query).bind(tenantId).all()).results
}
const markDirty = (tenantId: string, startMs: number) =>
  env.DB.prepare('INSERT OR IGNORE INTO usage_dirty_hours VALUES (?, ?)').bind(tenantId, startMs).run()
const countDirty = (tenantId: string) =>
  env.DB.prepare('SELECT count(*) AS n FROM usage_dirty_hours WHERE tenant_id = ?').bind(tenantId).first('n')

const asked = async (
  tenantId: string,
  { fromMs, toMs, groupBy }: { fromMs: number; toMs: number; groupBy: readonly UsageGroup[] },
) => {
  const query = { from: iso(fromMs), to: iso(toMs), groupBy: groupBy.join() }
  return (await usage(tenantId, query)).data
}
const sorted = (sums: readonly object[]) =>
  sums.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

describe('usage equals the sum of the ledger', () => {
  const offset = fc.oneof(
    fc.nat(3 * DAY_MS),
    fc.nat(72).map((hours) => hours * HOUR_MS),
    fc.nat(72).map((hours) => hours * HOUR_MS - 1),
  )
  const lines = fc.array(
    fc.record({
      offset,
      keyId: fc.constantFrom('k', 'l'),
      tier: fc.constantFrom(null, 's' as const, 'xl' as const),
      endpointId: fc.constantFrom('e', 'extractive'),
      costNanoUsd: fc.nat(2 ** 40),
    }),
    { maxLength: 25 },
  )
  const question = fc.record({ from: offset, length: offset, groupBy: fc.subarray([...USAGE_GROUPS]) })
  const step = fc.record({ lines, isRolledUp: fc.boolean(), question })

  it('at every moment, over any range and grouping, whatever was delivered and rolled up before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const tenantId = newTenant()
        const midnight = someMidnight()
        const delivered: UsageEvent[] = []
        for (const { lines, isRolledUp, question } of steps) {
          const events = lines.map(({ offset, ...rest }) => usageEvent(tenantId, midnight + offset, rest))
          delivered.push(...events)
          await record([...events.toReversed(), ...delivered.slice(0, 3)])
          if (isRolledUp) await rollUp()
          const fromMs = midnight + question.from
          const wanted = { fromMs, toMs: fromMs + question.length + 2, groupBy: question.groupBy }
          expect(sorted(await asked(tenantId, wanted))).toMatchObject(sorted(addUp(delivered, wanted)))
        }
      }),
      { numRuns: 25 },
    )
  })

  it('while deliveries and roll-ups race', async () => {
    const tenantId = newTenant()
    const midnight = someMidnight()
    const events = Array.from({ length: 120 }, (_, n) =>
      usageEvent(tenantId, midnight + (n % 5) * HOUR_MS, { costNanoUsd: n }),
    )
    const shares = Array.from({ length: 24 }, (_, share) => events.slice(share * 5, share * 5 + 5))
    await Promise.all(shares.flatMap((share) => [record(share), rollUp()]))
    const wanted = { fromMs: midnight, toMs: midnight + DAY_MS, groupBy: [] }
    expect(await asked(tenantId, wanted)).toMatchObject(addUp(events, wanted))
    await rollUp()
    expect(await asked(tenantId, wanted)).toMatchObject(addUp(events, wanted))
    expect(await countDirty(tenantId)).toBe(0)
    const days = (await rollupsOf(tenantId)).filter(({ grain }) => grain === 'day')
    expect(days).toMatchObject([{ start_ms: midnight, requests: 120, cost_nano_usd: 7_140 }])
  })
})

describe('a roll-up', () => {
  it('misses no line that arrives between its steps', async () => {
    const tenantId = newTenant()
    const midnight = someMidnight()
    const events: UsageEvent[] = []
    const recordNext = async () => {
      events.push(usageEvent(tenantId, midnight + events.length))
      await record(events.slice(-1))
    }
    const batch = async (statements: D1PreparedStatement[]) => {
      await recordNext()
      const results = await env.DB.batch(statements)
      await recordNext()
      return results
    }
    const interrupted = { prepare: env.DB.prepare.bind(env.DB), batch } as unknown as D1Database
    await recordNext()
    await costWorker({ db: database(interrupted) }).rollUp()
    const wanted = { fromMs: midnight, toMs: midnight + DAY_MS, groupBy: [] }
    expect(events.length).toBeGreaterThanOrEqual(3)
    expect(await asked(tenantId, wanted)).toMatchObject(addUp(events, wanted))
    await rollUp()
    expect(await asked(tenantId, wanted)).toMatchObject(addUp(events, wanted))
  })

  it('overwrites: done again it changes nothing, and sums without lines are gone', async () => {
    const tenantId = newTenant()
    const midnight = someMidnight()
    await record([usageEvent(tenantId, midnight), usageEvent(tenantId, midnight + HOUR_MS, { keyId: 'l' })])
    await rollUp()
    const rollups = await rollupsOf(tenantId)
    expect(rollups).toHaveLength(4)
    const stray = `INSERT INTO usage_rollups VALUES ('hour', ?, ?, 'stray', 'm', 'e', 1, 1, 1, 1)`
    await env.DB.prepare(stray).bind(midnight, tenantId).run()
    await markDirty(tenantId, midnight)
    await rollUp()
    expect(await rollupsOf(tenantId)).toEqual(rollups)
  })

  it('lets usage be read without the lines of whole hours', async () => {
    const tenantId = newTenant()
    const midnight = someMidnight()
    await record(Array.from({ length: 50 }, (_, hour) => usageEvent(tenantId, midnight + hour * HOUR_MS)))
    await rollUp()
    await env.DB.prepare('DELETE FROM usage_events WHERE tenant_id = ?').bind(tenantId).run()
    const whole = { fromMs: midnight - 200 * DAY_MS, toMs: midnight + 50 * HOUR_MS, groupBy: [] }
    expect(await asked(tenantId, whole)).toMatchObject([{ requests: 50 }])
    expect(await asked(tenantId, { ...whole, toMs: midnight + 1 })).toEqual([])
  })

  it('waits until an hour has ended', async () => {
    const tenantId = newTenant()
    await record([usageEvent(tenantId, Date.now() - 1)])
    await rollUp()
    expect(await rollupsOf(tenantId)).toEqual([])
    expect((await usage(tenantId)).total).toMatchObject({ requests: 1 })
  })

  it('does a bounded part of a long backlog and the rest in later runs', async () => {
    const tenantId = newTenant()
    const midnight = someMidnight()
    await rollUp()
    await record(Array.from({ length: 2_100 }, (_, hour) => usageEvent(tenantId, midnight + hour * HOUR_MS)))
    await rollUp()
    expect(await countDirty(tenantId)).toBe(100)
    expect((await usage(tenantId, { from: iso(midnight) })).total).toMatchObject({ requests: 2_100 })
    await rollUp()
    expect(await countDirty(tenantId)).toBe(0)
  })
})

describe('GET /v1/usage', () => {
  it('answers groups in order with money in dollars beside the exact amount, and a total', async () => {
    const tenantId = newTenant()
    const midnight = someMidnight()
    await record([
      usageEvent(tenantId, midnight, { tier: 'xl', costNanoUsd: 1_500_000_000 }),
      usageEvent(tenantId, midnight, { tier: 'm', costNanoUsd: 250_000_000 }),
      usageEvent(tenantId, midnight + DAY_MS, { tier: null, costNanoUsd: 0 }),
    ])
    const counts = { requests: 1, promptTokens: 3, completionTokens: 2 }
    const day = iso(midnight).slice(0, 10)
    const nextDay = iso(midnight + DAY_MS).slice(0, 10)
    expect(await usage(tenantId, { from: day, to: iso(midnight + 2 * DAY_MS), groupBy: 'day,tier' })).toEqual(
      {
        from: iso(midnight),
        to: iso(midnight + 2 * DAY_MS),
        data: [
          { day, tier: 'm', ...counts, costUsd: 0.25, costNanoUsd: 250_000_000 },
          { day, tier: 'xl', ...counts, costUsd: 1.5, costNanoUsd: 1_500_000_000 },
          { day: nextDay, tier: null, ...counts, costUsd: 0, costNanoUsd: 0 },
        ],
        total: {
          requests: 3,
          promptTokens: 9,
          completionTokens: 6,
          costUsd: 1.75,
          costNanoUsd: 1_750_000_000,
        },
      },
    )
  })

  it('covers the last 30 days when no range is named', async () => {
    const tenantId = newTenant()
    await record([
      usageEvent(tenantId, Date.now() - 29 * DAY_MS),
      usageEvent(tenantId, Date.now() - 31 * DAY_MS),
    ])
    const { from, to, total } = await usage(tenantId)
    expect(Date.parse(to) - Date.parse(from)).toBe(30 * DAY_MS)
    expect(total.requests).toBe(1)
    expect((await usage(tenantId, { from: '1960-01-01' })).total.requests).toBe(2)
  })

  it('shows a tenant only itself', async () => {
    const [tenantId, other] = [newTenant(), newTenant()]
    const midnight = someMidnight()
    await record([usageEvent(tenantId, midnight), usageEvent(other, midnight), usageEvent(other, midnight)])
    const query = { from: iso(midnight), to: iso(midnight + 1), groupBy: 'tenant' }
    expect((await usage(tenantId, query)).data).toMatchObject([{ tenant: tenantId, requests: 1 }])
    const refused = await ask(tenantId, { ...query, tenantId: other })
    expect(refused.status).toBe(403)
    expect(await refused.json()).toMatchObject({ error: { code: 'forbidden', requestId: 'req_1' } })
  })

  it('shows operators any tenant they name, and all when they group by tenant', async () => {
    const [one, two] = [newTenant(), newTenant()].toSorted()
    const midnight = someMidnight()
    await record([
      usageEvent(one ?? '', midnight),
      usageEvent(two ?? '', midnight + 5),
      usageEvent('system', midnight),
    ])
    const query = { from: iso(midnight), to: iso(midnight + 6) }
    expect((await usage('system', query)).total.requests).toBe(1)
    expect((await usage('system', { ...query, tenantId: two ?? '' })).total.requests).toBe(1)
    for (const _ of ['before', 'after']) {
      const { data } = await usage('system', { ...query, groupBy: 'tenant' })
      expect(data.map(({ tenant }) => tenant)).toEqual(['system', one, two])
      await rollUp()
    }
  })

  it.each([
    [{ from: '2026-01-02', to: '2026-01-01' }, 'from: must be before'],
    [{ from: '2026-01-01', to: '2026-01-01' }, 'from: must be before'],
    [{ from: 'yesterday' }, 'from: give a UTC time'],
    [{ to: '2026-02-30' }, 'to: give a UTC time'],
    [{ groupBy: 'tier,colour' }, 'groupBy'],
    [{ until: '2026-01-01' }, 'until'],
  ])('refuses %j and says what is wrong with it', async (query, problem) => {
    const response = await ask(newTenant(), query)
    expect(response.status).toBe(400)
    const { error } = await response.json<{ error: { code: string; message: string } }>()
    expect(error).toMatchObject({ code: 'invalid_request', message: expect.stringContaining(problem) })
  })

  it('refuses to make more groups than one answer holds', async () => {
    const tenantId = newTenant()
    const midnight = someMidnight()
    await record(Array.from({ length: 10_001 }, (_, n) => usageEvent(tenantId, midnight, { keyId: `k${n}` })))
    const query = { from: iso(midnight), to: iso(midnight + DAY_MS) }
    const refused = await ask(tenantId, { ...query, groupBy: 'key' })
    expect(await refused.json()).toMatchObject({ error: { message: expect.stringContaining('groupBy: ') } })
    expect((await usage(tenantId, query)).total.requests).toBe(10_001)
  })

  it('needs the scope billing:read, and is the only route here', async () => {
    expect((await ask(newTenant(), {}, ['query', 'operate'])).status).toBe(403)
    expect((await ask(newTenant(), {}, ['admin'])).status).toBe(200)
    expect((await ask(newTenant(), {}, ['admin'], 'POST')).status).toBe(404)
  })
})
