import type { Origin as Registered } from '../lib/origin.ts'
import { demoAnswer } from './answers.ts'
import { CATALOGUE, type SimulatedEndpoint } from './catalogue.ts'
import { type Origin, startOrigin } from './origin.ts'
import {
  coldStartOf,
  contextTokensOf,
  deploymentOf,
  maxConcurrencyOf,
  registrationOf,
} from './registration.ts'
import { hashOf, seededRandom } from './seeded.ts'
import { createTicker, type Ticker } from './ticker.ts'
import { deploymentTiming } from './timing.ts'

/** The latest requests that each origin remembers. */
const REQUESTS_KEPT = 100

export type FleetOptions = {
  /** How many times faster than the hardware; default 1. */
  readonly timeScale?: number
  readonly seed?: number
  /** Ids of the endpoints to start; default all. */
  readonly only?: readonly string[]
}

/** An origin, and how the API takes it. */
export type FleetMember = Registered & { readonly origin: Origin }
export type Fleet = { readonly members: readonly FleetMember[]; readonly stop: () => Promise<void> }

/** Origins on free ports of this machine that behave like vLLM on the hardware of the catalogue, in this process. */
export async function startFleet({ timeScale = 1, seed = 1, only }: FleetOptions = {}): Promise<Fleet> {
  const ticker = createTicker()
  const chosen = CATALOGUE.filter(({ id }) => only?.includes(id) ?? true)
  const members = await Promise.all(chosen.map((endpoint) => startMember(endpoint, timeScale, seed, ticker)))
  return {
    members,
    stop: async () => void (await Promise.all(members.map(({ origin }) => origin.close()))),
  }
}

async function startMember(
  endpoint: SimulatedEndpoint,
  speed: number,
  seed: number,
  ticker: Ticker,
): Promise<FleetMember> {
  const { id, model } = endpoint
  const random = seededRandom(seed + hashOf(id))
  const maxSequences = maxConcurrencyOf(endpoint)
  const origin = await startOrigin({
    model,
    ticker,
    answer: demoAnswer,
    requestsKept: REQUESTS_KEPT,
    contextTokens: contextTokensOf(endpoint),
    timing: deploymentTiming(deploymentOf(endpoint), { maxSequences, speed, random }),
    ...coldStartOf(endpoint, speed),
  })
  return { id, origin, request: registrationOf(endpoint, { url: origin.url, speed }) }
}
