import { type EvidenceSignals, evidenceSignals } from '../../shared/domain/abstention/answerability.ts'
import { readEvidence } from '../../shared/domain/grounding/reading.ts'
import { dot, logistic } from '../complexity/logistic.ts'
import type { Asked, AskedSets } from './abstention.ts'

export const ASKED_INPUTS: readonly (keyof EvidenceSignals)[] = ['coverage', 'type', 'facts']

/** Answerable questions that may be refused for want of passages, and in all; the rest of what is refused is the gain. */
const MAY_HAVE_NO_EVIDENCE = 0.03
const MAY_BE_REFUSED = 0.08

const signalsOf = ({ question, sources }: Asked) => evidenceSignals(question, readEvidence(sources))
const inputOf = (signals: EvidenceSignals) => [1, ...ASKED_INPUTS.map((input) => signals[input])]

/** Weights by a logistic over answerable questions and all three kinds of others; thresholds by what may be refused wrongly. */
export function fitAbstention(dev: AskedSets) {
  const answerable = dev.answerable.map(signalsOf)
  const others = [...dev.adversarial, ...dev.sibling, ...dev.foreign].map(signalsOf)
  const points = [
    ...answerable.map((signals) => ({ input: inputOf(signals), label: 1 })),
    ...others.map((signals) => ({ input: inputOf(signals), label: 0 })),
  ]
  const weights = logistic(points, ASKED_INPUTS.length + 1).map((weight) => Number(weight.toFixed(3)))
  const coverages = answerable.map(({ coverage }) => coverage)
  const leastCoverage = quantile(coverages, MAY_HAVE_NO_EVIDENCE)
  const kept = answerable.filter(({ coverage }) => coverage >= leastCoverage)
  const chances = kept.map((signals) => 1 / (1 + Math.exp(-dot(weights, inputOf(signals)))))
  const refused = answerable.length - kept.length
  const leastChance = quantile(
    chances,
    (MAY_BE_REFUSED * answerable.length - refused) / Math.max(1, kept.length),
  )
  return { weights, leastCoverage, leastChance }
}

function quantile(values: readonly number[], share: number): number {
  const ascending = values.toSorted((a, b) => a - b)
  return Math.floor((ascending[Math.floor(share * ascending.length)] ?? 0) * 1_000) / 1_000
}
