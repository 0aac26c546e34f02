import { cover } from '../grounding/coverage.ts'
import { hasDate, hasName, hasQuantity, statedIn } from '../grounding/facts.ts'
import type { Name } from '../grounding/names.ts'
import { type Evidence, readSentence } from '../grounding/reading.ts'
import { stems } from '../terms.ts'
import { answerTypeOf, offers } from './answer-type.ts'
import { ANSWERABILITY } from './weights.gen.ts'

/** What tells whether passages answer a question, each 0..1. */
export type EvidenceSignals = {
  /** Share of the question's words, weighted by rarity, in the best neighbouring sentences of one source, headings included. */
  readonly coverage: number
  /** 1 when these have something of the kind that is asked for, 0 when not, between when any kind would do. */
  readonly type: number
  /** Share of the names, numbers and dates of the question that the sources have. */
  readonly facts: number
}

/** What the type says of a question that could be answered by anything. */
const ANY_TYPE = 0.7

/** `replaceable`: stems of the question for which synonyms do, as the evidence was read. */
export function evidenceSignals(
  question: string,
  { sources, rarity }: Evidence,
  replaceable: ReadonlySet<string> = new Set(),
): EvidenceSignals {
  const { window, best } = cover(readSentence(question).stems, sources, rarity)
  const type = answerTypeOf(question)
  const text = best.map((sentence) => sentence.text).join('\n')
  return {
    coverage: window,
    type: type === null ? ANY_TYPE : Number(offers(type, text, question)),
    facts: factsOfQuestion(question, sources, replaceable),
  }
}

function factsOfQuestion(
  question: string,
  sources: Evidence['sources'],
  replaceable: ReadonlySet<string>,
): number {
  const { quantities, dates, names } = statedIn(question)
  const read = sources.map((source) => source.facts())
  const given = [
    ...quantities.map((said) => read.some((facts) => hasQuantity(said, facts))),
    ...dates.map((said) => read.some((facts) => hasDate(said, facts))),
    ...names.map(
      (said) => read.some((facts) => hasName(said, facts)) || isReplaced(said, sources, replaceable),
    ),
  ]
  return given.length === 0 ? 1 : given.filter(Boolean).length / given.length
}

/** "PTO" is a name, and stands in a passage that says "paid time off". */
function isReplaced({ words }: Name, sources: Evidence['sources'], replaceable: ReadonlySet<string>) {
  const said = words.flatMap(stems)
  return (
    said.some((stem) => replaceable.has(stem)) &&
    sources.some(({ all }) => said.every((stem) => all.has(stem)))
  )
}

/** Chance that the passages answer the question, fitted by `npm run eval:grounding -- --fit`. */
export function answerChance({ coverage, type, facts }: EvidenceSignals): number {
  const { intercept, ...weight } = ANSWERABILITY
  const sum = intercept + weight.coverage * coverage + weight.type * type + weight.facts * facts
  return 1 / (1 + Math.exp(-sum))
}
