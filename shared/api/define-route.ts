import { createRoute, type RouteConfig, z } from '@hono/zod-openapi'
import { createMiddleware } from 'hono/factory'
import { hasScope, type Principal, type Scope } from '../domain/principal.ts'
import { AppError, ERROR_CODES } from '../errors.ts'

/** What every authenticated route finds on the Hono context. The router sets it from the key, services from the RPC call. */
export type ApiEnv = {
  Variables: {
    context: { readonly requestId: string; readonly principal: Principal }
    /** Aborts when nobody waits for the answer any more; without it the request's own signal says so. */
    clientSignal?: AbortSignal
    /** A handler calls it when the request has had an effect that must not happen twice, such as the first word of a paid answer. */
    onEffect?: () => void
  }
}

const errorBody = z
  .object({
    error: z.object({
      code: z.string().openapi({
        enum: Object.keys(ERROR_CODES),
        description: 'The codes of /docs/errors; there are no others.',
      }),
      message: z.string(),
      requestId: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  })
  .openapi('Error')

const requireScope = (scope: Scope) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    const { principal } = c.get('context')
    if (!hasScope(principal, scope))
      throw new AppError('forbidden', `This key lacks the scope "${scope}"`, { details: { scope } })
    await next()
  })

/**
 * A route as both its handler and the OpenAPI document see it: the schemas here validate requests and are what /openapi.json prints.
 * `scope` is enforced by the route's own middleware, so no handler can forget it.
 */
export function defineRoute<R extends RouteConfig>(scope: Scope, config: R) {
  return createRoute({
    ...config,
    middleware: [requireScope(scope)] as const,
    // OpenAPI 3.1 lets a bearer scheme name the roles that a call needs.
    security: [{ apiKey: [scope] }],
    responses: {
      default: { description: 'An error', content: { 'application/json': { schema: errorBody } } },
      ...config.responses,
    },
  })
}

export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

export const jsonBody = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { 'application/json': { schema } },
})
