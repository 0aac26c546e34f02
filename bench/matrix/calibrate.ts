import type { EstimateBasis } from '../../shared/domain/matrix/cells/cell.ts'
import {
  type Calibration,
  FEW_AT_ONCE,
  type Quantity,
  type Spread,
} from '../../shared/domain/matrix/model/performance.ts'
import { percentile } from '../lib/stats.ts'
import { firstError, fitConstants, tokenError } from './fit.ts'
import type { Point } from './points.ts'
import { byFold, byGroup, type HeldOut, trusted } from './split.ts'

/** Dense models as vLLM serves them; DeepSeek-V3 and R1, which share an architecture, as SGLang and TensorRT-LLM do: there are no points of vLLM. */
export const used = (points: readonly Point[]): Point[] =>
  points.filter(({ engine, deployment }) => engine === 'vllm' || deployment.model.experts !== null)

/** Constants from all trusted points, intervals from points that were held out. */
export function calibrate(points: readonly Point[]): Calibration {
  const held = {
    measured: byFold(points),
    interpolated: byGroup(points, ({ size }) => size),
    modelled: byGroup(points, ({ gpu }) => gpu),
  }
  const sure = trusted(points)
  return {
    constants: fitConstants(sure),
    measured: names(
      sure.filter(({ engine }) => engine === 'vllm'),
      ({ deployment: { model, gpu, precision } }) => `${model.name} ${gpu.name} ${precision}`,
    ),
    measuredGpus: names(sure, ({ gpu }) => gpu),
    reach: reachOf(sure),
    spreads: { dense: spreads(held, false), experts: spreads(held, true) },
  }
}

/** Ends of what was measured: beyond them nothing is called measured. */
function reachOf(points: readonly Point[]): Calibration['reach'] {
  const sizes = points.filter(isDense).map(({ deployment }) => deployment.model.parameters)
  return {
    leastParameters: Math.min(...sizes),
    mostParameters: Math.max(...sizes),
    promptTokens: Math.max(...points.map(({ promptTokens }) => promptTokens)),
  }
}

const isDense = ({ deployment }: Point): boolean => deployment.model.experts === null

const names = (points: readonly Point[], nameOf: (point: Point) => string) =>
  [...new Set(points.map(nameOf))].toSorted()

type Held = Readonly<Record<EstimateBasis, readonly HeldOut[]>>

function spreads(held: Held, isMixed: boolean): Calibration['spreads']['dense'] {
  const of = (quantity: Quantity) => {
    const at = (basis: EstimateBasis) => spread(ofKind(held[basis], isMixed), quantity)
    const measured = at('measured')
    // There is one mixture of experts, so nothing was held out for another one; and knowing less never makes an interval narrower.
    const interpolated = isMixed ? wider(measured, at('modelled')) : wider(measured, at('interpolated'))
    return { measured, interpolated, modelled: wider(interpolated, at('modelled')) }
  }
  return { token: of('token'), firstAmongFew: of('firstAmongFew'), firstAmongMany: of('firstAmongMany') }
}

export const ofKind = (held: readonly HeldOut[], isMixed: boolean): HeldOut[] =>
  held.filter(({ point }) => (point.deployment.model.experts !== null) === isMixed)

const wider = (a: Spread, b: Spread): Spread => ({
  low: Math.min(a.low, b.low),
  high: Math.max(a.high, b.high),
})

/** Nine of ten measurements lie above `low` × the prediction, and nine of ten below `high` ×. */
export function spread(held: readonly HeldOut[], quantity: Quantity): Spread {
  const ratios = errors(held, quantity)
    .map((error) => Math.exp(-error))
    .toSorted((a, b) => a - b)
  return { low: digits(percentile(ratios, 0.1)), high: digits(percentile(ratios, 0.9)) }
}

const digits = (value: number) => Number(value.toPrecision(4))

/** Logarithms of predicted over measured, of those points that the quantity is about. */
export function errors(held: readonly HeldOut[], quantity: Quantity): number[] {
  const error = quantity === 'token' ? tokenError : firstError
  return held
    .filter(({ point }) => isAbout(point, quantity))
    .map(({ point, constants }) => error(point, constants))
}

const isAbout = ({ concurrency }: Point, quantity: Quantity): boolean =>
  quantity === 'token' || concurrency <= FEW_AT_ONCE === (quantity === 'firstAmongFew')

/** Share of held-out points inside the interval that the other folds' points give. */
export function coverage(folds: readonly (readonly HeldOut[])[], quantity: Quantity): number {
  let inside = 0
  let all = 0
  for (const [fold, own] of folds.entries()) {
    const { low, high } = spread(
      folds.flatMap((other, at) => (at === fold ? [] : other)),
      quantity,
    )
    for (const error of errors(own, quantity)) {
      const ratio = Math.exp(-error)
      if (ratio >= low && ratio <= high) inside += 1
      all += 1
    }
  }
  return inside / all
}
