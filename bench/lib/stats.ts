/** Nearest-rank percentile of an ascending list; NaN when it is empty. */
export function percentile(ascending: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * ascending.length))
  return ascending[rank - 1] ?? Number.NaN
}

export function median(values: readonly number[]): number {
  const ascending = values.toSorted((a, b) => a - b)
  const middle = ascending.length / 2
  const low = ascending[Math.ceil(middle) - 1] ?? Number.NaN
  const high = ascending[Math.floor(middle)] ?? Number.NaN
  return (low + high) / 2
}
