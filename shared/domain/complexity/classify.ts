import { TIERS, type Tier } from '../tiers.ts'
import { FEATURES, featuresOf } from './features.ts'
import { type Forest, predict } from './forest.ts'
import { sureness } from './tier.ts'

export type Complexity = {
  /** 0 (trivial) to 1 (frontier): the share of the training questions for which a larger model was worth less. */
  readonly complexity: number
  /** 0.5 to 1: the chance that a classifier trained on other questions of the same kind would choose the same tier. */
  readonly confidence: number
  /** The calibrated chance that a model of the tier answers well; never falls from one tier to the next. */
  readonly sufficient: Readonly<Record<Tier, number>>
  /** Two neighbouring tiers are both defensible; the larger is worth taking only where the budget allows. */
  readonly isAmbiguous: boolean
  /** What moved the complexity most, in points of how much better the larger model is expected to do. */
  readonly features: readonly { readonly name: string; readonly contribution: number }[]
}

export type Classifier = (question: string) => Complexity

/** models/complexity/weights.json; written by bench/complexity/train.ts only. */
export type ComplexityModel = {
  /** How much better than a small model a large one answers. */
  readonly gain: Forest
  /** How well a model of tier M answers. */
  readonly skill: Forest
  /** Ascending gains at equal steps of complexity, from 0 to 1. */
  readonly quantiles: readonly number[]
  /** Logistic calibration of each tier over both. */
  readonly tiers: Readonly<
    Record<Tier, { readonly intercept: number; readonly skill: number; readonly gain: number }>
  >
}

/** Total over every string, without I/O or state. Method and figures: docs/classifier.md. */
export function complexityClassifier(model: ComplexityModel): Classifier {
  return (question) => {
    const input = featuresOf(question)
    const contributions = new Float64Array(FEATURES.length)
    const gain = predict(model.gain, input, (feature, change) => {
      if (feature >= 0) contributions[feature] = (contributions[feature] ?? 0) + change
    })
    const complexity = complexityOf(gain, model.quantiles)
    return {
      complexity,
      ...sureness(complexity),
      sufficient: sufficient(model.tiers, predict(model.skill, input), gain),
      features: telling(contributions),
    }
  }
}

/** Where a gain stands among ascending quantiles, 0 to 1, straight between two of them. */
export function complexityOf(value: number, quantiles: readonly number[]): number {
  const above = quantiles.findIndex((quantile) => quantile > value)
  if (above === -1) return 1
  if (above === 0) return 0
  const [low, high] = [quantiles[above - 1] ?? 0, quantiles[above] ?? 0]
  return (above - 1 + (value - low) / (high - low)) / (quantiles.length - 1)
}

/** The calibrated chance of each tier, given what the two forests say. */
export function sufficient(
  tiers: ComplexityModel['tiers'],
  skill: number,
  gain: number,
): Complexity['sufficient'] {
  const chances = { s: 0, m: 0, l: 0, xl: 0 }
  let least = 0
  for (const tier of TIERS) {
    const { intercept, ...slopes } = tiers[tier]
    const chance = 1 / (1 + Math.exp(-(intercept + slopes.skill * skill + slopes.gain * gain)))
    // Each tier was calibrated on other models' answers; what a smaller one can do, a larger one can.
    least = Math.max(least, chance)
    chances[tier] = least
  }
  return chances
}

const MAX_FEATURES = 4

function telling(contributions: Float64Array): Complexity['features'] {
  return FEATURES.map(({ name }, index) => ({ name, contribution: contributions[index] ?? 0 }))
    .filter(({ contribution }) => contribution !== 0)
    .toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, MAX_FEATURES)
}
