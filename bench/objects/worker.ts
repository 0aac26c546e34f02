import { newDesk } from '../../shared/domain/admission-desk.ts'
import { snapshotOf } from '../../shared/domain/admission-snapshot.ts'
import type { EndpointOperation } from '../../shared/ports/objects.ts'
import type { Env } from '../../workers/router/env.ts'

export { Endpoint } from '../../workers/router/objects/endpoint.ts'
export { Fleet } from '../../workers/router/objects/fleet.ts'

type Objects = Pick<Env, 'ENDPOINTS' | 'FLEETS'>

const lease = (requestId: string, maxWaitMs = 0): EndpointOperation => ({
  type: 'acquire',
  lease: {
    requestId,
    tenantId: `t${requestId.length}`,
    priority: 'production-critical',
    maxConcurrency: 256,
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
const ids = (count: number, round: number) =>
  Array.from({ length: count }, (_, index) => `r${round}-${index}`)

/** Takes and frees `group` slots a call, while `waiting` requests stand in the queue of an endpoint whose other slots are taken. */
async function applyGroups({ ENDPOINTS }: Objects, calls: number, group: number, waiting: number) {
  const stub = ENDPOINTS.getByName(crypto.randomUUID())
  const isCrowded = waiting > 0
  if (isCrowded) {
    await stub.apply(ids(256, -1).map((id) => lease(id)))
    await stub.apply(ids(waiting, -2).map((id) => lease(id, 60_000)))
  }
  for (let round = 0; round < calls; round += 1) {
    const names = ids(group, round)
    await stub.apply(names.map((id) => lease(id, isCrowded ? 60_000 : 0)))
    await stub.apply((isCrowded ? names : names).map((id) => release(id)))
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
