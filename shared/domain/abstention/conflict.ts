import type { Span } from '../document.ts'
import { datesAgree, datesOf, type WrittenDate } from '../grounding/dates.ts'
import { isSameName, namesOf } from '../grounding/names.ts'
import { agrees, type Quantity, quantitiesOf } from '../grounding/quantities.ts'
import { type Evidence, type ReadSentence, type ReadSource, readSentence } from '../grounding/reading.ts'
import { stems } from '../terms.ts'
import { answerTypeOf } from './answer-type.ts'

export type Conflict = {
  readonly sources: readonly [number, number]
  /** The two values as the passages write them, or the two sentences where one denies the other. */
  readonly values: readonly [string, string]
}

/** Only sentences that say this much of the question, and of the best one, state its answer. */
const LEAST_COVERAGE = 0.5
const LEAST_OF_BEST = 0.8
const MOST_STATEMENTS = 12
/** Two sentences speak of the same thing when they share this much of their words, values aside, and at least so many. */
const SAME_FRAME = 0.7
const LEAST_COMMON = 2

type Statement = {
  readonly number: number
  readonly documentId: string
  readonly read: ReadSentence
  readonly quantities: readonly Quantity[]
  readonly dates: readonly WrittenDate[]
  readonly names: readonly string[]
  /** Its words without those of values and names. */
  readonly frame: ReadonlySet<string>
}

/** Two passages of different documents that say the same of the same thing, but for its value; null when there are none. */
export function findConflict(question: string, evidence: Evidence): Conflict | null {
  const statements = statementsOn(question, evidence)
  for (const [i, one] of statements.entries())
    for (const other of statements.slice(i + 1)) {
      if (one.documentId === other.documentId || !hasSameFrame(one, other)) continue
      const values = differingValues(question, one, other)
      if (values) return { sources: [one.number, other.number], values }
    }
  return null
}

function statementsOn(question: string, { sources, rarity }: Evidence): Statement[] {
  const wanted = readSentence(question).stems
  // A word that no passage has ("what year") tells none of their sentences apart.
  const asked = [...wanted].filter((stem) => sources.some(({ all }) => all.has(stem)))
  if (asked.length < wanted.size / 2) return []
  const whole = asked.reduce((sum, stem) => sum + rarity(stem), 0)
  const rated = sources.flatMap((source) =>
    source.sentences.map((read) => ({ source, read, share: shareOf(asked, source, read, rarity) / whole })),
  )
  const best = Math.max(0, ...rated.map(({ share }) => share))
  return rated
    .filter(({ share }) => share >= LEAST_COVERAGE && share >= LEAST_OF_BEST * best)
    .toSorted((a, b) => b.share - a.share)
    .slice(0, MOST_STATEMENTS)
    .map(({ source, read }) => statementOf(source, read))
}

const shareOf = (
  asked: readonly string[],
  { above }: ReadSource,
  read: ReadSentence,
  rarity: Evidence['rarity'],
) => asked.reduce((sum, stem) => sum + (read.stems.has(stem) || above.has(stem) ? rarity(stem) : 0), 0)

function statementOf({ source }: ReadSource, read: ReadSentence): Statement {
  const { text } = read
  const dates = datesOf(text)
  const isInDate = ({ start, end }: Span) => dates.some((date) => date.start < end && date.end > start)
  const quantities = quantitiesOf(text).filter((quantity) => !isInDate(quantity))
  // With something before it a sentence's first word may be a name, too.
  const names = namesOf(LEAD + text)
    .map(({ start, end, words }) => ({ start: start - LEAD.length, end: end - LEAD.length, words }))
    .filter((name) => !isInDate(name))
  const spans = [...dates, ...quantities, ...names]
  const said = new Set(spans.flatMap(({ start, end }) => stems(text.slice(start, end))))
  return {
    number: source.number,
    documentId: source.documentId,
    read,
    quantities,
    dates,
    names: names.map(({ words }) => words.join(' ')),
    frame: new Set([...read.stems].filter((stem) => !said.has(stem))),
  }
}

const LEAD = ', '

function hasSameFrame(one: Statement, other: Statement): boolean {
  const common = [...one.frame].filter((stem) => other.frame.has(stem)).length
  return common >= LEAST_COMMON && common >= SAME_FRAME * Math.max(one.frame.size, other.frame.size)
}

function differingValues(question: string, one: Statement, other: Statement): Conflict['values'] | null {
  const type = answerTypeOf(question)
  const quantities = differingQuantities(one, other)
  const times = differingDates(one, other) ?? yearsOf(quantities)
  const names = differingNames(one, other)
  // What differs beside the answer makes it another thing: another year, another port.
  if (type === 'person' || type === 'place') return quantities || times ? null : names
  if (names) return null
  if (type === 'date') return writtenIn(one, other, times)
  return times ? null : (writtenIn(one, other, quantities) ?? deniedIn(one, other))
}

function writtenIn(one: Statement, other: Statement, spans: readonly [Span, Span] | null) {
  if (!spans) return null
  const write = ({ read }: Statement, { start, end }: Span) => read.text.slice(start, end).trim()
  return [write(one, spans[0]), write(other, spans[1])] as const
}

/** The first amount of either for which the other has one of its kind, but none that agrees. */
function differingQuantities(one: Statement, other: Statement): [Quantity, Quantity] | null {
  for (const said of one.quantities) {
    const same = other.quantities.filter(({ kind }) => kind === said.kind)
    const [first] = same
    const isMatched = other.quantities.some((given) => agrees(said, given) || agrees(given, said))
    const isAnswered = same.every((given) =>
      one.quantities.some((own) => agrees(own, given) || agrees(given, own)),
    )
    if (first && !isMatched && !isAnswered) return [said, first]
  }
  return null
}

const LEAST_YEAR = 500
const MOST_YEAR = 2_200

function yearsOf(pair: [Quantity, Quantity] | null): typeof pair {
  const areYears = pair?.every(
    ({ kind, value }) => kind === '' && Number.isInteger(value) && value >= LEAST_YEAR && value < MOST_YEAR,
  )
  return areYears ? pair : null
}

function differingDates(one: Statement, other: Statement): [WrittenDate, WrittenDate] | null {
  const [said] = one.dates
  const [given] = other.dates
  if (!said || !given) return null
  const none = new Set<number>()
  const isAgreed = one.dates.some((a) =>
    other.dates.some((b) => datesAgree(a, b, none) || datesAgree(b, a, none)),
  )
  return isAgreed ? null : [said, given]
}

/** Names that either sentence has and the other has not. */
function differingNames(one: Statement, other: Statement): [string, string] | null {
  const lacking = (from: Statement, to: Statement) => from.names.find((name) => !isNamed(name, to))
  const [a, b] = [lacking(one, other), lacking(other, one)]
  return a !== undefined && b !== undefined ? [a, b] : null
}

function isNamed(name: string, { read, names }: Statement): boolean {
  const words = name.split(/[ '’.&-]/)
  return (
    names.includes(name) ||
    words.some((word) => read.words.some((other) => other === word || isSameName(word, other)))
  )
}

function deniedIn(one: Statement, other: Statement): Conflict['values'] | null {
  const isDenied = denies(one, other) || denies(other, one)
  return isDenied ? [one.read.text, other.read.text] : null
}

const denies = (a: Statement, b: Statement) =>
  [...a.read.negated].some((stem) => b.read.stems.has(stem)) && b.read.negated.size === 0
