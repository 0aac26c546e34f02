// What the choice of a tier costs and brings on dcrouter's test questions, beside sending everything to one of its models.

import { complexityOf } from '../../shared/domain/complexity/classify.ts'
import { meanWithInterval } from '../../shared/domain/evaluation/statistics.ts'
import { quantilesOf } from './calibrate.ts'
import { fit, type Scored, score } from './fit.ts'
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

const scoreOf = ({ models }: Row, model: string) => models?.[model] ?? 0

/** Mean billions of parameters a question was answered with, and the mean score of the answers. */
export type CostQuality = { readonly name: string; readonly cost: number; readonly quality: number }

const costQuality = (name: string, rows: readonly Row[], modelOf: (row: Row) => string): CostQuality => {
  const chosen = rows.map((row) => ({ row, model: modelOf(row) }))
  return {
    name,
    cost: mean(chosen.map(({ model }) => SIZES[model] ?? Number.NaN)),
    quality: mean(chosen.map(({ row, model }) => scoreOf(row, model))),
  }
}

export function singleModels(rows: readonly Row[]): CostQuality[] {
  return Object.keys(SIZES).map((model) => costQuality(model, rows, () => model))
}

/** Forests that saw none of the questions that are asked here. */
export function withoutTest(
  rows: readonly Row[],
  test: readonly Row[],
  scored: readonly Scored[],
): Complexities {
  const quantiles = quantilesOf(scored)
  const held = score(test, fit(without(rows, test)))
  return new Map(held.map(({ row, gain }) => [row.question, complexityOf(gain, quantiles)]))
}

/** Complexity of each question, by the question. */
type Complexities = ReadonlyMap<string, number>

export function heldOutComplexities(scored: readonly Scored[]): Complexities {
  const quantiles = quantilesOf(scored)
  return new Map(scored.map(({ row, gain }) => [row.question, complexityOf(gain, quantiles)]))
}

const STEPS = 100
const BORDERS = Array.from({ length: STEPS + 2 }, (_, step) => (STEPS - step) / STEPS)

const above = (border: number, complexities: Complexities, below: string, larger: string) => (row: Row) =>
  (complexities.get(row.question) ?? 0) > border ? larger : below

/** The borders moved through all complexities: from everything small to everything medium, and on to everything large. */
export function tierCurve(rows: readonly Row[], complexities: Complexities): CostQuality[] {
  return [
    [SMALL, MEDIUM],
    [MEDIUM, LARGE],
  ].flatMap(([below = SMALL, larger = LARGE]) =>
    BORDERS.map((border) =>
      costQuality(`${larger} above ${border}`, rows, above(border, complexities, below, larger)),
    ),
  )
}

export type Chosen = CostQuality & {
  readonly border: number
  readonly difference: ReturnType<typeof meanWithInterval>
}

/** The border between medium and large that answers the training questions best, as it does on the test questions; beside the large model alone. */
export function chosenOnTraining(
  training: readonly Row[],
  test: readonly Row[],
  complexities: { readonly training: Complexities; readonly test: Complexities },
): Chosen {
  const qualities = BORDERS.map((border) => {
    const modelOf = above(border, complexities.training, MEDIUM, LARGE)
    return { border, quality: costQuality('', training, modelOf).quality }
  })
  const [best = { border: 0 }] = qualities.toSorted((a, b) => b.quality - a.quality)
  const modelOf = above(best.border, complexities.test, MEDIUM, LARGE)
  const differences = test.map((row) => scoreOf(row, modelOf(row)) - scoreOf(row, LARGE))
  return {
    ...costQuality('chosen', test, modelOf),
    border: best.border,
    difference: meanWithInterval(differences),
  }
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
