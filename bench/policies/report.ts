/** Student's t for a two-sided interval of 95 %, by number of runs. */
const T = [Number.NaN, Number.NaN, 12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26] as const

/** The mean and the half-width of its 95 % interval over independent runs. */
export function meanAndInterval(values: readonly number[], digits: number): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  if (!Number.isFinite(mean)) return '∞'
  const variance =
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1)
  const half = (T[values.length] ?? 1.96) * Math.sqrt(variance / values.length)
  return `${mean.toFixed(digits)} ± ${half.toFixed(digits)}`
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = header.map((_, column) => (column === 0 ? '---' : '--:'))
  return [header, rule, ...rows].map(line).join('\n')
}
