import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import type { EndpointOperation, LeaseRequest } from '../../shared/ports/objects.ts'
import type { Endpoint } from '../../workers/router/objects/endpoint.ts'

const endpoint = () => env.ENDPOINTS.getByName(`endpoint-${crypto.randomUUID()}`)
const lease = (requestId: string, expiresInMs = 60_000) => ({
  requestId,
  maxConcurrency: 2,
  tokens: 10,
  expiresInMs,
})
const release = (requestId: string) => ({
  requestId,
  outcome: 'served' as const,
  durationMs: 100,
  timeToFirstTokenMs: 20,
})
const acquire = async (stub: DurableObjectStub<Endpoint>, wanted: LeaseRequest) => {
  const [decision] = await stub.apply([{ type: 'acquire', lease: wanted }])
  return decision ?? expect.fail('no decision came back')
}
const free = (stub: DurableObjectStub<Endpoint>, requestId: string) =>
  stub.apply([{ type: 'release', release: release(requestId) }])
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

it('never grants more slots than there are, even when requests race', async () => {
  const stub = endpoint()
  const decisions = await Promise.all(Array.from({ length: 20 }, (_, i) => acquire(stub, lease(`r${i}`))))
  expect(decisions.filter(({ granted }) => granted)).toHaveLength(2)
  expect(await stub.state()).toMatchObject({ inFlight: 2, inFlightTokens: 20 })
})

it('says why and for how long when it refuses', async () => {
  const stub = endpoint()
  await Promise.all([acquire(stub, lease('a')), acquire(stub, lease('b'))])
  expect(await acquire(stub, lease('c'))).toMatchObject({
    granted: false,
    reason: 'saturated',
    retryAfterMs: 1_000,
  })
})

it('grants the same request its one slot again', async () => {
  const stub = endpoint()
  await acquire(stub, lease('a'))
  expect(await acquire(stub, lease('a'))).toEqual({ granted: true })
  expect(await stub.state()).toMatchObject({ inFlight: 1 })
})

it('frees a slot once, and counts the answer once', async () => {
  const stub = endpoint()
  await acquire(stub, lease('a'))
  await free(stub, 'a')
  await free(stub, 'a')
  expect(await stub.state()).toEqual({
    inFlight: 0,
    inFlightTokens: 0,
    served: 1,
    failed: 0,
    timeToFirstTokenMs: 20,
  })
})

it('learns nothing from a slot that was given back unused', async () => {
  const stub = endpoint()
  const answers = [
    { ...release('a'), durationMs: 40_000 },
    { ...release('b'), durationMs: 40_000, outcome: 'failed' as const },
    { ...release('c'), durationMs: 0, outcome: 'unused' as const },
  ]
  for (const answer of answers) {
    await acquire(stub, lease(answer.requestId))
    await stub.apply([{ type: 'release', release: answer }])
  }
  expect(await stub.state()).toMatchObject({ inFlight: 0, served: 1, failed: 1 })
  await Promise.all([acquire(stub, lease('d')), acquire(stub, lease('e'))])
  expect(await acquire(stub, lease('f'))).toMatchObject({ granted: false, retryAfterMs: 20_000 })
})

it('does a group whole or not at all, in memory as in the table', async () => {
  const stub = endpoint()
  await acquire(stub, lease('a'))
  const group: EndpointOperation[] = [
    { type: 'release', release: release('a') },
    { type: 'acquire', lease: { ...lease('b'), tokens: Number.NaN } },
  ]
  await runInDurableObject(stub, (instance) => expect(instance.apply(group)).rejects.toThrow('NOT NULL'))
  expect(await stub.state()).toMatchObject({ inFlight: 1, served: 0 })
})

it('ends a lease that nobody extends, and lets one that is extended live', async () => {
  const stub = endpoint()
  await acquire(stub, lease('dead', 20))
  await acquire(stub, lease('alive', 20))
  await stub.apply([{ type: 'extend', requestId: 'alive', expiresInMs: 60_000 }])
  await sleep(30)
  await runDurableObjectAlarm(stub)
  expect(await stub.state()).toMatchObject({ inFlight: 1 })
  await free(stub, 'dead')
  expect(await stub.state()).toMatchObject({ inFlight: 1, served: 0 })
})

it('remembers its leases and statistics after it was evicted', async () => {
  const stub = endpoint()
  await acquire(stub, lease('a'))
  await acquire(stub, lease('b'))
  await free(stub, 'b')
  await evictDurableObject(stub)
  expect(await stub.state()).toMatchObject({ inFlight: 1, served: 1, timeToFirstTokenMs: 20 })
})
