import { answerChance, evidenceSignals } from './abstention/answerability.ts'
import { findConflict } from './abstention/conflict.ts'
import { namesakes, unresolvedWording } from './abstention/underspecified.ts'
import { ANSWERABILITY } from './abstention/weights.gen.ts'
import { readEvidence } from './grounding/reading.ts'
import type { Source } from './passage.ts'
import { synonymsOf } from './retrieval/other-words.ts'

/** Whether passages can answer a question, and if not, why, in words for who asked. */
export type Assessment =
  | { readonly outcome: 'answerable' }
  | {
      readonly outcome: 'no_evidence' | 'insufficient' | 'conflicting' | 'underspecified'
      readonly reason: string
    }

type Circumstances = {
  /** Something was said before that a pronoun may stand for. */
  readonly hasConversation?: boolean
  /** Groups of words that mean the same in this collection. */
  readonly synonyms?: readonly (readonly string[])[]
}

/** Judges before anything is generated whether the passages answer the question, as it was searched. The thresholds are measured: docs/grounding.md. */
export function assessEvidence(
  question: string,
  sources: readonly Source[],
  { hasConversation = false, synonyms = [] }: Circumstances = {},
): Assessment {
  const unresolved = unresolvedWording(question, hasConversation)
  if (unresolved !== null) return { outcome: 'underspecified', reason: unresolved }
  if (sources.length === 0) return NO_EVIDENCE

  const said = synonymsOf({ text: question, synonyms })
  const evidence = readEvidence(sources, said)
  const meant = namesakes(question, evidence)
  if (meant.length > 0)
    return { outcome: 'underspecified', reason: `the question could mean ${meant.join(' or ')}: say which` }

  const signals = evidenceSignals(question, evidence, said.replaceable)
  if (signals.coverage < ANSWERABILITY.leastCoverage) return NO_EVIDENCE

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
