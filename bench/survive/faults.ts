import type { Scripted } from '../../cli/fleet/faults.ts'
import type { FleetMember } from '../../cli/fleet/fleet.ts'
import { seededRandom } from '../../cli/fleet/seeded.ts'

/** Everything an origin can do wrong, once in a while. */
const FAULTS: readonly Scripted[] = [
  { kind: 'disconnect' },
  { kind: 'slowHead', delayMs: 3_000 },
  { kind: 'refuse', status: 429, retryAfter: '1' },
  { kind: 'refuse', status: 429, retryAfter: 'Wed, 21 Oct 2015 07:28:00 GMT' },
  { kind: 'refuse', status: 503, retryAfter: '-5' },
  { kind: 'refuse', status: 500 },
  { kind: 'html', status: 200 },
  { kind: 'html', status: 502 },
  { kind: 'cut', afterTokens: 0 },
  { kind: 'cut', afterTokens: 10 },
  { kind: 'malformed', afterTokens: 5 },
  { kind: 'stall', afterTokens: 8, forMs: 30_000 },
  { kind: 'slowTokens', msPerToken: 400 },
  { kind: 'endless' },
  { kind: 'comments', perToken: 20 },
  { kind: 'crlf' },
  { kind: 'splitUtf8' },
  { kind: 'noDone' },
  { kind: 'noUsage' },
  { kind: 'wrongUsage', as: 'tooLarge' },
  { kind: 'wrongUsage', as: 'negative' },
  { kind: 'wrongUsage', as: 'twice' },
]

const SHARE = 0.1
const OUTAGE = { everyMs: 10_000, forMs: 4_000 } as const

/** One completion in ten goes wrong at every origin, in every way in turn; now and then all origins of one provider are away at once. Returns how to stop that. */
export function breakThings(members: readonly FleetMember[], requests: number, seed: number): () => void {
  const random = seededRandom(seed)
  let next = Math.floor(random() * FAULTS.length)
  for (const { origin } of members) {
    const script = Array.from({ length: requests }, (): Scripted => {
      if (random() >= SHARE) return null
      next += 1
      return FAULTS[next % FAULTS.length] ?? null
    })
    origin.script(...script)
  }
  const timer = setInterval(() => {
    const lost = members[Math.floor(random() * members.length)]?.request.provider
    for (const { origin, request } of members)
      if (request.provider === lost) origin.script({ kind: 'outage', forMs: OUTAGE.forMs })
  }, OUTAGE.everyMs)
  return () => clearInterval(timer)
}
