import type { LegWeights } from '../fusion.ts'

/** The least that the best lexical hit of a question with an answer covers: .08 in the longest questions of seven public sets, .14 in others. */
const LEAST_COVERAGE = 0.08
/** No chunk holds all of a question that is longer, in words. */
const LONG_QUESTION_WORDS = 40
/** Among fewer chunks no word is rare, so that whatever is said covers little. */
const FEWEST_CHUNKS = 20

/**
 * How far words can be trusted, 0..1. Where the best hit holds hardly anything of the question, as when it is asked in another language
 * than the documents', its few words are there by chance, and neither order hits nor aim the question's vector.
 */
export function trustInWords(coverage: number, questionWords: number, chunks: number): number {
  if (chunks < FEWEST_CHUNKS) return 1
  const least = LEAST_COVERAGE * Math.min(1, LONG_QUESTION_WORDS / Math.max(1, questionWords))
  return Math.min(1, coverage / least)
}

/** What words lose, vectors gain. */
export function trusting({ lexical, dense }: LegWeights, trust: number): LegWeights {
  return { lexical: lexical * trust, dense: dense + lexical * (1 - trust) }
}
