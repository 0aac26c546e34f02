// How far chance in the training questions moves a complexity: what the abstention band is made of.

import { complexityClassifier } from '../../shared/domain/complexity/classify.ts'
import { tierFor } from '../../shared/domain/complexity/tier.ts'
import type { Tier } from '../../shared/domain/tiers.ts'
import { calibrateTiers, quantilesOf } from './calibrate.ts'
import { fit, score } from './fit.ts'
import { mean } from './mean.ts'
import { seeded, shuffled } from './random.ts'
import { type Row, without } from './sets.ts'

const SEED = 3

export type Agreement = {
  /** Standard deviation of the difference between the two complexities of one question. */
  readonly deviation: number
  /** Share of questions of each confidence that both give the same tier; the mean confidence beside it. */
  readonly byConfidence: readonly {
    readonly confidence: number
    readonly same: number
    readonly questions: number
  }[]
  readonly ambiguous: number
  /** Strong minus weak, mean over the questions of each tier. */
  readonly worth: Readonly<Record<Tier, number>>
}

/** Two classifiers from two draws with replacement out of two thirds of the questions, compared on the last third. */
export function agreement(rows: readonly Row[]): Agreement {
  const random = seeded(SEED)
  const order = shuffled(rows, random)
  const held = order.slice(0, order.length / 3)
  const others = without(order.slice(held.length), held)
  const [first, second] = [0, 1].map(() => {
    const drawn = others.flatMap(() => others[Math.floor(random() * others.length)] ?? [])
    const forests = fit(drawn)
    const scored = score(held, forests)
    return complexityClassifier({ ...forests, quantiles: quantilesOf(scored), tiers: calibrateTiers(scored) })
  })
  if (!first || !second) throw new Error('two classifiers are compared')
  const pairs = held.map(({ question, strong, weak }) => {
    const [a, b] = [first(question), second(question)]
    const { tier } = tierFor(a.complexity)
    const isSame = tierFor(b.complexity).tier === tier
    return { ...a, tier, worth: strong - weak, difference: a.complexity - b.complexity, isSame }
  })
  const worth = (tier: Tier) => mean(pairs.filter((pair) => pair.tier === tier).map((pair) => pair.worth))
  return {
    deviation: Math.sqrt(mean(pairs.map(({ difference }) => difference ** 2))),
    ambiguous: mean(pairs.map(({ isAmbiguous }) => Number(isAmbiguous))),
    worth: { s: worth('s'), m: worth('m'), l: worth('l'), xl: worth('xl') },
    byConfidence: [0.4, 0.6, 0.8].map((from) => {
      const own = pairs.filter(({ confidence }) => confidence >= from && confidence < from + 0.2 + 1e-9)
      const confidence = mean(own.map((pair) => pair.confidence))
      return { confidence, same: mean(own.map(({ isSame }) => Number(isSame))), questions: own.length }
    }),
  }
}
