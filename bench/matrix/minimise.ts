/** Nelder and Mead's simplex (1965): finds a low point of `loss` from `start` without derivatives. The same numbers every time. */
export function minimise(
  loss: (point: readonly number[]) => number,
  start: readonly number[],
  { steps = 4_000, spread = 0.2 } = {},
): number[] {
  const corner = (point: number[]): Corner => ({ point, loss: loss(point) })
  const around = start.map((_, axis) => start.map((value, at) => (at === axis ? value + spread : value)))
  let best = corner([...start])
  let others = around.map(corner)
  for (let step = 0; step < steps; step += 1) {
    const ranked = [best, ...others].toSorted((a, b) => a.loss - b.loss)
    best = ranked[0] ?? best
    const worst = ranked.at(-1) ?? best
    if (worst.loss - best.loss < CLOSE) break
    const centre = start.map((_, axis) => sum(ranked.slice(0, -1), axis) / start.length)
    const along = (share: number) =>
      corner(centre.map((value, axis) => value + share * (value - (worst.point[axis] ?? 0))))
    const better = replacement(along, { best, second: ranked.at(-2) ?? worst, worst })
    const { point: nearest } = best
    others = better
      ? [...ranked.slice(1, -1), better]
      : ranked.slice(1).map(({ point }) => corner(midway(nearest, point)))
  }
  return best.point
}
const CLOSE = 1e-10

/** What takes the worst corner's place: its reflection, further out where that is best of all, or nearer; null when nothing is better. */
function replacement(
  along: (share: number) => Corner,
  { best, second, worst }: { best: Corner; second: Corner; worst: Corner },
): Corner | null {
  const reflected = along(1)
  if (reflected.loss < best.loss) {
    const expanded = along(2)
    return expanded.loss < reflected.loss ? expanded : reflected
  }
  if (reflected.loss < second.loss) return reflected
  const contracted = along(reflected.loss < worst.loss ? 0.5 : -0.5)
  return contracted.loss < Math.min(worst.loss, reflected.loss) ? contracted : null
}

type Corner = { point: number[]; loss: number }

const sum = (corners: readonly Corner[], axis: number): number =>
  corners.reduce((total, { point }) => total + (point[axis] ?? 0), 0)

const midway = (a: readonly number[], b: readonly number[]): number[] =>
  b.map((value, axis) => ((a[axis] ?? 0) + value) / 2)
