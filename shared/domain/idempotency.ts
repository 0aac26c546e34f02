/** How long the first result of a key is replayed, in milliseconds. Source: Stripe keeps keys for at least 24 hours. */
export const REPLAY_KEPT_MS = 86_400_000

/** A key in use. While it runs, its holder extends the lease; a holder that vanished lets it lapse. */
export type ReplayEntry = {
  /** Of the request: caller, method, path and body. */
  readonly fingerprint: string
  readonly holder: string
  readonly leaseUntilMs: number
  readonly expiresAtMs: number
  readonly isStored: boolean
}

export type ReplayClaim = {
  readonly fingerprint: string
  readonly holder: string
  readonly leaseMs: number
}

/** `run`: the key is the claimer's now · `replay`: there is a result · `running`: the first request has not ended · `different`: the key belongs to another request. */
export function decideClaim(
  entry: ReplayEntry | null,
  { fingerprint }: ReplayClaim,
  nowMs: number,
): 'run' | 'replay' | 'running' | 'different' {
  if (!entry || entry.expiresAtMs <= nowMs) return 'run'
  if (!entry.isStored && entry.leaseUntilMs <= nowMs) return 'run'
  if (entry.fingerprint !== fingerprint) return 'different'
  return entry.isStored ? 'replay' : 'running'
}
