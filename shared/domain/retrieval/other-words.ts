import { stemOf } from '../terms.ts'
import { type SearchTerm, searchTerms } from './synonyms.ts'

type Stems = ReadonlySet<string>

/** What a text says of a question in words of its own. */
export type Synonyms = {
  /** Stems of the question that others do for. */
  readonly replaceable: Stems
  /** The stems of a text with those of the question that it says in other words; what stands `above` it is read with it. */
  readonly withSaid: (own: Stems, above?: Stems) => Stems
}

const NOTHING: Stems = new Set()

/** For judging texts by the stems of a question, as `searchTerms` is for finding them. */
export function synonymsOf(question: Parameters<typeof searchTerms>[0]): Synonyms {
  const terms = question.synonyms.length === 0 ? [] : searchTerms(question, stemOf)
  const replaceable = terms.filter(({ alternatives }) => alternatives.length > 1)
  return {
    replaceable: new Set(replaceable.flatMap(wordItself)),
    withSaid: (own, above = NOTHING) => {
      const stands = (entry: readonly string[]) =>
        entry.some((stem) => own.has(stem)) && entry.every((stem) => own.has(stem) || above.has(stem))
      const said = replaceable.filter(({ alternatives }) => alternatives.some(stands)).flatMap(wordItself)
      return said.length === 0 ? own : new Set([...own, ...said])
    },
  }
}

/** The first alternative. */
const wordItself = ({ alternatives }: SearchTerm) => alternatives[0] ?? []
