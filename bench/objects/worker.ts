import { newDesk } from '../../shared/domain/admission-desk.ts'
import { snapshotOf } from '../../shared/domain/admission-snapshot.ts'
import type { EndpointOperation } from '../../shared/ports/objects.ts'
import type { Env } from '../../workers/router/env.ts'

export { Endpoint } from '../../workers/router/objects/endpoint.ts'
export { Fleet } from '../../workers/router/objects/fleet.ts'

type Objects = Pick<Env, 'ENDPOINTS' | 'FLEETS'>

const SLOTS = 256

const lease = (requestId: string, maxWaitMs = 0): EndpointOperation => ({
  type: 'acquire',
  lease: {
    requestId,
    tenantId: 'acme',
    priority: 'production-critical',
    maxConcurrency: SLOTS,
    tokens: 500,
    expiresInMs: 30_000,
    maxWaitMs,
  },
})
const release = (requestId: string): EndpointOperation => ({
  type: 'release',
  release: {
    requestId,
    epoch: null,
    outcome: 'served',
    durationMs: 1,
    timeToFirstTokenMs: 1,
    outputTokens: 100,
    retryAfterMs: null,
  },
})
/** Every call takes and frees `group` slots, or with `waiting` requests in the queue of a full endpoint: frees them, hands them over and queues as many. */
async function applyGroups({ ENDPOINTS }: Objects, calls: number, group: number, waiting: number) {
  const stub = ENDPOINTS.getByName(crypto.randomUUID())
  const waitMs = waiting > 0 ? 60_000 : 0
  let [oldest, next] = [0, 0]
  const enter = (count: number) => {
    next += count
    return Array.from({ length: count }, (_, index) => lease(`r${next - count + index}`, waitMs))
  }
  const leave = (count: number) => {
    oldest += count
    return Array.from({ length: count }, (_, index) => release(`r${oldest - count + index}`))
  }
  if (waiting > 0) await stub.apply(enter(SLOTS + waiting))
  for (let round = 0; round < calls; round += 1) {
    await stub.apply(enter(group))
    await stub.apply(leave(group))
  }
}

/** Reads a fleet of `endpoints` in which `changed` pushed since the last read; 0 reads everything. */
async function readFleet({ FLEETS }: Objects, reads: number, endpoints: number, changed: number) {
  const stub = FLEETS.getByName(crypto.randomUUID())
  const push = (index: number, atMs: number) =>
    stub.push(snapshotOf(newDesk(0), `provider-region-${index}`, atMs))
  await Promise.all(Array.from({ length: endpoints }, (_, index) => push(index, 0)))
  let version = 0
  for (let round = 1; round <= reads; round += 1) {
    await Promise.all(Array.from({ length: changed }, (_, index) => push(index, round)))
    const read = await stub.read(changed === 0 ? 0 : version)
    version = read.version
  }
}

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url)
    const number = (name: string) => Number(searchParams.get(name))
    if (pathname === '/apply') await applyGroups(env, number('calls'), number('group'), number('waiting'))
    else await readFleet(env, number('calls'), number('endpoints'), number('changed'))
    return new Response()
  },
} satisfies ExportedHandler<Objects>
