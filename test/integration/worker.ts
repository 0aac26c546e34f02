export { Cost } from '../../workers/cost/index.ts'
export { Shard } from '../../workers/rag/objects/shard.ts'
export { Endpoint } from '../../workers/router/objects/endpoint.ts'
export { Fleet } from '../../workers/router/objects/fleet.ts'
export { Replay } from '../../workers/router/objects/replay.ts'
export { Settlement } from '../../workers/router/objects/settlement.ts'
export { Tenant } from '../../workers/router/objects/tenant.ts'

export default {
  fetch: () => new Response('this Worker only hosts objects and services for tests'),
} satisfies ExportedHandler
