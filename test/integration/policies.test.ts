import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { database } from '../../shared/db/client.ts'
import { deletePolicy, findPolicy, listPolicies, MAX_POLICIES, putPolicy } from '../../shared/db/policies.ts'
import { policies, tenants } from '../../shared/db/schema.ts'
import { PLAN_POLICIES } from '../../shared/domain/routing/policy.ts'
import type { PolicySettings } from '../../shared/domain/routing/tenant-policy.ts'
import { tenantPolicies } from '../../workers/router/policies.ts'
import { auditLineOf, linesOf } from './audit-lines.ts'

const db = database(env.DB)
let principal: { tenantId: string; plan: 'pro' }
beforeEach(async () => {
  principal = { tenantId: `policies-${crypto.randomUUID()}`, plan: 'pro' }
  await db.insert(tenants).values({ id: principal.tenantId, name: 'test', createdAtMs: 0 })
})

const costOnly = { weights: { cost: 1, latency: 0, quality: 0 } }
async function put(name: string, policy: PolicySettings, updatedAtMs = 1) {
  const { tenantId } = principal
  const row = { tenantId, name, policy, updatedAtMs }
  return putPolicy(
    db,
    await findPolicy(db, tenantId, name),
    row,
    auditLineOf(tenantId, 'policy.put', name, policy),
  )
}

describe('the policy of a request', () => {
  const resolver = (now = () => 0) => tenantPolicies(db, now)

  it("is the plan's when the tenant has set none", async () => {
    expect(await resolver().policyFor(principal)).toEqual({ name: 'plan:pro', policy: PLAN_POLICIES.pro })
  })

  it("is the tenant's default when it names none, with the plan's for what was not set", async () => {
    await put('default', costOnly)
    expect(await resolver().policyFor(principal)).toEqual({
      name: 'default',
      policy: { ...PLAN_POLICIES.pro, ...costOnly },
    })
    expect((await resolver().policyFor({ ...principal, plan: 'enterprise' })).policy.hedge).toEqual(
      PLAN_POLICIES.enterprise.hedge,
    )
  })

  it('is the one it names, and an unknown name is refused as such', async () => {
    await put('default', costOnly)
    await put('night', { priority: 'batch' })
    const { name, policy } = await resolver().policyFor(principal, { policy: 'night' })
    expect({ name, policy }).toEqual({ name: 'night', policy: { ...PLAN_POLICIES.pro, priority: 'batch' } })
    await expect(resolver().policyFor(principal, { policy: 'day' })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('requirements.policy'),
    })
  })

  it("is never another tenant's", async () => {
    await put('night', costOnly)
    await expect(
      resolver().policyFor({ ...principal, tenantId: 'stranger' }, { policy: 'night' }),
    ).rejects.toMatchObject({ code: 'not_found' })
  })

  it('gives the priority that was asked for, unless that is more than its own', async () => {
    await put('night', { priority: 'batch' })
    const asking = (priority: 'development' | 'production-standard') =>
      resolver().policyFor(principal, { policy: 'night', priority })
    expect((await asking('development')).policy.priority).toBe('development')
    await expect(asking('production-standard')).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('requirements.priority'),
    })
  })

  it('is read at most every 5 seconds, and at once after a change made here', async () => {
    let nowMs = 0
    const { policyFor, forget } = resolver(() => nowMs)
    const name = async () => (await policyFor(principal)).name
    expect(await name()).toBe('plan:pro')
    await put('default', costOnly)
    nowMs = 4_999
    expect(await name()).toBe('plan:pro')
    nowMs = 5_000
    expect(await name()).toBe('default')
    await db.delete(policies)
    forget(principal.tenantId)
    expect(await name()).toBe('plan:pro')
  })

  it('is read again after a change that was made while it was being read', async () => {
    let change = async () => {}
    const prepare = (query: string) => ({
      bind: (...values: unknown[]) => ({
        async raw() {
          const rows = await env.DB.prepare(query)
            .bind(...values)
            .raw()
          await change()
          return rows
        },
      }),
    })
    const { policyFor, forget } = tenantPolicies(database({ prepare } as unknown as D1Database), () => 0)
    change = async () => {
      change = async () => {}
      await put('default', costOnly)
      forget(principal.tenantId)
    }
    const name = async () => (await policyFor(principal)).name
    expect([await name(), await name()]).toEqual(['plan:pro', 'default'])
  })
})

describe('a change of a policy', () => {
  it('stands with its line in the audit', async () => {
    expect(await put('night', costOnly)).toBe(true)
    expect(await linesOf(principal.tenantId)).toMatchObject([
      { action: 'policy.put', target: 'night', after: costOnly },
    ])
  })

  it('that another one came before is refused, and leaves no line', async () => {
    const { tenantId } = principal
    await put('night', costOnly)
    const stale = await findPolicy(db, tenantId, 'night')
    await put('night', { maxWaitMs: 1 }, 2)
    const line = auditLineOf(tenantId, 'policy.put', 'night', {})
    expect(stale && (await putPolicy(db, stale, { ...stale, updatedAtMs: 3 }, line))).toBe(false)
    expect(stale && (await deletePolicy(db, stale, line))).toBe(false)
    expect(
      await putPolicy(db, undefined, { tenantId, name: 'night', policy: {}, updatedAtMs: 3 }, line),
    ).toBe(false)
    expect((await findPolicy(db, tenantId, 'night'))?.policy).toEqual({ maxWaitMs: 1 })
    expect(await linesOf(tenantId)).toHaveLength(2)
  })

  it(`that makes more than ${MAX_POLICIES} is refused`, async () => {
    const { tenantId } = principal
    await db.batch([
      db.insert(policies).values({ tenantId, name: 'p-0', policy: {}, updatedAtMs: 1 }),
      ...Array.from({ length: MAX_POLICIES - 1 }, (_, i) =>
        db.insert(policies).values({ tenantId, name: `p-${i + 1}`, policy: {}, updatedAtMs: 1 }),
      ),
    ])
    expect(await put('one-more', {})).toBe(false)
    expect(await put('p-3', costOnly, 2)).toBe(true)
    expect(await listPolicies(db, tenantId)).toHaveLength(MAX_POLICIES)
  })
})

describe('the audit', () => {
  it('cannot be changed or shortened, not even with the database at hand', async () => {
    await put('night', costOnly)
    await expect(env.DB.exec('DELETE FROM audit')).rejects.toThrow('append-only')
    await expect(env.DB.exec("UPDATE audit SET action = 'x'")).rejects.toThrow('append-only')
    expect(await linesOf(principal.tenantId)).toMatchObject([{ action: 'policy.put' }])
  })
})
