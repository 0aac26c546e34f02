import { FEATURES, featuresOf } from '../../shared/domain/complexity/features.ts'
import { type Forest, predict } from '../../shared/domain/complexity/forest.ts'
import { bin } from './bins.ts'
import { type BoostOptions, boost, type Lesson } from './boost.ts'
import { seeded, shuffled } from './random.ts'
import { type Row, without } from './sets.ts'

/** The same for every training, whatever is held out. */
const COMMON = { learningRate: 0.05, minLeaf: 40, ridge: 5, rowShare: 0.5, featureShare: 0.5, seed: 1 }
/** GSM8K has a tenth of MMLU's questions. */
const WEIGHTS: Readonly<Record<Row['set'], number>> = { mmlu: 1, gsm8k: 2, dcrouter: 1, 'mt-bench': 1 }

const ALL = FEATURES.map(({ rises }, index) => ({ index, rises }))
const ROBUST: BoostOptions = { ...COMMON, rounds: 150, features: ALL.filter(({ rises }) => rises) }
const FULL: BoostOptions = { ...COMMON, rounds: 200, features: ALL }
const SKILL: BoostOptions = {
  ...COMMON,
  rounds: 150,
  features: ALL.map(({ index }) => ({ index, rises: false })),
}

export type Forests = {
  /** How much better than a small model a large one answers: the mean of a forest held to what transfers and one that may use all. */
  readonly gain: Forest
  /** How well a model of tier M answers. */
  readonly skill: Forest
}

const inputs = new Map<string, Float64Array>()
export function inputOf({ question }: Row): Float64Array {
  const known = inputs.get(question)
  if (known) return known
  const input = featuresOf(question)
  inputs.set(question, input)
  return input
}

export function fit(rows: readonly Row[]): Forests {
  const binned = bin(rows.map(inputOf))
  const lesson = gains(rows)
  const [robust, full] = [boost(binned, lesson, ROBUST), boost(binned, lesson, FULL)]
  const skills = Float64Array.from(rows, ({ tiers }) => tiers.m)
  const skill = boost(binned, { targets: skills, weights: new Float64Array(rows.length).fill(1) }, SKILL)
  return { gain: mean(robust, full), skill }
}

/** Strong minus weak, from which each set's mean is taken: which set a question is from shall not matter. */
function gains(rows: readonly Row[]): Lesson {
  const means = new Map<string, number>()
  for (const set of new Set(rows.map((row) => row.set))) {
    const own = rows.filter((row) => row.set === set)
    means.set(set, own.reduce((sum, { strong, weak }) => sum + strong - weak, 0) / own.length)
  }
  return {
    targets: Float64Array.from(rows, ({ set, strong, weak }) => strong - weak - (means.get(set) ?? 0)),
    weights: Float64Array.from(rows, ({ set }) => WEIGHTS[set]),
  }
}

function mean(a: Forest, b: Forest): Forest {
  return {
    base: (a.base + b.base) / 2,
    features: [...a.features, ...b.features],
    thresholds: [...a.thresholds, ...b.thresholds],
    values: [...a.values, ...b.values].map((value) => Number((value / 2).toFixed(6))),
  }
}

/** What forests that never saw the question say of it. */
export type Scored = {
  readonly row: Row
  readonly fold: number
  readonly gain: number
  readonly skill: number
}

export function score(rows: readonly Row[], { gain, skill }: Forests, fold = 0): Scored[] {
  return rows.map((row) => {
    const input = inputOf(row)
    return { row, fold, gain: predict(gain, input), skill: predict(skill, input) }
  })
}

const FOLDS = 5
const FOLD_SEED = 7

/** Every row scored by forests trained on the other folds; a question that stands in several sets is never on both sides. */
export function crossFit(rows: readonly Row[]): Scored[] {
  const order = shuffled(rows, seeded(FOLD_SEED))
  return Array.from({ length: FOLDS }, (_, fold) => {
    const held = order.filter((_row, index) => index % FOLDS === fold)
    const others = order.filter((_row, index) => index % FOLDS !== fold)
    return score(held, fit(without(others, held)), fold)
  }).flat()
}
