// What the choice of a tier costs and brings on dcrouter's test questions, beside sending everything to one of its models.

import { type Classifier, complexityClassifier } from '../../shared/domain/complexity/classify.ts'
import { calibrateTiers, quantilesOf } from './calibrate.ts'
import { fit, type Scored } from './fit.ts'
import { mean } from './mean.ts'
import { type Row, without } from './sets.ts'

/** Billions of parameters: every model here is dense, so this is what a token costs in computation. The data names no prices. */
const SIZES: Readonly<Record<string, number>> = {
  'mistral-7b-instruct-v0.3': 7,
  'qwen2.5-7b-instruct': 7,
  'codegemma-7b': 7,
  'llama-3.1-8b-instruct': 8,
  'llama3-chatqa-1.5-8b': 8,
  'gemma-2-9b-it': 9,
  'llama-3.3-nemotron-super-49b-v1': 49,
  'llama-3.1-nemotron-51b-instruct': 51,
  'llama3-chatqa-1.5-70b': 70,
}

/** On the training questions the best of 7, of 8 to 9 and of 49 to 70 billion. The set has none of 2 billion and no XL. */
const [SMALL, MEDIUM, LARGE] = [
  'qwen2.5-7b-instruct',
  'llama-3.1-8b-instruct',
  'llama-3.1-nemotron-51b-instruct',
] as const

/** Mean billions of parameters a question was answered with, and the mean score of the answers. */
export type CostQuality = { readonly name: string; readonly cost: number; readonly quality: number }

const costQuality = (name: string, rows: readonly Row[], modelOf: (row: Row) => string): CostQuality => {
  const chosen = rows.map((row) => ({ row, model: modelOf(row) }))
  return {
    name,
    cost: mean(chosen.map(({ model }) => SIZES[model] ?? Number.NaN)),
    quality: mean(chosen.map(({ row, model }) => row.models?.[model] ?? 0)),
  }
}

export function singleModels(rows: readonly Row[]): CostQuality[] {
  return Object.keys(SIZES).map((model) => costQuality(model, rows, () => model))
}

/** The shipped path, trained without any question that is asked here. */
export function heldOutClassifier(
  rows: readonly Row[],
  held: readonly Row[],
  scored: readonly Scored[],
): Classifier {
  const forests = fit(without(rows, held))
  return complexityClassifier({
    ...forests,
    quantiles: quantilesOf(scored),
    tiers: calibrateTiers(scored),
  })
}

const STEPS = 100

/** The borders moved through all complexities: from everything small to everything medium, and on to everything large. */
export function tierCurve(rows: readonly Row[], complexityOf: (question: string) => number): CostQuality[] {
  const complexities = new Map(rows.map(({ question }) => [question, complexityOf(question)]))
  const at = (below: string, above: string, border: number) =>
    costQuality(`${above} above ${border}`, rows, ({ question }) =>
      (complexities.get(question) ?? 0) > border ? above : below,
    )
  const borders = Array.from({ length: STEPS + 2 }, (_, step) => (STEPS - step) / STEPS)
  return [
    ...borders.map((border) => at(SMALL, MEDIUM, border)),
    ...borders.map((border) => at(MEDIUM, LARGE, border)),
  ]
}

/** A single model, and the best that choosing reaches for at most its cost. */
export type Comparison = CostQuality & {
  readonly ours: number
  /** Least cost at which choosing is as good as the model; null: at none. */
  readonly reachedAt: number | null
}

export function compare(curve: readonly CostQuality[], singles: readonly CostQuality[]): Comparison[] {
  return singles.map((single) => {
    const affordable = curve.filter(({ cost }) => cost <= single.cost)
    const asGood = curve.filter(({ quality }) => quality >= single.quality)
    return {
      ...single,
      ours: Math.max(0, ...affordable.map(({ quality }) => quality)),
      reachedAt: asGood.length === 0 ? null : Math.min(...asGood.map(({ cost }) => cost)),
    }
  })
}
