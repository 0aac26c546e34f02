import { AppError } from '../errors.ts'
import { errorFields } from '../log.ts'
import type { EventSink } from '../ports/event-sink.ts'
import type { CallContext } from '../ports/services.ts'
import { apiApp, renderError, toAppError } from './api-app.ts'

type ServiceEnv = {
  Variables: { context: CallContext }
  /** The router has authenticated the caller and passes who it is beside the request. */
  Bindings: { context: CallContext }
}

/** The shell of a Worker that owns routes behind the router: who is asking, errors rendered and logged, unknown paths refused. */
export function serviceApp(worker: string, log: EventSink) {
  const app = apiApp<ServiceEnv>()
  app.use(async (c, next) => {
    c.set('context', c.env.context)
    await next()
  })
  // The router logs every request; only here is known why one failed.
  app.onError((thrown, c) => {
    const error = toAppError(thrown)
    const { requestId, principal } = c.get('context')
    const { tenantId } = principal
    const { path } = c.req
    log({ event: 'request_failed', worker, requestId, tenantId, path, error: errorFields(error) })
    return renderError(error, requestId)
  })
  app.notFound((c) => {
    throw new AppError('not_found', `There is no ${c.req.method} ${c.req.path}`)
  })
  return app
}
