/** Null: not limited. Concurrency counts requests that hold money. */
export type RateLimits = {
  readonly requestsPerMinute: number | null
  readonly tokensPerMinute: number | null
  readonly concurrency: number | null
}

/** `keyId` null is the whole tenant; usage is of the last 60 seconds. */
export type RateLimitState = RateLimits & {
  readonly keyId: string | null
  readonly requests: number
  readonly tokens: number
  readonly inFlight: number
}
