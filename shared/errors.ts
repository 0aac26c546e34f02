/** Every failure our API can report: its HTTP face, whether trying again can help, and what the reader should do. */
export const ERROR_CODES = {
  invalid_request: {
    status: 400,
    retryable: false,
    help: 'A field is missing, unknown or out of range. The message names the field and what it accepts.',
  },
  idempotency_conflict: {
    status: 400,
    retryable: false,
    help: 'The Idempotency-Key belongs to another request (other method, path, body or API key), or its answer could not be kept. Use a new key.',
  },
  context_length_exceeded: {
    status: 400,
    retryable: false,
    help: 'The prompt and the requested output do not fit the context window. Shorten the prompt or lower max_tokens.',
  },
  unauthenticated: {
    status: 401,
    retryable: false,
    help: 'Send a valid key as "Authorization: Bearer flk_...". Keys can be revoked or expire.',
  },
  budget_exhausted: {
    status: 402,
    retryable: false,
    help: 'The request could cost more than what is left of the budget. Raise it with PUT /v1/budgets or wait for the next period.',
  },
  forbidden: {
    status: 403,
    retryable: false,
    help: 'The key is valid but lacks the scope or the collection. Make a key that has it.',
  },
  not_found: { status: 404, retryable: false, help: 'Nothing with this name exists for this tenant.' },
  model_not_found: {
    status: 404,
    retryable: false,
    help: 'GET /v1/models lists the accepted model names: auto, tier-s|m|l|xl and the models of registered endpoints.',
  },
  conflict: {
    status: 409,
    retryable: false,
    help: 'The thing exists already, or another request is changing it.',
  },
  payload_too_large: {
    status: 413,
    retryable: false,
    help: 'Questions may have 32 kB, documents 25 MB, a request 1,000 documents. Split it.',
  },
  unsupported_media_type: {
    status: 415,
    retryable: false,
    help: 'Documents may be text/plain, text/markdown or text/html. Convert the file, or state its mediaType.',
  },
  rate_limited: { status: 429, retryable: true, help: 'Wait as long as Retry-After says.' },
  internal: {
    status: 500,
    retryable: false,
    help: 'A defect on our side. Report the requestId; the log event with this id has the cause.',
  },
  upstream_rejected: {
    status: 502,
    retryable: false,
    help: 'The model server refused the request or sent something unreadable. The endpoint needs its operator.',
  },
  no_capacity: {
    status: 503,
    retryable: true,
    help: 'No endpoint that may serve this request has a free slot. Wait as long as Retry-After says.',
  },
  no_endpoint: {
    status: 503,
    retryable: true,
    help: 'No registered endpoint satisfies the requirements. details.rejected says why for the first of them, POST /v1/route for all; relax one or register an endpoint.',
  },
  upstream_unavailable: {
    status: 503,
    retryable: true,
    help: 'The model server did not answer, or stopped in the middle. Trying again may reach another one.',
  },
  upstream_timeout: { status: 504, retryable: true, help: 'The model server kept silent past the deadline.' },
} as const

export type ErrorCode = keyof typeof ERROR_CODES

type Options = { cause?: unknown; details?: Readonly<Record<string, unknown>> | undefined }

/** The only error class that leaves a module. `details` must survive JSON. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, { cause, details = {} }: Options = {}) {
    super(message, { cause })
    this.code = code
    this.details = details
  }

  get status() {
    return ERROR_CODES[this.code].status
  }

  get retryable() {
    return ERROR_CODES[this.code].retryable
  }

  /** Anything caught becomes an AppError. An error that crossed an RPC boundary keeps its fields but loses its class. */
  static from(error: unknown): AppError {
    if (error instanceof AppError) return error
    if (isSerialized(error))
      return new AppError(error.code, error.message, { cause: error, details: error.details })
    return new AppError('internal', 'Something went wrong on our side', { cause: error })
  }
}

function isSerialized(error: unknown): error is Pick<AppError, 'code' | 'message' | 'details'> {
  return (
    error instanceof Error &&
    error.name === 'AppError' &&
    'code' in error &&
    String(error.code) in ERROR_CODES
  )
}
