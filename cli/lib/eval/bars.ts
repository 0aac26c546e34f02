import { type Bar, metricNamed, readBar } from '../../../shared/domain/evaluation/measures.ts'
import type { Shown } from './metrics.ts'

/** Of these less is better: to be no less than a figure says nothing good of them. */
const LESS_IS_BETTER: ReadonlySet<string> = new Set(['hit-error'])

/** The bar that the text says, or why it is none. `form` is what it has to look like. */
export function parseBar(text: string, hasSet: boolean, form: string): Bar | string {
  const bar = readBar(text)
  if (!bar || (bar.set !== null) !== hasSet) return `"${text}" is not ${form}`
  if (LESS_IS_BETTER.has(bar.metric)) return `"${text}": of ${bar.metric} less is better, so no bar holds it`
  return bar
}

/** A line when the figure is below the bar, or was not measured; null when it is not. */
export function missedBar(metrics: readonly Shown[], { set, metric: wanted, least }: Bar): string | null {
  const names = metrics.map(({ metric }) => metric)
  const name = metricNamed(names, wanted)
  const found = metrics.find(({ metric }) => metric === name)
  const prefix = set === null ? '' : `${set}.`
  if (!found) {
    const rest = names.length === 0 ? '' : `; measured are ${names.join(', ')}`
    return `--at-least: "${prefix}${wanted}" was not measured${rest}`
  }
  // Not "less": a mean of nothing is below every bar.
  return found.mean >= least ? null : `${prefix}${found.metric} is ${found.mean.toFixed(4)}, below ${least}`
}
