import { stemmer } from 'stemmer'
import { withoutAccents, words } from '../../../shared/domain/terms.ts'

/** A longer word is no word; its beginning tells it from others well enough. */
const MAX_TERM_CHARACTERS = 64
/** Texts use the same words again and again; a stem takes longer to find than to remember. */
const MAX_KNOWN_TERMS = 20_000

const known = new Map<string, string>()

/** What the index knows a word by: without accents, Porter's stem. Empty when nothing is left of it. */
export function termOf(word: string): string {
  const term = known.get(word)
  if (term !== undefined) return term
  const made = stemmer(withoutAccents(word).slice(0, MAX_TERM_CHARACTERS))
  if (known.size >= MAX_KNOWN_TERMS) known.clear()
  known.set(word, made)
  return made
}

/** How often each term of a text occurs, and how many words it has. */
export function countTerms(text: string): { counts: ReadonlyMap<string, number>; length: number } {
  const counts = new Map<string, number>()
  let length = 0
  for (const word of words(text)) {
    const term = termOf(word)
    if (term === '') continue
    counts.set(term, (counts.get(term) ?? 0) + 1)
    length += 1
  }
  return { counts, length }
}
