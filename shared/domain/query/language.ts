import { LANGUAGES, type LanguageSigns } from './language-words.ts'

export type LanguageGuess = {
  /** ISO 639-1; null when nothing tells, or two languages as much. */
  readonly language: string | null
  /** The chance of the likeliest language, also when none is named. */
  readonly confidence: number
}

/** What reads words of one script, and tells their language. */
type Reader = { readonly words: RegExp; readonly guess: (text: string) => LanguageGuess }

/** A longer question has told its language by then. */
const MAX_CHARACTERS = 2_000
/** Scripts of one language, or nearly so: "東京" alone may be either. */
const BY_SCRIPT = {
  Hangul: 'ko',
  Thai: 'th',
  Hebrew: 'he',
  Greek: 'el',
  Bengali: 'bn',
  Tamil: 'ta',
  Telugu: 'te',
  Kannada: 'kn',
  Malayalam: 'ml',
  Gujarati: 'gu',
  Gurmukhi: 'pa',
  Sinhala: 'si',
  Khmer: 'km',
  Lao: 'lo',
  Myanmar: 'my',
  Georgian: 'ka',
  Armenian: 'hy',
  Ethiopic: 'am',
} as const
const SCRIPT_CONFIDENCE = 0.98

/** Words that are long enough to have an ending. */
const LONG_WORD = 6
// Worth of a sign, where a small word of a single language is worth one. Signs: docs/retrieval.md, "Language".
/** Of a word of one letter, which may as well be an initial. */
const LETTER_WORD_WORTH = 0.5
const ENDING_WORTH = 0.35
const LETTER_WORTH = 0.3
const FOREIGN_LETTER_COST = 1
/** No language is likelier than one of this worth. */
const NO_EVIDENCE = 0.4
/** How fast a lead becomes a certainty; fitted, so that 0.9 is right nineteen times in twenty. */
const STEEPNESS = 6
const LEAST_CONFIDENCE = 0.5

const wordsOf = (...scripts: string[]) =>
  new RegExp(`[${scripts.map((script) => `\\p{Script=${script}}`).join('')}\\p{M}]+`, 'gu')

/** Which languages have a sign, by sign. */
function holders(languages: readonly (readonly [string, LanguageSigns])[], key: 'words' | 'endings') {
  const found = new Map<string, string[]>()
  for (const [language, signs] of languages)
    for (const sign of new Set(signs[key].split(' ')))
      if (sign !== '') found.set(sign, [...(found.get(sign) ?? []), language])
  return found
}

/** Tells languages of one script apart. */
function readerOf(script: string, languages: readonly (readonly [string, LanguageSigns])[]): Reader {
  const words = wordsOf(script)
  const having = holders(languages, 'words')
  const ending = holders(languages, 'endings')
  const longest = Math.max(...[...ending.keys()].map(({ length }) => length))
  const worth = (word: string, holding: number) =>
    (word.length === 1 ? LETTER_WORD_WORTH : 1) *
    (Math.log(languages.length / holding) / Math.log(languages.length))
  const endingIn = (word: string) => {
    const found = new Set<string>()
    if (word.length >= LONG_WORD)
      for (let size = 1; size <= longest; size += 1)
        for (const language of ending.get(word.slice(-size)) ?? []) found.add(language)
    return found
  }
  const letters = languages.map(([, signs]) => (signs.letters === undefined ? null : new Set(signs.letters)))
  const isLatin = script === 'Latin'
  const lettersWorth = (special: readonly string[], known: ReadonlySet<string> | null) => {
    if (special.length === 0 || known === null) return 0
    if (special.some((letter) => !known.has(letter))) return -FOREIGN_LETTER_COST
    return isLatin ? LETTER_WORTH : 0
  }
  function score(word: string, scores: Float64Array) {
    const special = [...word].filter((letter) => letter > 'z' && /\p{L}/u.test(letter))
    const [small, ends] = [having.get(word), endingIn(word)]
    for (const [i, [language]] of languages.entries()) {
      const own = lettersWorth(special, letters[i] ?? null)
      const said = small?.includes(language) ? worth(word, small.length) : ends.has(language) ? ENDING_WORTH : 0
      scores[i] = (scores[i] ?? 0) + own + said
    }
  }
  return {
    words,
    guess(text) {
      const scores = new Float64Array(languages.length)
      for (const word of text.match(words) ?? []) score(word, scores)
      return likeliest(scores, (i) => languages[i]?.[0] ?? null)
    },
  }
}

function likeliest(scores: Float64Array, languageAt: (index: number) => string | null): LanguageGuess {
  const best = Math.max(...scores)
  const share = (score: number) => Math.exp(STEEPNESS * (score - best))
  const confidence = 1 / scores.reduce((sum, score) => sum + share(score), share(NO_EVIDENCE))
  const language = confidence >= LEAST_CONFIDENCE ? languageAt(scores.indexOf(best)) : null
  return { language, confidence }
}

const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/u
const HAN: Reader = {
  words: wordsOf('Han', 'Hiragana', 'Katakana'),
  guess: (text) => ({ language: KANA.test(text) ? 'ja' : 'zh', confidence: SCRIPT_CONFIDENCE }),
}
const LATIN = readerOf('Latin', Object.entries(LANGUAGES.Latin))
const OTHERS: readonly Reader[] = [
  HAN,
  ...(['Cyrillic', 'Arabic', 'Devanagari'] as const).map((script) =>
    readerOf(script, Object.entries(LANGUAGES[script])),
  ),
  ...Object.entries(BY_SCRIPT).map(([script, language]) => ({
    words: wordsOf(script),
    guess: () => ({ language, confidence: SCRIPT_CONFIDENCE }),
  })),
]

const OTHER_LETTER = /(?!\p{Script=Latin})\p{L}/u
const lettersIn = (text: string, { words }: Reader) => (text.match(words) ?? []).join('').length

/**
 * The language of a question: by its script, and among languages of one script by small words, endings and letters. Latin words amid another script
 * are names, unless they make most of a sentence; then what is in the other script is quoted.
 */
export function languageOf(text: string): LanguageGuess {
  // The Turkish capital I with a dot becomes two characters in lower case.
  const plain = text.normalize('NFC').slice(0, MAX_CHARACTERS).toLowerCase().replaceAll('i\u0307', 'i')
  const latin = LATIN.guess(plain)
  if (!OTHER_LETTER.test(plain)) return latin
  const counts = OTHERS.map((reader) => ({ reader, letters: lettersIn(plain, reader) }))
  const most = counts.reduce((a, b) => (b.letters > a.letters ? b : a))
  const isQuoted = latin.language !== null && lettersIn(plain, LATIN) > most.letters
  return isQuoted || most.letters === 0 ? latin : most.reader.guess(plain)
}
