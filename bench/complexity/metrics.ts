import { shuffled } from './random.ts'

/** One question to rank: the router's score (higher goes to the strong model) and both models' results. */
export type Judged = { readonly score: number; readonly weak: number; readonly strong: number }

export type Routing = {
  /** Area under the share of the gap recovered, over the share of calls to the strong model; random is .5. */
  readonly apgr: number
  /** Least share of strong calls, in percent, that recovers half or four fifths of the gap. */
  readonly cpt50: number
  readonly cpt80: number
}

/**
 * Exact: every possible number of strong calls is a point of the curve, the area is by trapezoids, and questions of one score
 * are sent in expectation over their order. RouteLLM's evaluate.py takes 10 quantiles of the same curve.
 */
export function routing(judged: readonly Judged[]): Routing {
  return measure(gainsInOrder(judged))
}

/** The share of the gap recovered after 0, 1, 2 … strong calls. */
function recovered(gains: readonly number[]): number[] {
  let sum = 0
  const curve = [0, ...gains.map((gain) => (sum += gain))]
  return curve.map((value) => value / sum)
}

/** The share of the gap recovered at each percent of strong calls, for drawing. */
export function routingCurve(judged: readonly Judged[]): [number, number][] {
  const curve = recovered(gainsInOrder(judged))
  return Array.from({ length: 101 }, (_, percent) => {
    const calls = Math.round((percent / 100) * (curve.length - 1))
    return [percent, curve[calls] ?? 0]
  })
}

function measure(gains: readonly number[]): Routing {
  const curve = recovered(gains)
  const calls = gains.length
  const area = curve.reduce((sum, value) => sum + value, 0) - 0.5
  const share = (wanted: number) => (100 * curve.findIndex((value) => value >= wanted)) / calls
  return { apgr: area / calls, cpt50: share(0.5), cpt80: share(0.8) }
}

/** Strong minus weak, best score first; questions of one score share their mean. */
function gainsInOrder(judged: readonly Judged[]): number[] {
  const byScore = Map.groupBy(judged, ({ score }) => score)
  return [...byScore]
    .toSorted(([a], [b]) => b - a)
    .flatMap(([, tied]) => {
      const mean = tied.reduce((sum, { strong, weak }) => sum + strong - weak, 0) / tied.length
      return tied.map(() => mean)
    })
}

export type Interval = { readonly low: number; readonly high: number }

const RESAMPLES = 1_000

/** 95 % interval of the APGR by drawing as many questions with replacement; questions of one score stand in a random order. */
export function apgrInterval(judged: readonly Judged[], random: () => number): Interval {
  const gains = shuffled(judged, random)
    .toSorted((a, b) => b.score - a.score)
    .map(({ strong, weak }) => strong - weak)
  const areas = Array.from({ length: RESAMPLES }, () => {
    const drawn = new Uint8Array(gains.length)
    for (let i = 0; i < gains.length; i += 1) {
      const at = Math.floor(random() * gains.length)
      drawn[at] = (drawn[at] ?? 0) + 1
    }
    return area(gains, drawn)
  }).toSorted((a, b) => a - b)
  const at = (share: number) => areas[Math.floor(share * (RESAMPLES - 1))] ?? Number.NaN
  return { low: at(0.025), high: at(0.975) }
}

/** The same area with each gain taken `times` over. */
function area(gains: readonly number[], times: Uint8Array): number {
  let [sum, under] = [0, 0]
  for (const [i, gain] of gains.entries())
    for (let n = times[i] ?? 0; n > 0; n -= 1) {
      under += sum + gain / 2
      sum += gain
    }
  return under / sum / gains.length
}

/** The chance that a positive scores above a negative; ties count half. */
export function auroc(positives: readonly number[], negatives: readonly number[]): number {
  const all = [
    ...positives.map((score) => ({ score, weak: 0, strong: 1 })),
    ...negatives.map((score) => ({ score, weak: 0, strong: 0 })),
  ]
  // The area under "positives found" over "questions taken" is the ROC's, less the positives' own share of the width.
  const share = positives.length / all.length
  return (routing(all).apgr - share / 2) / (1 - share)
}
