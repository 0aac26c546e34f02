import type { AppError } from '../../shared/errors.ts'

/** OpenAI's error body; clients choose their error class by status and read `code` and `type`. */
export function openaiError(error: AppError, requestId: string) {
  const { code, message, details } = error
  const param = code === 'model_not_found' ? 'model' : null
  return {
    error: {
      message,
      type: typeOf(error),
      param,
      code,
      requestId,
      ...(Object.keys(details).length > 0 && { details }),
    },
  }
}

function typeOf({ status, code }: AppError): string {
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (code === 'budget_exhausted') return 'insufficient_quota'
  if (status === 429) return 'rate_limit_error'
  return status < 500 ? 'invalid_request_error' : 'server_error'
}
