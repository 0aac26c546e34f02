import type { Span } from '../document.ts'

/** A run of capitalised words; `words` are how they are compared. */
export type Name = Span & { readonly words: readonly string[] }

const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’.&-](?=[\p{L}\p{N}])[\p{L}\p{M}\p{N}]+)*/gu
const CAPITALISED = /^\p{Lu}/u
/** What may stand between the words of one name. */
const JOINED = /^[ \u00a0]$/
/** Where a capital says nothing: at the beginning of a sentence, of a quotation, of a list's entry, after a colon. */
const BEGINNING = /(?:^|[.!?:;…>*#|•–—]\s+|^[\s"'“‘«([*_-]+|["“«‘(]|\n\s*)$/u
/** Forms of address and small words that are written with a capital beside a name and say little. */
const OF_ADDRESS = new Set(
  'i mr mrs ms miss dr prof professor sir lord lady president king queen prince princess saint st captain general minister senator herr herrn frau the a an of and in on at for to by with no'.split(
    ' ',
  ),
)
/** Words that open a sentence before a name. */
const OPENERS = new Set(
  'yes yeah yep no well oh ok okay sure so and but or also then former when while if as because since although though after before during both only even like unlike from under over about against between through its his her their our my your this that these those what who which where how is are was were do does did has have had can could will would may should must not there here some most many all each every other another one two three'.split(
    ' ',
  ),
)

/** Lower case without accents and possessive, as names are compared. */
export function nameKey(word: string): string {
  return word
    .normalize('NFD')
    .replaceAll(/\p{M}|\./gu, '')
    .toLowerCase()
    .replace(/['’]s?$/, '')
}

/** Words of a text as names are compared with them; parts of hyphenated ones too. */
export function nameKeys(text: string): Set<string> {
  const keys = new Set<string>()
  for (const [word] of text.matchAll(WORD)) {
    keys.add(nameKey(word))
    if (/[-'’&.]/.test(word)) for (const part of word.split(/[-'’&.]/)) keys.add(nameKey(part))
  }
  return keys
}

/**
 * Capitalised runs of a sentence that are names. Where a sentence begins, a capitalised word alone says nothing; before another one it belongs
 * to the name. In German every noun has a capital: only runs within a sentence, and words with more than one capital, are names.
 */
export function namesOf(sentence: string, language: string | null = null): Name[] {
  // A line in capitals, or a title in which every long word has one, tells no names apart.
  const long = sentence.match(/\p{L}{4,}/gu) ?? []
  if (long.length > 2 && long.filter((word) => CAPITALISED.test(word)).length > 0.7 * long.length) return []
  return runsOf(sentence).flatMap((run) => {
    const [first] = run
    if (!first) return []
    const before = sentence.slice(0, first.start)
    const name = language === 'de' ? germanName(run, before) : englishName(run, before)
    const words = name.map(({ key }) => key).filter((key) => !OF_ADDRESS.has(key))
    const [start, end] = [name[0]?.start, name.at(-1)?.end]
    return words.length === 0 || start === undefined || end === undefined ? [] : [{ start, end, words }]
  })
}

function englishName(run: readonly Word[], before: string): readonly Word[] {
  const [first, ...others] = run
  const isOpener = others.length === 0 || (first !== undefined && OPENERS.has(first.key))
  return BEGINNING.test(before) && isOpener ? others : run
}

/** Written like no other word: "DSGVO", "iPhone", "A4". */
const UNLIKE_NOUNS = /\p{L}\p{Lu}|\d/u

/** A noun that opens the sentence or is counted ("30 Tage Urlaub") is no part of a name. */
function germanName(run: readonly Word[], before: string): readonly Word[] {
  const [first, ...others] = run
  if (others.length === 0) return first && UNLIKE_NOUNS.test(first.text) ? run : []
  const isApart = BEGINNING.test(before) || /[\d%€$£]\s$/.test(before)
  return isApart ? germanName(others, first?.text ?? '') : run
}

type Word = Span & { readonly key: string; readonly text: string }

/** Words with a capital that only a blank parts. */
function runsOf(sentence: string): Word[][] {
  const runs: Word[][] = []
  let last: Word | undefined
  for (const { index, 0: text } of sentence.matchAll(WORD)) {
    if (!CAPITALISED.test(text)) continue
    const word = { start: index, end: index + text.length, key: nameKey(text), text }
    if (last && JOINED.test(sentence.slice(last.end, index))) runs.at(-1)?.push(word)
    else runs.push([word])
    last = word
  }
  return runs
}

/** First letters of every run of two to six capitalised words, so that "UN" is found by "United Nations". */
export function initialsOf(text: string): Set<string> {
  const initials = new Set<string>()
  for (const [run] of text.matchAll(
    /\p{Lu}[\p{L}\p{M}'’.-]*(?: (?:(?:of|and|for|the|de|to) )?\p{Lu}[\p{L}\p{M}'’.-]*)+/gu,
  )) {
    const letters = run.split(' ').flatMap((word) => (CAPITALISED.test(word) ? [word[0] ?? ''] : []))
    for (let from = 0; from < letters.length; from += 1)
      for (let to = from + 2; to <= Math.min(letters.length, from + 6); to += 1)
        initials.add(letters.slice(from, to).join('').toLowerCase())
  }
  return initials
}
/** Words this long, and endings this short, are compared without their endings. */
const LEAST_STEM = 4
const LONGEST_ENDING = 3

/** True for words that differ in a short ending only: "Russia" and "Russian", "Smith" and "Smiths". */
export function isSameName(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  return short.length >= LEAST_STEM && long.length - short.length <= LONGEST_ENDING && long.startsWith(short)
}
