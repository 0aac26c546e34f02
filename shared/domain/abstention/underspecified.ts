import { cover } from '../grounding/coverage.ts'
import { namesOf } from '../grounding/names.ts'
import { type Evidence, readSentence } from '../grounding/reading.ts'
import { EXPLETIVE, POINTER, PRONOUN, SAYS_NOTHING } from '../query/follow-up.ts'
import { stems } from '../terms.ts'

/** A word of its own in scripts that part words by blanks. */
const LATIN_WORD = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}]+/gu

/** Why a question cannot be resolved from its wording; null when it can. */
export function unresolvedWording(question: string, hasConversation: boolean): string | null {
  const words = question.match(LATIN_WORD) ?? []
  const isSpaced = words.join('').length >= 0.8 * question.replaceAll(/[\s\p{P}]/gu, '').length
  if (!isSpaced) return null
  if (hasConversation) return null
  if (words.length <= 1) return 'one word is a subject, not a question: say what to find out about it'
  const pronoun = EXPLETIVE.test(question) ? undefined : danglingPronoun(question)
  return pronoun === undefined ? null : `"${pronoun}" stands for nothing that was said before: name it`
}

/** The first pronoun before which the question names nothing that it could stand for. */
function danglingPronoun(question: string): string | undefined {
  const found = [...question.matchAll(PRONOUN), ...question.matchAll(POINTER)].toSorted(
    (a, b) => a.index - b.index,
  )[0]
  if (!found || stems(question.slice(0, found.index).replaceAll(SAYS_NOTHING, ' ')).length > 0)
    return undefined
  // "What are their ships called that call at Hamburg?": a name behind it may be who is meant.
  return namesOf(question).length > 0 ? undefined : found[0]
}

/** Evidence of one entity is this close to that of the other, or the better one is meant. */
const AS_GOOD = 0.9
/** Less than this of the question in a source tells nothing of what it is about. */
const LEAST_COVERAGE = 0.5
const QUALIFIED = /^(?<base>.+?)(?:\s*\((?<brackets>[^()]+)\)|,\s+(?<comma>[^,]+)|\s+[-–—|]\s+(?<dash>.+))$/u

/** Entities of one name that the question could mean, as documents title them: "Mercury (planet)" and "Mercury (element)". */
export function namesakes(question: string, { sources, rarity }: Evidence): string[] {
  const asked = readSentence(question).stems
  const candidates = sources.flatMap((read) => {
    const base = unsaidBase(read.source.title, asked)
    return base === null ? [] : [{ base, ...read.source, window: cover(asked, [read], rarity).window }]
  })
  const best = Math.max(0, ...candidates.map(({ window }) => window))
  const good = candidates.filter(({ window }) => window >= LEAST_COVERAGE && window >= AS_GOOD * best)
  const same = good.filter(({ base }) => base === good[0]?.base)
  const titles = new Map(same.map(({ documentId, title }) => [documentId, title]))
  const distinct = [...new Set(titles.values())]
  return distinct.length > 1 ? distinct : []
}

/** The name in a title that tells namesakes apart, when the question has it and says nothing of which one; else null. */
function unsaidBase(title: string, asked: ReadonlySet<string>): string | null {
  const { base = '', brackets, comma, dash } = QUALIFIED.exec(title)?.groups ?? {}
  const own = stems(base)
  const isNamed = own.length > 0 && own.every((stem) => asked.has(stem))
  const isSaid = stems(brackets ?? comma ?? dash ?? '').some((stem) => asked.has(stem))
  return isNamed && !isSaid ? own.join(' ') : null
}
