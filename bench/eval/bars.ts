import { type Bar, metricNamed, readBar } from '../../shared/domain/evaluation/measures.ts'
import type { SetResult } from './run.ts'

export function readBars(given: readonly string[]): Bar[] {
  return given.map((text) => {
    const bar = readBar(text)
    if (bar?.set == null)
      throw new Error(`--at-least: "${text}" is not SET.METRIC=N, such as cranfield.ndcg=0.54`)
    return bar
  })
}

/** A line for each bar that the first configuration, the default, is below, or that nothing was measured for. */
export function missedBars(bars: readonly Bar[], results: readonly SetResult[]): string[] {
  return bars.flatMap(({ set, metric: wanted, least }) => {
    const result = results.find((one) => one.set === set)
    const metrics = result?.configurations[0]?.metrics ?? []
    const name = metricNamed(
      metrics.map(({ metric }) => metric),
      wanted,
    )
    const measured = metrics.find(({ metric }) => metric === name)
    if (!measured) return [`--at-least: ${set}.${wanted} was not measured`]
    // Not "less": a mean of nothing is below every bar.
    return measured.mean >= least
      ? []
      : [`${set}.${measured.metric} is ${measured.mean.toFixed(4)}, below ${least}`]
  })
}
