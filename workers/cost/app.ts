import type { ApiEnv } from '../../shared/api/define-route.ts'
import { AppError } from '../../shared/errors.ts'
import { apiApp, renderError, toAppError } from '../../shared/http/api-app.ts'
import { errorFields } from '../../shared/log.ts'
import type { CallContext } from '../../shared/ports/services.ts'
import { type RecordUsageDeps } from './jobs/record-usage.ts'
import { type RollUpDeps } from './jobs/roll-up.ts'
import { type UsageDeps, usageRoutes } from './routes/usage.ts'

export type Deps = UsageDeps & RecordUsageDeps & RollUpDeps

/** The HTTP side: the router has authenticated the caller and passes the context as the app's bindings. */
export function createApp(deps: Deps) {
  const app = apiApp<ApiEnv & { Bindings: { context: CallContext } }>()
  app.use(async (c, next) => {
    c.set('context', c.env.context)
    await next()
  })
  // The router logs every request; only here is known why one failed.
  app.onError((thrown, c) => {
    const error = toAppError(thrown)
    const { requestId, principal } = c.get('context')
    deps.log({
      event: 'request_failed',
      worker: 'cost',
      requestId,
      tenantId: principal.tenantId,
      path: c.req.path,
      error: errorFields(error),
    })
    return renderError(error, requestId)
  })
  app.notFound((c) => {
    throw new AppError('not_found', `There is no ${c.req.method} ${c.req.path}`)
  })
  app.route('/', usageRoutes(deps))
  return app
}
