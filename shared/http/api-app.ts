import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context, Env } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { AppError } from '../errors.ts'
import { describeIssues } from './issues.ts'

/** A framework error (malformed JSON, wrong method) is the caller's, everything else unknown is ours. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof HTTPException && thrown.status === 415)
    return new AppError('unsupported_media_type', 'Send the header content-type: application/json')
  if (thrown instanceof HTTPException && thrown.status < 500)
    return new AppError('invalid_request', thrown.message || 'The request could not be read', {
      cause: thrown,
    })
  return AppError.from(thrown)
}

export function retryAfterSeconds({ details }: AppError): string | null {
  const { retryAfterMs = null } = details as { retryAfterMs?: number | null }
  return retryAfterMs === null ? null : String(Math.max(1, Math.ceil(retryAfterMs / 1_000)))
}

/** Native error rendering: the only place that turns an AppError into a response. */
export function renderError(error: AppError, requestId: string): Response {
  const retryAfter = retryAfterSeconds(error)
  const details = Object.keys(error.details).length > 0 ? { details: error.details } : {}
  const body = { error: { code: error.code, message: error.message, requestId, ...details } }
  const headers = { 'x-request-id': requestId, ...(retryAfter && { 'retry-after': retryAfter }) }
  return Response.json(body, { status: error.status, headers })
}

/** An OpenAPIHono whose validation failures are `invalid_request` naming each field. */
export function apiApp<E extends Env>() {
  return new OpenAPIHono<E>({
    defaultHook: (result, { req }: Context<E>) => {
      if (!result.success)
        throw new AppError('invalid_request', describeIssues(result.error.issues, req.path))
    },
  })
}
