import type { Deployment } from './deployment.ts'
import { type Constants, decodeStepMs, interruptionMs, prefillMs, serverMs } from './roofline.ts'

/** Requests of one shape, `concurrency` of which are always open: each one's end is the next one's beginning. */
export type Load = {
  readonly promptTokens: number
  readonly outputTokens: number
  readonly concurrency: number
}

export type Times = {
  /** Sequences that are worked on at once; the others wait for room in the KV cache. */
  readonly active: number
  readonly timeToFirstTokenMs: number
  /** Part of the time to the first token that is spent waiting for room. */
  readonly queueMs: number
  /** All but one in a hundred get their first token within this. */
  readonly timeToFirstTokenP99Ms: number
  readonly timePerOutputTokenMs: number
}

/** Output of all sequences together. What waits for room writes nothing, and takes no turn from those that do. */
export const tokensPerSecond = (
  { active, timePerOutputTokenMs, timeToFirstTokenMs, queueMs }: Omit<Times, 'timeToFirstTokenP99Ms'>,
  { outputTokens }: Pick<Load, 'outputTokens'>,
): number => (1_000 * active) / (timePerOutputTokenMs + (timeToFirstTokenMs - queueMs) / outputTokens)

/** Mean times under a load. A cache that holds fewer sequences than are open makes the rest wait. */
export function meanTimes(
  deployment: Deployment,
  { promptTokens, outputTokens, concurrency }: Load,
  kvCapacityTokens: number,
  constants: Constants,
): Times {
  const heldTokens = promptTokens + outputTokens / 2
  const active = Math.min(concurrency, Math.max(1, kvCapacityTokens / heldTokens))
  const stepMs = decodeStepMs(deployment, active, active * heldTokens, constants)
  const promptMs = prefillMs(deployment, promptTokens, promptTokens, constants)
  const readPerStep = (promptTokens * active) / outputTokens
  // While a request writes its answer, every other one's prompt is read once.
  const timePerOutputTokenMs = stepMs + interruptionMs(deployment, readPerStep, promptTokens, constants)
  const ownMs = serverMs(deployment, constants) + promptMs * (1 + constants.firstWait * (active - 1))
  const serviceMs = ownMs + outputTokens * timePerOutputTokenMs
  const queueMs = serviceMs * (concurrency / active - 1)
  const lateMs = lateWaitMs(promptMs, active, ownMs + outputTokens * timePerOutputTokenMs) + stepMs
  return {
    active,
    timeToFirstTokenMs: ownMs + queueMs,
    timeToFirstTokenP99Ms: ownMs + lateMs + queueMs,
    queueMs,
    timePerOutputTokenMs,
  }
}

/**
 * What the unluckiest hundredth waits for others' prompts, and for the step under way, besides the mean: the mean wait of a queue with constant service (Pollaczek and Khinchine),
 * whose tail is about exponential; never longer than everybody else's prompt. Measurements give means only, so this is modelled everywhere.
 */
function lateWaitMs(promptMs: number, active: number, serviceMs: number): number {
  const busyShare = Math.min(BUSIEST, (promptMs * active) / serviceMs)
  const meanMs = (promptMs * busyShare) / (2 * (1 - busyShare))
  return Math.min((active - 1) * promptMs, Math.log(100) * meanMs + promptMs * busyShare)
}
const BUSIEST = 0.98
