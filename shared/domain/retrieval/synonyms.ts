import { isTelling, queryWords, splitIdentifiers, words } from '../terms.ts'

/** What a question looks for: any of the alternatives, each of which is one word or several that must all be there. */
export type SearchTerm = {
  readonly alternatives: readonly (readonly string[])[]
  /** How often the question says it. */
  readonly times: number
}

/** Each takes an index as long as a word of the question; no question of a person needs as many. */
const MAX_OTHER_WORDS = 256

type Question = { readonly text: string; readonly synonyms: readonly (readonly string[])[] }
type TermOf = (word: string) => string

/**
 * What to look up for a question. A group of synonyms takes part when one of its entries stands in the question: all its words, one after another, by stem. Every
 * other entry of the group then does for each of these words; one of several words does where all of them are, in any order. What is scored is
 * still the question's word, only found in more texts, so a rare synonym is worth no more than the word, and "SLA" as much as "service level agreement". Words
 * that tell nothing are left out of entries, and an entry of nothing else ("it", "who") is no entry. In the order of the question, alternatives count until they
 * have 256 words together; what comes after is ignored.
 */
export function searchTerms({ text, synonyms }: Question, termOf: TermOf): SearchTerm[] {
  const said = new Map<string, number>()
  for (const term of termsOf(queryWords(text), termOf)) said.set(term, (said.get(term) ?? 0) + 1)
  const others = synonyms.length === 0 ? null : replacements(text, synonyms, termOf)
  let left = MAX_OTHER_WORDS
  return Array.from(said, ([term, times]) => {
    const [own = [term], ...more] = simplest([[term], ...(others?.get(term) ?? [])])
    const counting = more.filter((words) => {
      left -= words.length
      return left >= 0
    })
    return { alternatives: [own, ...counting], times }
  })
}

/** What of an entry is looked up. */
type EntryWords = {
  readonly words: readonly string[]
  /** Whether a question or a text can be told by any of them. */
  readonly isTelling: boolean
  /** Whether signs stand around its words, which are not looked up: "c++" would be "c". In "read-only" and "node.js" they only part words. */
  readonly hasSigns: boolean
}

/** Begins and ends with a letter or digit. */
const BARE_WORDS = /^[\p{L}\p{N}](?:.*[\p{L}\p{N}\p{M}])?$/u

/** For refusing entries that do nothing, or something else than they say. */
export function entryWords(entry: string): EntryWords {
  const found = words(entry)
  const hasSigns = entry
    .trim()
    .split(/\s+/u)
    .some((run) => !BARE_WORDS.test(run))
  return { words: found, isTelling: found.some(isTelling), hasSigns }
}

/** What does for a term of the question, by term. */
function replacements(text: string, groups: Question['synonyms'], termOf: TermOf) {
  const inOrder = termsOf(words(splitIdentifiers(text)), termOf)
  const [said, whole] = [new Set(inOrder), phrase(inOrder)]
  const stands = (entry: string) => {
    const terms = termsOf(words(entry), termOf)
    return terms.every((term) => said.has(term)) && whole.includes(phrase(terms))
  }
  const found = new Map<string, string[][]>()
  for (const group of groups) {
    // Most groups have nothing to do with a question, and there may be thousands of entries.
    const standing = group.filter(stands)
    if (standing.length === 0) continue
    const wordings = group.map((entry) => tellingTerms(entry, termOf)).filter(({ length }) => length > 0)
    for (const term of standing.flatMap((entry) => tellingTerms(entry, termOf)))
      found.set(term, [...(found.get(term) ?? []), ...wordings])
  }
  return found
}

const tellingTerms = (entry: string, termOf: TermOf) => [
  ...new Set(termsOf(words(entry).filter(isTelling), termOf)),
]
const termsOf = (all: readonly string[], termOf: TermOf) => all.map(termOf).filter((term) => term !== '')
/** One phrase is within another when its words stand there one after another. */
const phrase = (terms: readonly string[]) => ` ${terms.join(' ')} `

/** Without those that contain another one: a text that has them has that one anyway. */
function simplest(alternatives: readonly (readonly string[])[]): (readonly string[])[] {
  const kept: (readonly string[])[] = []
  for (const one of alternatives.toSorted((a, b) => a.length - b.length))
    if (!kept.some((other) => other.every((term) => one.includes(term)))) kept.push(one)
  return kept
}
