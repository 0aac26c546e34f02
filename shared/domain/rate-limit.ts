/** Null: not limited. Concurrency counts requests that hold money. */
export type RateLimits = {
  readonly requestsPerMinute: number | null
  readonly tokensPerMinute: number | null
  readonly concurrency: number | null
}

export const UNLIMITED: RateLimits = { requestsPerMinute: null, tokensPerMinute: null, concurrency: null }

/** `keyId` null is the whole tenant; usage is of the last 60 seconds. */
export type RateLimitState = RateLimits & {
  readonly keyId: string | null
  readonly requests: number
  readonly tokens: number
  readonly inFlight: number
}

/** An admitted request. Its tokens are the worst case while it runs and what it really used afterwards. */
export type Admitted = { readonly keyId: string; readonly atMs: number; readonly tokens: number }

/** What is left of a limit after this request. All of it is there again 60 seconds after the last admitted request. */
export type Headroom = { readonly limit: number; readonly remaining: number }

/** The tightest headroom of all accounts; where nothing is limited there is none. */
export type RateHeadroom = { readonly requests?: Headroom; readonly tokens?: Headroom }

/** Allowed with the tightest headroom of all accounts; where nothing is limited there is none. */
export type RateDecision =
  | ({ readonly allowed: true } & RateHeadroom)
  | {
      readonly allowed: false
      readonly reason: 'requests' | 'tokens' | 'concurrency'
      readonly keyId: string | null
      readonly limit: number
      /** When this very request would pass if nothing else happened; null: never, since it alone is more than the limit. */
      readonly retryAfterMs: number | null
    }
type Refusal = Extract<RateDecision, { allowed: false }>

/** A request counts for this long after it was admitted. */
export const RATE_WINDOW_MS = 60_000

/** What a decision is made from besides the limits. */
export type RateQuestion = {
  readonly tokens: number
  /** The admitted requests of the last 60 seconds, oldest first; read only for a refusal. */
  readonly recent: () => readonly Admitted[]
  readonly meanDurationMs: number
  readonly nowMs: number
}

/** Whether one more request fits every account, and if not, when it will: the limit that is met longest is named. */
export function decideRate(states: readonly RateLimitState[], question: RateQuestion): RateDecision {
  const refusals = states.flatMap((state) => refusalsBy(state, question))
  const [longest] = refusals.toSorted((a, b) => (b.retryAfterMs ?? Infinity) - (a.retryAfterMs ?? Infinity))
  return longest ?? { allowed: true, ...headroom(states, question.tokens) }
}

function refusalsBy(
  { keyId, requestsPerMinute, tokensPerMinute, concurrency, ...used }: RateLimitState,
  { tokens, recent, meanDurationMs, nowMs }: RateQuestion,
): Refusal[] {
  const refusals: Refusal[] = []
  const refuse = (reason: Refusal['reason'], limit: number, retryAfterMs: number | null) =>
    refusals.push({ allowed: false, reason, keyId, limit, retryAfterMs })
  const inWindow = (
    reason: 'requests' | 'tokens',
    limit: number | null,
    needed: number,
    amount: (request: Admitted) => number,
  ) => {
    if (limit === null || used[reason] + needed <= limit) return
    const missing = used[reason] + needed - limit
    refuse(reason, limit, needed > limit ? null : freedAtMs(recent(), keyId, missing, amount) - nowMs)
  }
  inWindow('requests', requestsPerMinute, 1, () => 1)
  inWindow('tokens', tokensPerMinute, tokens, (request) => request.tokens)
  // When one in flight will end is not known; on average they end this far apart.
  if (concurrency !== null && used.inFlight >= concurrency)
    refuse('concurrency', concurrency, concurrency === 0 ? null : Math.ceil(meanDurationMs / concurrency))
  return refusals
}

/** When enough of the oldest requests have left the window. */
function freedAtMs(
  recent: readonly Admitted[],
  keyId: string | null,
  missing: number,
  amount: (request: Admitted) => number,
): number {
  let left = missing
  for (const request of recent) {
    if (keyId === null || request.keyId === keyId) left -= amount(request)
    if (left <= 0) return request.atMs + RATE_WINDOW_MS
  }
  return Number.POSITIVE_INFINITY
}

function headroom(states: readonly RateLimitState[], tokens: number) {
  let ofRequests: Headroom | undefined
  let ofTokens: Headroom | undefined
  for (const state of states) {
    ofRequests = tighter(ofRequests, state.requestsPerMinute, state.requests + 1)
    ofTokens = tighter(ofTokens, state.tokensPerMinute, state.tokens + tokens)
  }
  return { ...(ofRequests && { requests: ofRequests }), ...(ofTokens && { tokens: ofTokens }) }
}

function tighter(known: Headroom | undefined, limit: number | null, used: number): Headroom | undefined {
  if (limit === null) return known
  const remaining = limit - used
  return known && known.remaining <= remaining ? known : { limit, remaining }
}
