import { missedBar, parseBar } from '../../cli/lib/eval/bars.ts'
import type { Bar } from '../../shared/domain/evaluation/measures.ts'
import type { SetResult } from './run.ts'

export function readBars(given: readonly string[]): Bar[] {
  return given.map((text) => {
    const bar = parseBar(text, true, 'SET.METRIC=N, such as cranfield.ndcg=0.54')
    if (typeof bar === 'string') throw new Error(`--at-least: ${bar}`)
    return bar
  })
}

/** A line for each bar that the first configuration, the default, is below, or that nothing was measured for. */
export function missedBars(bars: readonly Bar[], results: readonly SetResult[]): string[] {
  return bars.flatMap((bar) => {
    const result = results.find(({ set }) => set === bar.set)
    const metrics = [...(result?.configurations[0]?.metrics ?? []), ...(result?.probability ?? [])]
    return missedBar(metrics, bar) ?? []
  })
}
