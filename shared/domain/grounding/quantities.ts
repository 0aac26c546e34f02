import type { Span } from '../document.ts'
import { numberWords } from './number-words.ts'
import { unitOf } from './units.ts'

/** A number of a text: `value` as written, `kind` and `amount` what it measures in the kind's base unit. */
export type Quantity = Span & {
  readonly value: number
  readonly kind: string
  readonly amount: number
  /** Digits after which the writer rounded, when a word such as "about" says so; else undefined. */
  readonly roundedTo: number | undefined
}

const GROUPED = String.raw`\d{1,3}(?:[,'\u00a0\u202f ]\d{3})+(?!\d)`
/** 1.500.000, 1.500,00 and 0,38, as most of Europe writes them. */
const WITH_COMMA = String.raw`\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}|\d+,(?:\d{1,2}|\d{4,})(?!,?\d|\.\d)`
/** Languages in which a dot parts thousands; of "1.500" nothing else tells. */
const DOTTED = new Set('de nl da es pt it id tr'.split(' '))
const NUMBER = new RegExp(
  String.raw`(?<![\p{L}\p{N}_]|\d[.,/:])(?<sign>(?<=^|[\s(])[-−])?(?<currency>(?:US|A|C)?\$|[€£¥₹])? ?` +
    String.raw`(?<digits>${WITH_COMMA}|(?:${GROUPED}|\d+)(?:\.\d+)?)(?:(?:st|nd|rd|th)(?![\p{L}]))?` +
    String.raw`(?:[ \u00a0-]?(?<scale>hundred|thousand|million|billion|trillion|bn|mn|Millionen|Milliarden?|Mio|Mrd|[kKMB](?![\p{L}\p{N}]))(?![\p{L}]))?` +
    String.raw`(?<after>[ \u00a0-]?(?:per cent|%|€|°[CF]|[\p{L}]+))?`,
  'gu',
)
const SCALES: Readonly<Record<string, number>> = {
  hundred: 100,
  thousand: 1e3,
  k: 1e3,
  million: 1e6,
  millionen: 1e6,
  mio: 1e6,
  m: 1e6,
  mn: 1e6,
  billion: 1e9,
  milliarde: 1e9,
  milliarden: 1e9,
  mrd: 1e9,
  bn: 1e9,
  b: 1e9,
  trillion: 1e12,
}
const APPROXIMATE =
  /(?:about|around|approximately|approx\.?|nearly|almost|roughly|over|more than|some|~|≈)\s*$/i

/** Numbers in figures and in words, in order; parts of dates and versions included. In another language than English, its words too. */
export function quantitiesOf(text: string, language: string | null = null): Quantity[] {
  const isDotted = language !== null && DOTTED.has(language)
  const inFigures = [...text.matchAll(NUMBER)].flatMap((match) => readFigures(text, match, isDotted) ?? [])
  const inWords = numberWords(text, language).map(({ start, end, value }) => {
    const after = /^[\s-](per cent|\p{L}+)/u.exec(text.slice(end, end + LONGEST_UNIT))
    const unit = unitOf(nameOfUnit(after?.[1] ?? ''))
    return quantity(text, { start, end: unit && after ? end + after[0].length : end }, value, unit)
  })
  return [...inFigures, ...inWords].toSorted((a, b) => a.start - b.start)
}

function readFigures(
  text: string,
  { index, 0: whole, groups = {} }: RegExpExecArray,
  isDotted: boolean,
): Quantity | undefined {
  const { sign, currency, digits = '', after = '' } = groups
  const { unit, factor, isAfterRead } = measureOf(currency, groups['scale'], nameOfUnit(after))
  // A word glued to the digits that is no unit makes an identifier, such as `4xx`.
  if (!unit && /^\p{L}/u.test(after)) return undefined
  const value = valueOf(digits, isDotted) * factor
  const end = index + whole.length - (isAfterRead ? 0 : after.length)
  return quantity(text, { start: index, end }, sign ? -value : value, unit)
}

function valueOf(digits: string, isDotted: boolean): number {
  const isWhole = isDotted && /^\d{1,3}\.\d{3}$/.test(digits)
  const isWithComma = isWhole || WITH_COMMA_ALONE.test(digits)
  const plain = isWithComma ? digits.replaceAll('.', '').replace(',', '.') : digits.replaceAll(/[^\d.]/g, '')
  return Number(plain)
}

const WITH_COMMA_ALONE = new RegExp(`^(?:${WITH_COMMA})$`)

/** Unit and scale of a figure from what stands around it; `isAfterRead` when the word behind it is one of them. */
function measureOf(currency: string | undefined, scale: string | undefined, after: string) {
  // "$5m" are millions, "5m" are metres.
  if (currency !== undefined) {
    const isMillions = after === 'm'
    return {
      unit: unitOf(currency.slice(-1)),
      factor: scaleOf(isMillions ? after : scale),
      isAfterRead: isMillions,
    }
  }
  const unit = unitOf(after)
  return { unit, factor: scaleOf(scale), isAfterRead: unit !== undefined }
}

const scaleOf = (scale = '') => SCALES[scale.toLowerCase()] ?? 1

const LONGEST_UNIT = 20
const nameOfUnit = (after: string) => after.replaceAll(/^[\s-]|\s/g, '').replace('percent', '%')

function quantity(text: string, span: Span, value: number, unit: ReturnType<typeof unitOf>): Quantity {
  const isApproximate = APPROXIMATE.test(text.slice(Math.max(0, span.start - 16), span.start))
  return {
    ...span,
    value,
    kind: unit?.kind ?? '',
    amount: value * (unit?.factor ?? 1),
    roundedTo: isApproximate ? significantDigits(value) : undefined,
  }
}

const significantDigits = (value: number) =>
  Math.max(1, String(Math.abs(value)).replace('.', '').replace(/^0+/, '').replace(/0+$/, '').length)

/** True when a text that gives `given` supports `said`: same amount of the same kind, or the same figure where one names no unit. */
export function agrees(said: Quantity, given: Quantity): boolean {
  if (said.kind !== '' && said.kind === given.kind) return isSame(said, said.amount, given.amount)
  return (said.kind === '' || given.kind === '') && isSame(said, said.value, given.value)
}

function isSame(said: Quantity, a: number, b: number): boolean {
  if (Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b))) return true
  return said.roundedTo !== undefined && Number(b.toPrecision(said.roundedTo)) === a
}
