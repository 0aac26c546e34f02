import type { Constants } from '../../shared/domain/matrix/model/roofline.ts'
import { fitConstants } from './fit.ts'
import type { Point } from './points.ts'

export const FOLDS = 5

/** Which fifth a sweep belongs to: by a hash of its name, so that nobody chose. Points of one sweep stay together. */
export function foldOf({ sweep }: Point): number {
  let hash = 7
  for (const letter of sweep) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0
  return (hash >>> 0) % FOLDS
}

/** A point beside constants that were fitted without it. */
export type HeldOut = { readonly point: Point; readonly constants: Constants }

/** Every point with constants from the other four fifths. */
export function byFold(points: readonly Point[]): HeldOut[] {
  const fitted = Array.from({ length: FOLDS }, (_, fold) =>
    fitConstants(trusted(points).filter((point) => foldOf(point) !== fold)),
  )
  return points.flatMap((point) => {
    const constants = fitted[foldOf(point)]
    return constants ? [{ point, constants }] : []
  })
}

/** The points of each group with constants from all other groups: a GPU or a model that nobody has measured yet. */
export function byGroup(points: readonly Point[], groupOf: (point: Point) => string): HeldOut[] {
  const groups = [...new Set(points.map(groupOf))]
  return groups.flatMap((group) => {
    const constants = fitConstants(trusted(points).filter((point) => groupOf(point) !== group))
    return points.filter((point) => groupOf(point) === group).map((point) => ({ point, constants }))
  })
}

/** Points to fit on: not those of a run with a point that would need more than the GPU can do. They are still judged by. */
export function trusted(points: readonly Point[]): Point[] {
  const rejected = new Set(points.filter(isImpossible).map(({ run }) => run))
  return points.filter(({ run }) => !rejected.has(run))
}

/** More of the data sheet's arithmetic than this is not reached by prompts and answers as they are served. */
const MOST_ARITHMETIC = 0.85

function isImpossible(point: Point): boolean {
  const { promptTokens, outputTokens, concurrency, timeToFirstTokenMs, timePerOutputTokenMs } = point
  const { model, gpu, precision, tensorParallel } = point.deployment
  const cycleSeconds = (timeToFirstTokenMs + outputTokens * timePerOutputTokenMs) / 1_000
  const tokensPerSecond = (concurrency * (promptTokens + outputTokens)) / cycleSeconds
  const flops = (2 * model.activeParameters * tokensPerSecond) / tensorParallel
  return flops > MOST_ARITHMETIC * (gpu.flops[precision] ?? gpu.flops.bf16)
}
