import type { EndpointRecord } from '../endpoint.ts'
import type { EndpointSnapshot } from '../fleet.ts'
import { LATER_PER_OTHER, SERVER_MS, SLOWER_WHEN_FULL, usualTimes } from '../matrix/model/usual.ts'

/** The prompt that a registration's nominal time to first token is said for. */
export const PROMPT_OF_NOMINAL_TOKENS = 1_024
/** After this long without an answer, half of what was measured is forgotten: a slow endpoint is tried again, not starved. */
const HALF_LIFE_MS = 30_000

/** Where a prediction comes from: answers of this endpoint, its registration, or what its size usually does. */
export const BASES = ['measured', 'nominal', 'default'] as const
export type Basis = (typeof BASES)[number]

/** Milliseconds on one request alone. The first token takes `firstTokenMs` and `firstTokenMsPerPrompt` for every 1,024 tokens of prompt. */
export type Speed = {
  readonly firstTokenMs: number
  readonly firstTokenMsPerPrompt: number
  readonly tokenMs: number
  readonly basis: Basis
}

/** What the matrix expects of each size, for an endpoint of which nothing is known. */
const USUAL = {
  s: usualTimes('s', PROMPT_OF_NOMINAL_TOKENS),
  m: usualTimes('m', PROMPT_OF_NOMINAL_TOKENS),
  l: usualTimes('l', PROMPT_OF_NOMINAL_TOKENS),
  xl: usualTimes('xl', PROMPT_OF_NOMINAL_TOKENS),
}

/** What to expect of an endpoint: what was measured, the older the less, over what was promised or is usual. */
export function speedOf(endpoint: EndpointRecord, snapshot: EndpointSnapshot | null, nowMs: number): Speed {
  const promised = promiseOf(endpoint)
  const measured = measurement(snapshot, endpoint, nowMs)
  if (!measured) return promised
  const { trust, firstTokenMs, tokenMs } = measured
  const mixed = (known: number, assumed: number) => trust * known + (1 - trust) * assumed
  return {
    // Nobody says how long the prompts were that the measurement is from; those of one endpoint are alike.
    firstTokenMs: mixed(firstTokenMs, promised.firstTokenMs),
    firstTokenMsPerPrompt: mixed(0, promised.firstTokenMsPerPrompt),
    tokenMs: mixed(tokenMs ?? promised.tokenMs, promised.tokenMs),
    basis: 'measured',
  }
}

function promiseOf(endpoint: EndpointRecord): Speed {
  const { tier, nominalTimeToFirstTokenMs, nominalTimePerOutputTokenMs } = endpoint
  const usual = USUAL[tier ?? 'm']
  const firstTokenMs = nominalTimeToFirstTokenMs ?? usual.firstTokenMs
  const serverMs = Math.min(SERVER_MS, firstTokenMs)
  return {
    firstTokenMs: serverMs,
    firstTokenMsPerPrompt: firstTokenMs - serverMs,
    tokenMs: nominalTimePerOutputTokenMs ?? usual.tokenMs,
    basis: nominalTimeToFirstTokenMs === null ? 'default' : 'nominal',
  }
}

function measurement(snapshot: EndpointSnapshot | null, endpoint: EndpointRecord, nowMs: number) {
  if (!snapshot || snapshot.timeToFirstTokenMs === null) return null
  const { timeToFirstTokenMs, timePerOutputTokenMs, inFlight, lastServedAtMs, atMs } = snapshot
  // With requests under way there is news soon; without, the last answer ages.
  const ageMs = inFlight > 0 ? 0 : Math.max(0, nowMs - (lastServedAtMs ?? atMs))
  const load = Math.min(1, inFlight / endpoint.maxConcurrency)
  return {
    trust: 2 ** (-ageMs / HALF_LIFE_MS),
    firstTokenMs: timeToFirstTokenMs / (1 + LATER_PER_OTHER * inFlight),
    tokenMs: timePerOutputTokenMs === null ? null : timePerOutputTokenMs / (1 + SLOWER_WHEN_FULL * load),
  }
}
