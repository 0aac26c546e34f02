import type { Deployment } from '../../shared/domain/matrix/model/deployment.ts'
import { MAX_BATCHED_TOKENS, planMemory } from '../../shared/domain/matrix/model/memory.ts'
import { overheadMs, readingMs, stepMs } from '../../shared/domain/matrix/model/performance.ts'
import type { EngineConfig } from './scheduler.ts'

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
    maxStepTokens: MAX_BATCHED_TOKENS,
    kvCapacityTokens: planMemory(deployment).kvCapacityTokens,
    entryMs: overheadMs(deployment) / speed,
    stepMs({ decoding, contextTokens, prefillTokens }) {
      // A step that only reads prompts reads the weights too.
      const writingMs = stepMs(deployment, Math.max(1, decoding), contextTokens)
      const jitter = 1 + JITTER * (2 * random() - 1)
      return ((writingMs + readingMs(deployment, prefillTokens)) * jitter) / speed
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
