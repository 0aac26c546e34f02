/** One rate of one replica: what its GPUs cost and how fast it writes. */
export type TokenRate = {
  readonly nanoUsdPerGpuHour: number
  readonly gpuCount: number
  readonly tokensPerSecond: number
}

/** Half up, and never to nothing: a price that exists must not vanish from a sum. */
export const roundNanoUsd = (nanoUsd: number): number => (nanoUsd > 0 ? Math.max(1, Math.round(nanoUsd)) : 0)

/** Nano-dollars for 1,000 output tokens of a machine that always stays, and writes for `utilisation` of the time. */
export const standingNanoUsdPerKTok = ({
  nanoUsdPerGpuHour,
  gpuCount,
  tokensPerSecond,
  utilisation,
}: TokenRate & { readonly utilisation: number }): number =>
  roundNanoUsd((1_000 * gpuCount * nanoUsdPerGpuHour) / (tokensPerSecond * utilisation * 3_600))

/** A burst of work on a machine that comes for it and goes afterwards. */
export type Burst = {
  readonly burstSeconds: number
  readonly coldStartMs: number
  readonly idleSeconds: number
}

/** Share of the billed time in which tokens are written. Vendors bill the start and the wait after the last answer too. */
export const busyShare = ({ burstSeconds, coldStartMs, idleSeconds }: Burst): number =>
  burstSeconds / (burstSeconds + coldStartMs / 1_000 + idleSeconds)

/** Nano-dollars for 1,000 output tokens of a machine billed by the second that starts for a burst and scales to nothing after it. */
export const serverlessNanoUsdPerKTok = (burst: TokenRate & Burst): number =>
  standingNanoUsdPerKTok({ ...burst, utilisation: busyShare(burst) })
