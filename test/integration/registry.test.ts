import { env } from 'cloudflare:workers'
import { beforeEach, expect, it } from 'vitest'
import { database } from '../../shared/db/client.ts'
import { endpoints } from '../../shared/db/schema.ts'
import { EXTRACTIVE } from '../../shared/domain/endpoint.ts'
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
const names = async ({ list }: Pick<ReturnType<typeof endpointRegistry>, 'list'>) =>
  (await list()).map(({ id }) => id)

beforeEach(async () => {
  await db.delete(endpoints)
})

it('reads the table at most once a second, and at once after a change made here', async () => {
  let nowMs = 0
  const registry = endpointRegistry(db, () => nowMs)
  await register('a')
  expect(await names(registry)).toEqual(['a'])
  await register('b')
  nowMs = 999
  expect(await names(registry)).toEqual(['a'])
  nowMs = 1_000
  expect(await names(registry)).toEqual(['a', 'b'])
  await register('c')
  registry.forget()
  expect(await names(registry)).toEqual(['a', 'b', 'c'])
})

it('reads again when the request that was reading vanished', async () => {
  let nowMs = 0
  let isHanging = false
  const never = { bind: () => ({ raw: () => new Promise(() => undefined) }) }
  const prepare = (query: string) => (isHanging ? never : env.DB.prepare(query))
  const hanging = { prepare } as unknown as D1Database
  const registry = endpointRegistry(database(hanging), () => nowMs)
  await register('a')
  await names(registry)
  await register('b')
  nowMs = 1_000
  isHanging = true
  void registry.list()
  isHanging = false
  expect(await names(registry)).toEqual(['a'])
  nowMs = 7_000
  expect(await names(registry)).toEqual(['a', 'b'])
})
