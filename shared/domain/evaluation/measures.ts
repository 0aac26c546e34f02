import { characterOverlap } from './characters.ts'
import type { Found, Target } from './judged.ts'
import { ndcg, pass, precision, recall } from './ranking.ts'

type Measure = (hits: readonly Found[], targets: readonly Target[], depth: number) => number

const MEASURES = {
  ndcg,
  recall,
  precision,
  pass,
  'span-recall': (...of) => characterOverlap(...of).recall,
  'span-precision': (...of) => characterOverlap(...of).precision,
  iou: (...of) => characterOverlap(...of).iou,
} satisfies Readonly<Record<string, Measure>>

/** What is measured, and over how many of the first: `ndcg@10`. */
export type MeasureName = `${keyof typeof MEASURES}@${number}`

/** One question's score. */
export function measure(name: MeasureName, hits: readonly Found[], targets: readonly Target[]): number {
  const [what, depth] = name.split('@')
  const found = Object.entries(MEASURES).find(([known]) => known === what)
  return found ? found[1](hits, targets, Number(depth)) : Number.NaN
}

/** A figure that must not be less: `least` of `metric`, of a set where several are measured. */
export type Bar = { readonly set: string | null; readonly metric: string; readonly least: number }

/** Reads `metric=N` or `set.metric=N`; null for anything else. */
export function readBar(text: string): Bar | null {
  const [, set = null, metric = '', value = ''] =
    /^(?:([a-z0-9_-]+)\.)?([a-z-]+(?:@\d+)?)=(0?\.\d+|0|1)$/.exec(text) ?? []
  return metric === '' ? null : { set, metric, least: Number(value) }
}

/** The metric of that name, or the first that begins with it: `ndcg` is `ndcg@10` where that is measured. */
export function metricNamed(names: readonly string[], wanted: string): string | null {
  return names.find((name) => name === wanted) ?? names.find((name) => name.startsWith(`${wanted}@`)) ?? null
}
