import { env } from 'cloudflare:workers'
import { beforeEach, expect, it } from 'vitest'
import { database } from '../../shared/db/client.ts'
import { endpoints } from '../../shared/db/schema.ts'
import { EXTRACTIVE } from '../../shared/domain/endpoint.ts'
import type { EndpointSnapshot } from '../../shared/domain/fleet.ts'
import type { FleetRpc } from '../../shared/ports/objects.ts'
import { endpointRegistry } from '../../workers/router/registry.ts'

const db = database(env.DB)
const row = (id: string) => ({
  ...EXTRACTIVE,
  id,
  kind: 'openai-compatible' as const,
  tier: 'm' as const,
  level: 'on_premises' as const,
  compliance: [],
  residency: [],
  clearance: [],
})
const register = (id: string) => db.insert(endpoints).values(row(id))
const snapshot = (endpointId: string, rest: Partial<EndpointSnapshot>): EndpointSnapshot => ({
  endpointId,
  atMs: 0,
  inFlight: 0,
  inFlightTokens: 0,
  queued: 0,
  timeToFirstTokenMs: null,
  timePerOutputTokenMs: null,
  durationMs: null,
  errorRate: 0,
  breaker: 'closed',
  admitShare: 1,
  closedUntilMs: null,
  isHealthy: null,
  lastServedAtMs: null,
  scraped: null,
  ...rest,
})

const quiet = { read: async () => ({ version: 0, isWhole: false, changed: [] }) }
const registryOf = (now: () => number, of = db, fleet: Pick<FleetRpc, 'read'> = quiet) => {
  const log: Readonly<Record<string, unknown>>[] = []
  const registry = endpointRegistry(
    of,
    () => fleet,
    now,
    (event) => log.push(event),
  )
  const behind: Promise<unknown>[] = []
  const names = async () => (await registry.list((work) => behind.push(work))).map(({ id }) => id)
  return { registry, names, log, behind }
}

beforeEach(async () => {
  await db.delete(endpoints)
})

it('reads the table at most once a second, and at once after a change made here', async () => {
  let nowMs = 0
  const { registry, names } = registryOf(() => nowMs)
  await register('a')
  expect(await names()).toEqual(['a'])
  await register('b')
  nowMs = 999
  expect(await names()).toEqual(['a'])
  nowMs = 2_000
  expect(await names()).toEqual(['a', 'b'])
  await register('c')
  registry.forget()
  expect(await names()).toEqual(['a', 'b', 'c'])
})

it('lets no request wait for a view that is only a little old', async () => {
  let nowMs = 0
  const { names, behind } = registryOf(() => nowMs)
  await register('a')
  await names()
  await register('b')
  nowMs = 1_500
  expect(await names()).toEqual(['a'])
  expect(behind).toHaveLength(1)
  await Promise.all(behind)
  expect(await names()).toEqual(['a', 'b'])
})

it('reads again when the request that was reading vanished', async () => {
  let nowMs = 0
  let isHanging = false
  const never = { bind: () => ({ raw: () => new Promise(() => undefined) }) }
  const prepare = (query: string) => (isHanging ? never : env.DB.prepare(query))
  const hanging = { prepare } as unknown as D1Database
  const { names } = registryOf(() => nowMs, database(hanging))
  await register('a')
  await names()
  await register('b')
  nowMs = 2_000
  isHanging = true
  void names()
  isHanging = false
  expect(await names()).toEqual(['a'])
  nowMs = 8_000
  expect(await names()).toEqual(['a', 'b'])
})

it('knows what the endpoints last told the fleet, also while the fleet does not answer', async () => {
  let nowMs = 0
  const reads: number[] = []
  let isDown = false
  const fleet: Pick<FleetRpc, 'read'> = {
    async read(version) {
      reads.push(version)
      if (isDown) throw new Error('the object was reset')
      return { version: 7, isWhole: version === 0, changed: [snapshot('a', { inFlight: 3 })] }
    },
  }
  const { registry, log } = registryOf(() => nowMs, db, fleet)
  await register('a')
  const busy = async () => {
    const { tiers } = await registry.fleet(() => undefined)
    return tiers.flat().map(({ endpoint, busy }) => [endpoint.id, busy])
  }
  expect(await busy()).toEqual([['a', 3]])
  isDown = true
  nowMs = 2_000
  expect(await busy()).toEqual([['a', 3]])
  expect(reads).toEqual([0, 7])
  expect(log).toMatchObject([{ event: 'registry_failed', what: 'fleet' }])
})
