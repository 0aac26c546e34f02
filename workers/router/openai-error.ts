import { chatRequest } from '../../shared/api/openai.ts'
import type { AppError } from '../../shared/errors.ts'

/** OpenAI's error body; clients choose their error class by status and read `code` and `type`. */
export function openaiError(error: AppError, requestId: string) {
  const { code, details } = error
  const { param, message } = blamed(error)
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

/** What messages begin with where one field is to blame. */
const FIELD = /^([a-z]\w*)((?:\.\w+)*): /
/** Messages name some fields as our own routes have them. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ...['collection', 'filter', 'requirements', 'retrieval', 'template', 'verification'].map(
    (name) => [name, `fairlead.${name}`] as const,
  ),
  ['question', 'messages'],
  ...Object.keys(chatRequest.shape).map((name) => [name, name] as const),
])

/** The field that is to blame, as callers of this route write it, and the message with that name. Words of a model server that begin alike name none. */
function blamed({ code, message, status }: AppError): {
  readonly param: string | null
  readonly message: string
} {
  if (code === 'model_not_found') return { param: 'model', message }
  const [start = '', root = '', rest = ''] = FIELD.exec(message) ?? []
  const name = NAMES.get(root)
  if (name === undefined || status >= 500) return { param: null, message }
  const param = name + rest
  return { param, message: `${param}: ${message.slice(start.length)}` }
}

function typeOf({ status, code }: AppError): string {
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (code === 'budget_exhausted') return 'insufficient_quota'
  if (status === 429) return 'rate_limit_error'
  return status < 500 ? 'invalid_request_error' : 'server_error'
}
