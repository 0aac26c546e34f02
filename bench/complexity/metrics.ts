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
  const recovered = curve(judged)
  const n = judged.length
  let area = 0
  for (let k = 1; k <= n; k += 1) area += ((recovered[k - 1] ?? 0) + (recovered[k] ?? 0)) / 2 / n
  const share = (reached: number) => (100 * recovered.findIndex((value) => value >= reached)) / n
  return { apgr: area, cpt50: share(0.5), cpt80: share(0.8) }
}

function curve(judged: readonly Judged[]): Float64Array {
  const order = judged.toSorted((a, b) => b.score - a.score)
  const recovered = new Float64Array(order.length + 1)
  for (let from = 0; from < order.length; ) {
    let to = from
    let gain = 0
    while (to < order.length && order[to]?.score === order[from]?.score) {
      gain += (order[to]?.strong ?? 0) - (order[to]?.weak ?? 0)
      to += 1
    }
    for (let k = from; k < to; k += 1) recovered[k + 1] = (recovered[k] ?? 0) + gain / (to - from)
    from = to
  }
  const gap = recovered.at(-1) ?? 0
  return recovered.map((value) => value / gap)
}
