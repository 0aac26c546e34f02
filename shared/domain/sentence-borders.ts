import { LANGUAGES } from './query/language-words.ts'

const setOf = (...words: readonly string[]) => new Set(words.flatMap((line) => line.split(' ')))

/** Titles, which a name follows; written small, "ms" and "hr" are units. */
const TITLES = setOf(
  'Dr Prof Mr Mrs Ms Messrs Mme Mmes Mlle Hr Hrn Sra Srta Sig Dott Dipl Ing Mag Ste Mgr Rev Hon Capt Lt Sgt Gov Sen Gen',
)
/** Abbreviations that something always follows. */
const NEVER_LAST = setOf(
  'bzw ca vgl sog inkl exkl zzgl evtl ggf einschl insb insbes bspw lt z.b d.h v.a u.u z.t z.h m.e i.s.v',
  'e.g i.e cf vs viz approx incl esp bijv resp d.w.z m.b.t i.v.m t.o.v p.ej p.ex p.es',
)
/** Abbreviations that may end a sentence, unless its next word says otherwise. */
const SELDOM_LAST = setOf('u.a o.a u.ä o.ä i.d.r chr v.chr n.chr st mt fr sr')
/** Abbreviations of what has a number; before anything else they are words, as in "No." and "Is it art." */
const BEFORE_NUMBER = setOf(
  'nr no nos num núm art arts abs s p pp pg pág págs pag fig figs abb tab kap ziff rn rz bd vol ch chap sec sect eq par anm lit cap al vers',
  'jan feb mar mär apr jun jul aug sep sept oct okt nov dec dez',
)
const MONTHS = setOf(
  'januar jänner februar feber märz april mai juni juli august september oktober november dezember',
  'jan feb mär apr jun jul aug sep sept okt nov dez',
)
/** What stands before a German ordinal: "im 2. Stock", "bis zum 31. Dezember". */
const BEFORE_ORDINAL = setOf(
  'der die das dem den des am im vom zum zur beim ein eine einen einem einer jeder jede jedes jeden jedem ihr ihre ihrem ihren sein seine seinem seinen unser unsere',
)

/** Words that with a capital begin a sentence rather than a name. */
const OPENERS = setOf(
  ...(['en', 'de', 'fr', 'es', 'it', 'pt', 'nl'] as const).map((language) => LANGUAGES.Latin[language].words),
  'however therefore then thus so next later first second third finally also since once while although because despite both several another only today now here such nearly',
  'danach dann daher deshalb dabei dazu dafür damit dagegen außerdem anschließend später zuerst jedoch ferner zudem sonst ebenso somit hierfür hierzu dort heute erst solche sobald sofern falls',
)

/** The last word of a text with its full stop, one blank at most between the letters of "z. B."; and what stands before it. */
const LAST_WORD =
  /(?:^|[\s(["'“„«/])(?<word>(?:\p{L}\. ?)+\p{L}{1,2}|\p{L}+(?:\.\p{L}+)*|(?:\d{1,2}\.)?\d{1,2})\.(?<blanks>\s*)$/u
/** A letter or two with a full stop are an initial or go on with an abbreviation. */
const FIRST_WORD = /^(?!\p{Lu}\p{Ll}{0,2}\.)\p{L}+/u
const ABBREVIATED = /^\p{Lu}\p{Ll}{0,2}\./u
/** "U.S.", "J. K.", "W."; the pronoun and the numeral "I" are more often last. */
const INITIALS = /^(?!I$)\p{Lu}(?:\. ?\p{Lu})*$/u
/** Longer words are no abbreviations. */
const LOOKED_AT = 60

/**
 * True when the full stop that `before` ends with belongs to an abbreviation, an initial or an ordinal, and `after` goes on with the sentence.
 * It goes by the end of one and the first word of the other alone: a text that streams in is read as it would be whole.
 */
export function isUnbroken(before: string, after: string): boolean {
  const end = before.slice(-LOOKED_AT)
  const match = LAST_WORD.exec(end)
  if (!match) return false
  const { word = '', blanks = '' } = match.groups ?? {}
  const earlier = end.slice(0, match.index)
  if (/^\d/.test(word)) return isOrdinal(earlier, after)
  if (isUnit(earlier, word)) return after.startsWith('Chr.')
  // More than one blank is where a citation stood, or how typists end a sentence.
  const isOpen = blanks.length <= 1 && goesOn(after)
  return isAbbreviation(word, after, isOpen) || (isOpen && isPart(word, after))
}

/** "90 m." is a length; "44 v. Chr." is a year. */
const isUnit = (before: string, word: string) => /\d\s*$/.test(before) && /^\p{L}$/u.test(word)

/** True for a word that no sentence is likely to begin with. */
function goesOn(after: string): boolean {
  const first = FIRST_WORD.exec(after)?.[0].toLowerCase()
  return ABBREVIATED.test(after) || (first !== undefined && !OPENERS.has(first))
}

function isAbbreviation(word: string, after: string, isOpen: boolean): boolean {
  // In capitals it is another one: "CA" is California.
  if (TITLES.has(word) || /^\p{Lu}{2,}$/u.test(word)) return TITLES.has(word)
  const key = word.toLowerCase().replaceAll(' ', '')
  if (NEVER_LAST.has(key)) return true
  return SELDOM_LAST.has(key) ? isOpen : BEFORE_NUMBER.has(key) && /^[\d§]/.test(after)
}

/** Initials before a name, and letters of "z. B." before the next. */
const isPart = (word: string, after: string) =>
  INITIALS.test(word) || (/^\p{Ll}(?:\. ?\p{L})*$/u.test(word) && ABBREVIATED.test(after))

function isOrdinal(before: string, after: string): boolean {
  const month = /^\p{L}+/u.exec(after)?.[0].toLowerCase()
  if (month !== undefined && MONTHS.has(month)) return true
  const word = /(\p{L}+)\s*$/u.exec(before)?.[1]?.toLowerCase() ?? ''
  return BEFORE_ORDINAL.has(word) && goesOn(after)
}
