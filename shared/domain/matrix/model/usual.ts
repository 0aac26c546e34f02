import type { Tier } from '../../tiers.ts'
import { modelNamed } from '../sources/lookup.ts'
import { MATRIX } from '../sources/sources.gen.ts'
import { CALIBRATION } from './calibration.gen.ts'
import type { Deployment } from './deployment.ts'
import { minimumLayout } from './memory.ts'
import { predictTimes } from './performance.ts'

/** What a model server needs for any request, however short: part of every first token. Source: the fit. */
export const SERVER_MS = CALIBRATION.constants.serverMs
/** Each other request delays the first token by this share of a prompt. Source: the fit. */
export const LATER_PER_OTHER = CALIBRATION.constants.firstWait

/** What stands for an endpoint of which nothing is known: the tier's first model in FP8, on as few H100 as hold its planned load. */
function usualDeployment(tier: Tier): Deployment {
  const { models, load, slo } = MATRIX.tiers[tier]
  const model = modelNamed(models[0] ?? '')
  const gpu = MATRIX.gpus.h100
  const need = { sequences: load.concurrency, tokens: slo.contextTokens }
  const layout = minimumLayout(model, gpu, 'fp8', need)
  return { model, gpu, precision: 'fp8', ...(layout ?? { tensorParallel: 8, pipelineParallel: 1 }) }
}

const timesOf = (tier: Tier, promptTokens: number, outputTokens: number, concurrency: number) =>
  predictTimes(usualDeployment(tier), { promptTokens, outputTokens, concurrency })

type Usual = { readonly firstTokenMs: number; readonly tokenMs: number }

/** Times of one request alone with a prompt of `promptTokens`. */
export function usualTimes(tier: Tier, promptTokens: number): Usual {
  const { timeToFirstTokenMs, timePerOutputTokenMs } = timesOf(tier, promptTokens, 256, 1)
  return { firstTokenMs: Math.round(timeToFirstTokenMs), tokenMs: Math.round(10 * timePerOutputTokenMs) / 10 }
}

/** With every slot taken, each token takes this much longer than alone: 64 chats at once on the usual deployment of tier L. */
export const SLOWER_WHEN_FULL =
  timesOf('l', 1_024, 1_024, 64).timePerOutputTokenMs / timesOf('l', 1_024, 1_024, 1).timePerOutputTokenMs - 1
