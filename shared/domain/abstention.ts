import { answerChance, evidenceSignals } from './abstention/answerability.ts'
import { findConflict } from './abstention/conflict.ts'
import { namesakes, unresolvedWording } from './abstention/underspecified.ts'
import { ANSWERABILITY } from './abstention/weights.gen.ts'
import { readEvidence } from './grounding/reading.ts'
import type { Source } from './passage.ts'

/** Whether passages can answer a question, and if not, why, in words for who asked. */
export type Assessment =
  | { readonly outcome: 'answerable' }
  | {
      readonly outcome: 'no_evidence' | 'insufficient' | 'conflicting' | 'underspecified'
      readonly reason: string
    }

export type EvidenceFeatures = {
  /** Calibrated chance, 0..1, that the best passage is relevant; left out where retrieval gives none. */
  readonly retrievalProbability?: number | undefined
  /** True when something was said before that a pronoun may stand for. */
  readonly hasConversation?: boolean | undefined
}

/** A calibrated chance below this costs at most one answerable question in twenty. */
const LEAST_PROBABILITY = 0.05
/** From here on retrieval is trusted against the words: a passage may answer in other ones, or in another language. */
const TRUSTED_PROBABILITY = 0.5

/** Judges before anything is generated whether the passages answer the question. Its thresholds are measured: docs/grounding.md. */
export function assessEvidence(
  question: string,
  sources: readonly Source[],
  { retrievalProbability, hasConversation = false }: EvidenceFeatures = {},
): Assessment {
  const unresolved = unresolvedWording(question, hasConversation)
  if (unresolved !== null) return { outcome: 'underspecified', reason: unresolved }
  if (sources.length === 0 || (retrievalProbability ?? 1) < LEAST_PROBABILITY) return NO_EVIDENCE
  return assessPassages(question, sources, (retrievalProbability ?? 0) >= TRUSTED_PROBABILITY)
}

function assessPassages(question: string, sources: readonly Source[], isTrusted: boolean): Assessment {
  const evidence = readEvidence(sources)
  const meant = namesakes(question, evidence)
  if (meant.length > 0)
    return { outcome: 'underspecified', reason: `the question could mean ${meant.join(' or ')}: say which` }

  const signals = evidenceSignals(question, evidence)
  if (signals.coverage < ANSWERABILITY.leastCoverage) return isTrusted ? ANSWERABLE : NO_EVIDENCE

  const conflict = findConflict(question, evidence)
  if (conflict) {
    const [[a, b], [one, other]] = [conflict.sources, conflict.values]
    return { outcome: 'conflicting', reason: `passage ${a} says ${one}, passage ${b} says ${other}` }
  }
  return answerChance(signals) < ANSWERABILITY.leastChance ? INSUFFICIENT : ANSWERABLE
}

const ANSWERABLE: Assessment = { outcome: 'answerable' }
const NO_EVIDENCE: Assessment = {
  outcome: 'no_evidence',
  reason: 'no passage of the collection says anything of what is asked',
}
const INSUFFICIENT: Assessment = {
  outcome: 'insufficient',
  reason: 'the passages are on the subject, but do not say what is asked',
}
