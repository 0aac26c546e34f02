import type { Place } from '../routing/place.ts'
import type { RoutingRequirements } from '../routing/request.ts'
import { TIERS, type Tier } from '../tiers.ts'
import { seededRandom } from './random.ts'

export type Arrival = {
  readonly atMs: number
  readonly tier: Tier
  /** Index into the places. */
  readonly place: number
  readonly requirements: RoutingRequirements
  readonly promptTokens: number
  readonly outputTokens: number
  readonly maxTokens: number
  readonly prefixKey: string
  /** For the choice. */
  readonly random: number
}

export type Caller = { readonly place: Place; readonly weight: number; readonly residency: string }

/** Mean sizes of questions with their passages, and of answers, by tier. */
export const SHAPES: Readonly<
  Record<Tier, { readonly promptTokens: number; readonly outputTokens: number }>
> = {
  s: { promptTokens: 900, outputTokens: 160 },
  m: { promptTokens: 2_500, outputTokens: 240 },
  l: { promptTokens: 5_000, outputTokens: 300 },
  xl: { promptTokens: 8_000, outputTokens: 360 },
}

/** What traffic is like: sizes vary by half; half of the questions are about popular passages; one in eight must stay in its region. */
const TRAFFIC = { spread: 0.5, popularShare: 0.5, popularSets: 300, residentShare: 0.125 } as const
const MAX_ANSWER = 4

/** Poisson arrivals of each tier at its own rate (requests per second), the same for the same seed. */
export function arrivals(
  ratePerSecond: Readonly<Record<Tier, number>>,
  callers: readonly Caller[],
  { seed, durationMs }: { readonly seed: number; readonly durationMs: number },
): Arrival[] {
  const random = seededRandom(seed)
  const weights = callers.map(({ weight }) => weight)
  const all: Arrival[] = []
  for (const tier of TIERS) {
    const { promptTokens, outputTokens } = SHAPES[tier]
    const gapMs = 1_000 / ratePerSecond[tier]
    for (let atMs = random.exponential() * gapMs; atMs < durationMs; atMs += random.exponential() * gapMs) {
      const place = random.weighted(weights)
      const mustStay = random.uniform() < TRAFFIC.residentShare
      const output = Math.round(random.logNormal(outputTokens, TRAFFIC.spread))
      all.push({
        atMs,
        tier,
        place,
        requirements: mustStay ? { residency: [callers[place]?.residency ?? ''] } : {},
        promptTokens: Math.round(random.logNormal(promptTokens, TRAFFIC.spread)),
        outputTokens: Math.max(8, Math.min(MAX_ANSWER * outputTokens, output)),
        maxTokens: MAX_ANSWER * outputTokens,
        prefixKey: prefixOf(tier, random.uniform(), random.uniform()),
        random: random.uniform(),
      })
    }
  }
  return all.toSorted((a, b) => a.atMs - b.atMs)
}

/** Popularity falls like 1/rank: half of all questions share the beginnings of a few hundred. */
function prefixOf(tier: Tier, kind: number, rank: number): string {
  if (kind >= TRAFFIC.popularShare) return `${tier}/once/${kind}/${rank}`
  return `${tier}/${Math.floor(TRAFFIC.popularSets ** rank)}`
}
