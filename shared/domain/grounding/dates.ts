import type { Span } from '../document.ts'

/** A date as far as a text gives it; `decade` stands for the ten years from `year` on. */
export type WrittenDate = Span & {
  readonly year?: number | undefined
  readonly month?: number | undefined
  readonly day?: number | undefined
  readonly isDecade?: boolean
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const MONTH = String.raw`(?<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)`
/** Months by their names in other languages, January first. */
const OTHER_MONTHS = [
  'januar jänner janvier enero gennaio janeiro januari',
  'februar feber février febrero febbraio fevereiro februari',
  'märz mars marzo março maart',
  'avril abril aprile',
  'mai mayo maggio maio mei',
  'juni juin junio giugno junho',
  'juli juillet julio luglio julho',
  'août agosto augustus',
  'septembre septiembre settembre setembro',
  'oktober octobre octubre ottobre outubro',
  'novembre noviembre novembro',
  'dezember décembre diciembre dicembre dezembro',
].map((names) => names.split(' '))
const GERMAN_MONTH = String.raw`(?<month>Januar|Jänner|Februar|März|Mai|Juni|Juli|Oktober|Dezember)`
const OTHER_MONTH = `(?<month>${OTHER_MONTHS.flat().join('|')})`
const DAY = String.raw`(?<day>[0-3]?\d)(?:st|nd|rd|th|er|º)?`
const YEAR = String.raw`(?<year>[12]\d{3})`
const EDGE = String.raw`(?<![\p{L}\p{N}])`
const END = String.raw`(?![\p{L}\p{N}])`

const pattern = (body: string, flags = 'giu') => new RegExp(`${EDGE}(?:${body})${END}`, flags)
const FORMS: readonly RegExp[] = [
  pattern(String.raw`${YEAR}-(?<month>[01]\d)(?:-(?<day>[0-3]\d))?(?:T[\d:.]+Z?)?`),
  pattern(String.raw`${DAY}(?: of|\.)?[ -]${MONTH},?(?:[ -]${YEAR})?`),
  pattern(String.raw`${DAY}\.?(?: de)?[ -]${OTHER_MONTH}(?:(?: de)?[ -]${YEAR})?`),
  pattern(String.raw`${MONTH} ${DAY}(?!\d|,\d{3})(?:,? ${YEAR})?`),
  pattern(String.raw`${MONTH},? ${YEAR}`),
  pattern(String.raw`${OTHER_MONTH}(?: de)? ${YEAR}`),
  // Which of the two is the day differs between countries: what is compared is the pair.
  pattern(String.raw`(?<first>[0-3]?\d)[/.](?<second>[0-3]?\d)[/.]${YEAR}`),
  pattern(String.raw`(?<decade>[12]\d{2}0)['’]?s`),
  // Without capitals "may" and "march" are verbs.
  pattern(MONTH, 'gu'),
  pattern(GERMAN_MONTH, 'gu'),
]

/** Dates of a text, in order: ISO, "3 May 2026", "May 3, 2026", "May 2026", "3/5/2026", "the 1990s"; a bare year is a number. */
export function datesOf(text: string): WrittenDate[] {
  const found: WrittenDate[] = []
  for (const form of FORMS)
    for (const { index, 0: whole, groups = {} } of text.matchAll(form)) {
      const span = { start: index, end: index + whole.length }
      const isTaken = found.some(({ start, end }) => span.start < end && span.end > start)
      if (!isTaken && !isVerb(whole, text.slice(0, index))) found.push({ ...span, ...fieldsOf(groups) })
    }
  return found.toSorted((a, b) => a.start - b.start)
}

/** "May" and "March" alone are months only behind a word that asks for one. */
function isVerb(whole: string, before: string): boolean {
  return (
    /^(?:May|Mar|March|Jan|Dec|Sep|Sept)$/.test(whole) &&
    !/\b(?:in|since|until|by|of|from|to|during|last|next|early|late|mid|and)[ -]$/i.test(before)
  )
}

function fieldsOf(groups: Readonly<Record<string, string | undefined>>): Omit<WrittenDate, 'start' | 'end'> {
  const { year, month, day, first, second, decade } = groups
  if (decade !== undefined) return { year: Number(decade), isDecade: true }
  if (first !== undefined) {
    const pair = [Number(first), Number(second)]
    const [small = 0, large = 0] = pair.toSorted((a, b) => a - b)
    return { year: Number(year), month: small, day: large }
  }
  return {
    year: year === undefined ? undefined : Number(year),
    month: month === undefined ? undefined : monthOf(month),
    day: day === undefined ? undefined : Number(day),
  }
}

function monthOf(text: string): number {
  if (/^\d/.test(text)) return Number(text)
  const name = text.toLowerCase()
  const other = OTHER_MONTHS.findIndex((names) => names.includes(name))
  return (other >= 0 ? other : MONTHS.indexOf(name.slice(0, 3))) + 1
}

/** True when a text that gives `given`, and the years `years` besides, supports the date `said`. */
export function datesAgree(said: WrittenDate, given: WrittenDate, years: ReadonlySet<number>): boolean {
  if (said.isDecade) return given.year !== undefined && Math.floor(given.year / 10) * 10 === said.year
  if (given.isDecade) return false
  const yearHolds =
    said.year === undefined ||
    said.year === given.year ||
    (given.year === undefined && years.has(said.year) && said.month !== undefined)
  return yearHolds && dayHolds(said, given)
}

function dayHolds(said: WrittenDate, given: WrittenDate): boolean {
  if (said.month === undefined) return said.day === undefined
  if (said.month === given.month) return said.day === undefined || said.day === given.day
  // 3/5/2026 may have been read the wrong way round.
  return isShort(said) && isShort(given) && said.month === given.day && said.day === given.month
}

const isShort = ({ month = 13, day = 32 }: WrittenDate) => month <= 12 && day <= 12
