import { stems } from '../terms.ts'

/** Negations of what follows; "without", "no one" and the like negate a thing, not what is said of it, and mislead more than they tell. */
const NEGATION = /\b(?:not|never|cannot|no longer)\b(?! only\b)|n['’]t\b/giu
/** How many telling words a negation reaches over, and how many characters are looked through for them. */
const REACH = 2
const REACH_CHARACTERS = 80
const CLAUSE_END = /[,;:.!?()]|\b(?:but|and|or|because|which|who|that)\b/

/** Stems that stand right behind a negation, within its clause. */
export function negatedStems(text: string): Set<string> {
  const found = new Set<string>()
  for (const { index, 0: word } of text.matchAll(NEGATION)) {
    const from = index + word.length
    const [clause = ''] = text.slice(from, from + REACH_CHARACTERS).split(CLAUSE_END)
    for (const stem of stems(clause).slice(0, REACH)) found.add(stem)
  }
  return found
}
