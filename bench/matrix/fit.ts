import type { Constants } from '../../shared/domain/matrix/model/roofline.ts'
import { meanTimes, type Times } from '../../shared/domain/matrix/model/times.ts'
import { minimise } from './minimise.ts'
import { kvCapacity, type Point } from './points.ts'

/** Where the search begins, and what a constant is drawn back to where the data do not speak. */
const START: Constants = {
  bandwidth: 0.8,
  prefill: { bf16: 0.5, fp8: 0.5, nvfp4: 0.3 },
  betweenTokens: { bf16: 0.7, fp8: 0.7, nvfp4: 0.5 },
  link: 0.5,
  layerMs: 0.05,
  layerMsPerDoubling: 0.005,
  layerMsPerSequence: 0.0003,
  serverMs: 50,
  firstWait: 0.1,
  expertsStep: 1,
  expertsFirstMs: 100,
}
const PULL = 0.001

/** The roofline's constants for these points. Times between tokens first, then what only first tokens depend on, then mixtures of experts. */
export function fitConstants(points: readonly Point[]): Constants {
  const dense = points.filter(({ deployment }) => deployment.model.experts === null)
  const mixed = points.filter(({ deployment }) => deployment.model.experts !== null)
  const paced = search(dense, START, PACE, tokenError)
  // With more at once waiting decides, and waiting hides what a prompt costs.
  const firsts = dense.filter(({ concurrency }) => concurrency <= FEW)
  const started = search(firsts, paced, FIRST, firstError)
  const stepped = search(mixed, started, [number('expertsStep')], tokenError)
  const fewMixed = mixed.filter(({ concurrency }) => concurrency <= FEW)
  return rounded(search(fewMixed, stepped, [number('expertsFirstMs')], firstError))
}
const FEW = 16

export const timesOf = (point: Point, constants: Constants): Times =>
  meanTimes(point.deployment, point, kvCapacity(point.deployment), constants)

export const tokenError = (point: Point, constants: Constants): number =>
  Math.log(timesOf(point, constants).timePerOutputTokenMs / point.timePerOutputTokenMs)
export const firstError = (point: Point, constants: Constants): number =>
  Math.log(timesOf(point, constants).timeToFirstTokenMs / point.timeToFirstTokenMs)

type Knob = {
  readonly get: (constants: Constants) => number
  readonly set: (constants: Constants, value: number) => Constants
}
type Plain = { [K in keyof Constants]: Constants[K] extends number ? K : never }[keyof Constants]

const number = (name: Plain): Knob => ({
  get: (constants) => constants[name],
  set: (constants, value) => ({ ...constants, [name]: value }),
})
const share = (name: 'prefill' | 'betweenTokens', arithmetic: 'bf16' | 'fp8' | 'nvfp4'): Knob => ({
  get: (constants) => constants[name][arithmetic],
  set: (constants, value) => ({ ...constants, [name]: { ...constants[name], [arithmetic]: value } }),
})

const PACE: readonly Knob[] = [
  number('bandwidth'),
  share('betweenTokens', 'bf16'),
  share('betweenTokens', 'fp8'),
  share('betweenTokens', 'nvfp4'),
  number('link'),
  number('layerMs'),
  number('layerMsPerDoubling'),
  number('layerMsPerSequence'),
]
/** One share for both: bf16 was measured in one sweep of one model, which would otherwise decide for every GPU without FP8. */
const WHOLE_PREFILL: Knob = {
  get: ({ prefill }) => prefill.fp8,
  set: (constants, value) => ({ ...constants, prefill: { ...constants.prefill, bf16: value, fp8: value } }),
}
const FIRST: readonly Knob[] = [
  WHOLE_PREFILL,
  share('prefill', 'nvfp4'),
  number('serverMs'),
  number('firstWait'),
]

/** Least mean absolute error of the logarithms, which half of the points fall under and a few odd ones hardly move. Constants are searched as logarithms, so that they stay positive. */
function search(
  points: readonly Point[],
  from: Constants,
  knobs: readonly Knob[],
  error: (point: Point, constants: Constants) => number,
): Constants {
  if (points.length === 0) return from
  const start = knobs.map(({ get }) => Math.log(get(from)))
  const at = (values: readonly number[]) =>
    knobs.reduce((constants, { set }, index) => set(constants, Math.exp(values[index] ?? 0)), from)
  const loss = (values: readonly number[]) => {
    const constants = at(values)
    const missed = points.reduce((sum, point) => sum + Math.hypot(error(point, constants), 0.01), 0)
    const pulled = values.reduce((sum, value, index) => sum + (value - (start[index] ?? 0)) ** 2, 0)
    return missed / points.length + PULL * pulled
  }
  return at(minimise(loss, start))
}

/** Four digits: more would pretend, and would differ between machines. */
function rounded(constants: Constants): Constants {
  return JSON.parse(
    JSON.stringify(constants, (_, value: unknown) =>
      typeof value === 'number' ? Number(value.toPrecision(4)) : value,
    ),
  )
}
