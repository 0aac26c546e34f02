import {
  type Deployment,
  decodeStepMs,
  kvCapacityTokens,
  prefillMs,
} from '../../shared/domain/performance.ts'
import type { EngineConfig } from './scheduler.ts'

/** vLLM's default for a server on a large GPU. */
const MAX_STEP_TOKENS = 8_192
/** What a server takes for itself before a request is in the queue. */
const ENTRY_MS = 40
/** Steps of the same kind differ by this share, to either side. */
const JITTER = 0.05

type Options = {
  readonly maxSequences: number
  /** How many times faster than the hardware. */
  readonly speed: number
  readonly random: () => number
}

/** An engine as fast as the performance model says this deployment is. */
export function deploymentTiming(
  deployment: Deployment,
  { maxSequences, speed, random }: Options,
): EngineConfig {
  return {
    maxSequences,
    maxStepTokens: MAX_STEP_TOKENS,
    kvCapacityTokens: kvCapacityTokens(deployment),
    entryMs: ENTRY_MS / speed,
    stepMs({ decoding, contextTokens, prefillTokens }) {
      // A step that only reads prompts reads the weights too.
      const stepMs = decodeStepMs(deployment, Math.max(1, decoding), contextTokens)
      const jitter = 1 + JITTER * (2 * random() - 1)
      return ((stepMs + prefillMs(deployment, prefillTokens)) * jitter) / speed
    },
  }
}

/** An engine without limits that takes the same time for every token. */
export const steadyTiming = (tokenMs: number): EngineConfig => ({
  maxSequences: Number.POSITIVE_INFINITY,
  maxStepTokens: Number.POSITIVE_INFINITY,
  kvCapacityTokens: Number.POSITIVE_INFINITY,
  entryMs: 0,
  stepMs: () => tokenMs,
})
