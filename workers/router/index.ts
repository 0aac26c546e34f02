import { placeOf } from '../../shared/domain/routing/place.ts'
import { createApp } from './app.ts'
import { createDeps } from './deps.ts'
import type { Env } from './env.ts'

export { Endpoint } from './objects/endpoint.ts'
export { Fleet } from './objects/fleet.ts'
export { Replay } from './objects/replay.ts'
export { Settlement } from './objects/settlement.ts'
export { Tenant } from './objects/tenant.ts'

/** Built with the first request and kept for the isolate's life: its caches hold values only, never another request's I/O. */
let app: ReturnType<typeof createApp> | undefined

export default {
  fetch(request, env, context) {
    app ??= createApp(createDeps(env, placeOf(request.cf)?.continent ?? null))
    return app.fetch(request, env, context)
  },
} satisfies ExportedHandler<Env>
