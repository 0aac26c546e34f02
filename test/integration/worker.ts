export { Shard } from '../../workers/rag/objects/shard.ts'
export { Endpoint } from '../../workers/router/objects/endpoint.ts'
export { Tenant } from '../../workers/router/objects/tenant.ts'

export default {
  fetch: () => new Response('this Worker only hosts objects for tests'),
} satisfies ExportedHandler
