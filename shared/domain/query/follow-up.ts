import { namesOf } from '../grounding/names.ts'
import { stems } from '../terms.ts'
import { languageOf } from './language.ts'

/** Pronouns that stand for something said before; "it", too, unless a clause follows that it stands for. */
export const PRONOUN = /\b(?:it|its|he|him|his|she|her|hers|they|them|their|theirs)\b/giu
/** "This", "that", "those" on their own: at the end, or before a verb. */
export const POINTER =
  /\b(?:this|that|these|those)(?=\s*[?.!]*$|\s+(?:one|ones|is|are|was|were|mean|means|work|works|do|does|cost|costs|apply|applies|happen|happens)\b)/giu
/** "Is it possible to", "how long does it take to", "what is it like when": the pronoun stands for what follows. */
export const EXPLETIVE =
  /\bit(?:'s|’s)?\b(?=\s+(?:\S+\s+){0,5}?(?:to|that|if|whether|when|for|called|like)\b)|\bmake it\b|\b(?:is|was) it (?:\w+ )?(?:who|which|that)\b/iu
/** Telling words that no pronoun stands for. */
export const SAYS_NOTHING = /\b(?:about|else|then|so|tell|say|mean|explain|describe)\b/giu

/** Fewer words than this hardly stand alone, and more than that say enough by themselves. */
const STANDALONE_WORDS = 4
const MOST_WORDS = 16
/** In languages whose small words are not told from others, an anaphor in more words than this has what it stands for beside it. */
const MOST_WORDS_ABROAD = 8

type Signs = { readonly opening: RegExp; readonly anaphor?: RegExp }

/** How a question begins that goes on with the one before it. */
const opening = (words: string) => new RegExp(`^[^\\p{L}\\p{N}]*(?:${words})(?![\\p{L}\\p{N}'’-])`, 'iu')
/** Words that stand for something in a question before. With their case: German "Sie" is who is spoken to. */
const anaphor = (words: string) => new RegExp(`(?<![\\p{L}\\p{N}])(?:${words})(?![\\p{L}\\p{N}])`, 'u')

const ENGLISH: Signs = {
  opening: opening('(?:ok(?:ay)?,? |yes,? |no,? )?(?:and|but|or|so|also|then|plus|(?:what|how) about)'),
}
const ABROAD: Readonly<Record<string, Signs>> = {
  de: {
    opening: opening('und|aber|oder|also|auch|dann|was ist mit|wie (?:ist|steht|sieht) es'),
    anaphor: anaphor(
      'sie|ihn|ihm|ihnen|davon|dafür|dazu|dabei|dort|deren|dessen|dies(?:e[rsmn]?)?(?= *[?.!]*$)|(?<!(?:gibt|geht) )es(?! (?:gibt|geht))(?!.* (?:zu|dass|ob|wenn) )',
    ),
  },
  fr: {
    // "La caution est-elle remboursée ?" names what the pronoun stands for, "Quand est-elle remboursée ?" does not.
    opening: opening(
      "et|mais|ou|donc|alors|aussi|qu[’']en est-il|(?:combien|quand|où|comment|pourquoi) \\p{L}+-(?:t-)?(?:ils|elles?)",
    ),
    anaphor: anaphor('(?<!-)(?:ils|elles?|eux)|cel(?:ui|le|les)-(?:ci|là)|ceux(?:-ci|-là)?|cela|ça|là-bas'),
  },
  es: {
    opening: opening('y|e|pero|o|u|entonces|también|además|qué (?:hay|pasa) (?:de|con)|qué tal'),
    anaphor: anaphor('eso|ello|ell[ao]s?|aquell[ao]s|allí|ahí|(?:est|es)[ao]s(?= *[?.!]*$)'),
  },
  it: { opening: opening('e|ed|ma|o|oppure|quindi|allora|anche') },
  pt: { opening: opening('e|mas|ou|então|também') },
}

const wordCount = (question: string) => question.trim().split(/\s+/).length

/** Whether a question hardly means anything without the one before it: by its length, by how it begins, by what it only points at. */
export const isFollowUp = (question: string) => wordCount(question) < STANDALONE_WORDS || leansBack(question)

/** Whether its wording says that it goes on with something said before: "and in winter?", "who pays for them?". */
export function leansBack(question: string): boolean {
  const count = wordCount(question)
  if (count > MOST_WORDS) return false
  const abroad = ABROAD[languageOf(question).language ?? '']
  if (!abroad) return ENGLISH.opening.test(question) || pointsBack(question)
  const isPointing = count <= MOST_WORDS_ABROAD && abroad.anaphor?.test(question) === true
  return abroad.opening.test(question) || isPointing
}

/** Of "how many days do they get" what stands before "they" only asks. */
const ASKED =
  /^\W*(?:what|which|how)\b.*?\b(?:do|does|did|is|are|was|were|can|could|will|would|should|must|may)\b/iu
/** Such words say as little as a verb between "I" and "it" does. */
const ONLY_ASKS = /\b(?:much|many|long|often|happens?)\b/giu
const SPEAKER = /\b(?:i|we|you)\b/iu
const PLACE = /(?<!\b(?:is|are|was|were) )\bthere(?=\s*[?.!]*$)|\bones\b/giu
/** How many telling words may stand before an anaphor that they are not the name for. "The fees that are due" has one, "who pays for that" too. */
const MOST_TOLD = { possessive: 0, pronoun: 0, subject: 0, object: 1, ending: 2 } as const

function pointsBack(question: string): boolean {
  const pointers = [...question.matchAll(POINTER), ...question.matchAll(PLACE)]
  const pronouns = EXPLETIVE.test(question) ? [] : [...question.matchAll(PRONOUN)]
  const [first] = [...pointers, ...pronouns].toSorted((a, b) => a.index - b.index)
  if (!first) return false
  const before = question.slice(0, first.index)
  if (namesOf(before).length > 0) return false
  const role = pointers.includes(first) ? pointerRole(first) : pronounRole(first[0].toLowerCase(), before)
  const rest = role === 'possessive' ? before : before.replace(ASKED, ' ')
  return stems(rest.replaceAll(SAYS_NOTHING, ' ').replaceAll(ONLY_ASKS, ' ')).length <= MOST_TOLD[role]
}

type Role = keyof typeof MOST_TOLD

/** Before a verb it may as well begin a clause: "the ports that are open". */
function pointerRole({ 0: word, index, input }: RegExpExecArray): Role {
  const isVerbNext = /^th(?:is|at|ese|ose)$/i.test(word) && /\p{L}/u.test(input.slice(index + word.length))
  return isVerbNext ? 'subject' : 'ending'
}

function pronounRole(word: string, before: string): Role {
  if (/^(?:its|his|hers?|theirs?)$/.test(word)) return 'possessive'
  const isObject = SPEAKER.test(before) || (/\bwho\b/i.test(before) && /^(?:it|him|them)$/.test(word))
  return isObject ? 'object' : 'pronoun'
}
