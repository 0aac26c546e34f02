import { languageOf } from '../query/language.ts'
import { datesAgree, datesOf, type WrittenDate } from './dates.ts'
import { initialsOf, isSameName, type Name, nameKey, nameKeys, namesOf } from './names.ts'
import { ordinalWords } from './number-words.ts'
import { agrees, type Quantity, quantitiesOf } from './quantities.ts'

/** What of a text can be compared literally. */
export type Facts = {
  readonly quantities: readonly Quantity[]
  readonly dates: readonly WrittenDate[]
  /** Values of its numbers and dates, ordinals in words included. */
  readonly values: ReadonlySet<number>
  /** Words of each sentence with those of the headings above it: a name must stand in one of them. */
  readonly names: readonly ReadonlySet<string>[]
  readonly vocabulary: ReadonlySet<string>
  readonly initials: ReadonlySet<string>
}

export function factsOf(path: string, sentences: readonly string[], language: string | null): Facts {
  const text = [path, ...sentences].join('\n')
  const above = nameKeys(path)
  const names = [above, ...sentences.map((sentence) => new Set([...above, ...nameKeys(sentence)]))]
  const quantities = quantitiesOf(text, language)
  const dates = datesOf(text)
  return {
    quantities,
    dates,
    values: new Set([
      ...quantities.map(({ value }) => value),
      ...ordinalWords(text),
      ...dates.flatMap(({ year, day }) => [year, day]).filter((value) => value !== undefined),
    ]),
    names,
    vocabulary: new Set(names.flatMap((keys) => [...keys])),
    initials: initialsOf(text),
  }
}

/** Numbers, dates and names that a sentence states, each as it is written there. */
export type Stated = {
  readonly quantities: readonly Quantity[]
  /** Words with digits that are no numbers: versions, models, times, addresses. */
  readonly codes: readonly string[]
  readonly dates: readonly WrittenDate[]
  readonly names: readonly Name[]
}

const CODE =
  /(?<![\p{L}\p{N}])(?:\d+(?:[.:/]\d+){2,}|\d+[:/]\d+|(?=[\p{L}\p{N}_.-]*\p{L})(?=[\p{L}_.-]*\d)[\p{L}\p{N}][\p{L}\p{N}_.-]*[\p{L}\p{N}])(?![\p{L}\p{N}])/gu

/** `language`: of the sentence, as far as it is known. */
export function statedIn(sentence: string, language = languageOf(sentence).language): Stated {
  const dates = datesOf(sentence)
  const withoutDates = blank(sentence, dates)
  const names = namesOf(withoutDates, language)
  const found = quantitiesOf(withoutDates, language)
  const codes = [...withoutDates.matchAll(CODE)].filter(
    ({ index, 0: code }) => !isQuantity(code, index, found),
  )
  const spans = codes.map(({ index, 0: code }) => ({ start: index, end: index + code.length }))
  return {
    dates,
    names: names.filter(({ start, end }) => !spans.some((span) => span.start < end && span.end > start)),
    quantities: found.filter(({ start, end }) => !spans.some((span) => span.start < end && span.end > start)),
    codes: codes.map(([code]) => code),
  }
}

/** "20-year-old", "5GB" and "19th" are numbers with what follows them. */
function isQuantity(code: string, start: number, quantities: readonly Quantity[]): boolean {
  if (/^\d+(?:st|nd|rd|th)\b/.test(code)) return true
  return (
    /^\d/.test(code) &&
    !/^(?!\d{1,3}(?:\.\d{3})+$)\d+(?:[:/]|\.\d+\.)/.test(code) &&
    quantities.some((quantity) => quantity.start <= start && quantity.end > start)
  )
}

function blank(text: string, spans: readonly { start: number; end: number }[]): string {
  let rest = text
  for (const { start, end } of spans) rest = rest.slice(0, start) + ' '.repeat(end - start) + rest.slice(end)
  return rest
}

export function hasQuantity(said: Quantity, { quantities, values }: Facts): boolean {
  return quantities.some((given) => agrees(said, given)) || (said.kind === '' && values.has(said.value))
}

export function hasDate(said: WrittenDate, { dates, values }: Facts): boolean {
  const { year } = said
  if (said.isDecade && year !== undefined && [...values].some((value) => value >= year && value < year + 10))
    return true
  return dates.some((given) => datesAgree(said, given, values))
}

/** True when all words of the name stand in one sentence, their endings aside, or are the initials of a name of the text. */
export function hasName({ words }: Name, { names, vocabulary, initials }: Facts): boolean {
  const forms = words
    .filter((word) => !initials.has(word))
    .flatMap((word) =>
      vocabulary.has(word) ? [[word]] : word.split(/[-&’'.]/).map((part) => formsOf(part, vocabulary)),
    )
  return names.some((given) => forms.every((same) => same.some((word) => given.has(word))))
}

/** The words of a text that are this name but for the ending. */
function formsOf(word: string, vocabulary: ReadonlySet<string>): string[] {
  const key = nameKey(word)
  return vocabulary.has(key) ? [key] : [...vocabulary].filter((other) => isSameName(key, other))
}
