import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { ApiEnv } from '../../shared/api/define-route.ts'
import { AppError } from '../../shared/errors.ts'
import { renderError, retryAfterSeconds, toAppError } from '../../shared/http/api-app.ts'
import { errorFields } from '../../shared/log.ts'
import type { EventSink } from '../../shared/ports/event-sink.ts'
import type { TenantRpc } from '../../shared/ports/objects.ts'
import type { HttpService } from '../../shared/ports/services.ts'
import type { AskDeps } from './ask.ts'
import { type Authenticate, requireKey } from './auth.ts'
import { type IdempotencyDeps, idempotent } from './idempotency/middleware.ts'
import type { KeepDeps } from './keep-answer.ts'
import { openaiError } from './openai-error.ts'
import { auditRoutes } from './routes/audit.ts'
import { budgetsRoutes } from './routes/budgets.ts'
import { chatRoutes } from './routes/chat.ts'
import { docsRoutes } from './routes/docs.tsx'
import { type EndpointsDeps, endpointsRoutes } from './routes/endpoints.ts'
import { type FeedbackDeps, feedbackRoutes } from './routes/feedback.ts'
import { healthRoutes } from './routes/health.ts'
import { type KeysDeps, keysRoutes, tenantsRoutes } from './routes/keys.ts'
import { limitsRoutes } from './routes/limits.ts'
import { matrixRoutes } from './routes/matrix.ts'
import { type PoliciesDeps, policiesRoutes } from './routes/policies.ts'
import { queryRoutes } from './routes/query.ts'
import { searchRoutes } from './routes/search.ts'
import { type TemplatesDeps, templatesRoutes } from './routes/templates.ts'

export type Deps = AskDeps &
  EndpointsDeps &
  FeedbackDeps &
  KeepDeps &
  KeysDeps &
  IdempotencyDeps &
  PoliciesDeps &
  TemplatesDeps & {
    readonly authenticate: Authenticate
    readonly ingest: HttpService
    readonly cost: HttpService
    readonly newId: (prefix: string) => string
    readonly tenant: (tenantId: string) => TenantRpc
    readonly log: EventSink
    readonly version: string
  }

type RouterEnv = { Variables: { requestId: string; context?: ApiEnv['Variables']['context'] } }

const OPENAI_PATHS = /^\/v1\/(?:chat\/|models|embeddings)/

/** Every request gets an id and one wide event, whatever becomes of it. */
export function createApp(deps: Deps) {
  const app = new Hono<RouterEnv>()
  app.use(observed(deps))
  app.onError((thrown, c) => {
    const error = toAppError(thrown)
    c.error = error
    const requestId = c.get('requestId')
    if (!OPENAI_PATHS.test(c.req.path)) return renderError(error, requestId)
    const retryAfter = retryAfterSeconds(error)
    const headers = { 'x-request-id': requestId, ...(retryAfter && { 'retry-after': retryAfter }) }
    return Response.json(openaiError(error, requestId), { status: error.status, headers })
  })
  app.notFound((c) => {
    throw new AppError(
      'not_found',
      `There is no ${c.req.method} ${c.req.path}; GET /openapi.json lists every route`,
    )
  })
  app.route('/', healthRoutes(deps))
  app.route('/', docsRoutes(deps))
  app.route('/', authenticated(deps))
  return app
}

function authenticated(deps: Deps) {
  const app = new Hono<RouterEnv & ApiEnv>()
  app.use('/v1/*', requireKey(deps.authenticate), idempotent(deps))
  app.route('/', queryRoutes(deps))
  app.route('/', searchRoutes(deps))
  app.route('/', chatRoutes(deps))
  app.route('/', feedbackRoutes(deps))
  app.route('/', endpointsRoutes(deps))
  app.route('/', policiesRoutes(deps))
  app.route('/', templatesRoutes(deps))
  app.route('/', keysRoutes(deps))
  app.route('/', tenantsRoutes(deps))
  app.route('/', budgetsRoutes(deps))
  app.route('/', limitsRoutes(deps))
  app.route('/', matrixRoutes())
  app.route('/', auditRoutes(deps))
  // These Workers own their routes, scopes included; the router vouches for who is asking.
  for (const path of ['/v1/collections', '/v1/collections/*', '/v1/jobs/*'])
    app.all(path, async (c) => mutable(await deps.ingest.handle(c.get('context'), c.req.raw)))
  app.all('/v1/usage', async (c) => mutable(await deps.cost.handle(c.get('context'), c.req.raw)))
  return app
}

/** The headers of a response that came over a service binding cannot be set. */
const mutable = (response: Response) => new Response(response.body, response)

function observed({ newId, log, now }: Deps) {
  return createMiddleware<RouterEnv>(async (c, next) => {
    const requestId = newId('req')
    const startedMs = now()
    c.set('requestId', requestId)
    try {
      await next()
      c.res.headers.set('x-request-id', requestId)
    } finally {
      const principal = c.get('context')?.principal
      log({
        event: 'request',
        worker: 'router',
        requestId,
        method: c.req.method,
        path: c.req.path,
        status: c.res.status,
        durationMs: now() - startedMs,
        ...(principal && { tenantId: principal.tenantId, keyId: principal.keyId }),
        ...(c.error instanceof AppError && { error: errorFields(c.error) }),
      })
    }
  })
}
