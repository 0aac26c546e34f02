import type { Span } from '../document.ts'
import { languageOf } from '../query/language.ts'
import { stems } from '../terms.ts'
import { entailmentOf, isVerbatim, judge, type Signals, supportOf } from './entailment.ts'
import { hasDate, hasName, hasQuantity, statedIn } from './facts.ts'
import { isQuotedFrom } from './quotations.ts'
import { type Evidence, type ReadSentence, type ReadSource, readSentence } from './reading.ts'
import { withoutSmallWords } from './small-words.ts'
import { GROUNDING } from './weights.gen.ts'

/** How many of a kind a sentence states, and those that stand in none of its sources, as written. */
export type Check = { readonly stated: number; readonly missing: readonly string[] }

export type Checks = {
  readonly numbers: Check
  readonly dates: Check
  readonly names: Check
  readonly quotes: Check
  /** `opposite` when the sentence says "not" where its sources do not, or the other way round. */
  readonly polarity: 'same' | 'opposite'
  /** Chance, 0..1, that the sources entail the sentence, by its words. */
  readonly entailment: number
}

/** Why a sentence is not supported; the first that holds. */
export const UNSUPPORTED = ['uncited', 'quote', 'number', 'date', 'name', 'polarity', 'entailment'] as const
export type Unsupported = (typeof UNSUPPORTED)[number]

export type Checked = {
  readonly checks: Checks
  readonly support: number
  readonly reason: Unsupported | null
  readonly signals: Signals
}

/** Checks one sentence, and the quotations in it, against what it cites. */
export function checkSentence(
  sentence: string,
  quotations: readonly string[],
  sources: readonly ReadSource[],
  rarity: Evidence['rarity'],
): Checked {
  const language = languageIn(sentence, sources)
  const read = readSentence(sentence)
  const claim = { ...read, stems: withoutSmallWords(read.stems, language) }
  const isCopy = isVerbatim(claim, sources)
  const { given, ...facts } = checkFacts(sentence, language, quotations, sources, isCopy)
  const { signals, hasOpposite } = judge(withoutSettled(claim, given, sources), sources, rarity)
  let entailment = isCopy ? 1 : entailmentOf(signals)
  if (claim.stems.size === 0) entailment = 0
  const checks: Checks = { ...facts, polarity: hasOpposite && !isCopy ? 'opposite' : 'same', entailment }
  const reason = reasonOf(checks)
  const isInvented = reason !== null && reason !== 'entailment'
  return { checks, reason, signals, support: supportOf(entailment, isInvented, GROUNDING.threshold) }
}

const asIs = (text: string) => text
const isQuoted = (text: string, { verbatim }: ReadSource) => isQuotedFrom(text, verbatim)

/** The literal checks, and as `given` what of the sentence they found. */
function checkFacts(
  sentence: string,
  language: string | null,
  quotations: readonly string[],
  sources: readonly ReadSource[],
  isCopy: boolean,
) {
  const given: string[] = []
  const compare = <Said>(
    said: readonly Said[],
    isIn: (one: Said, source: ReadSource) => boolean,
    write: (one: Said) => string,
  ): Check => {
    const missing: string[] = []
    for (const one of said) {
      const isGiven = isCopy || sources.some((source) => isIn(one, source))
      ;(isGiven ? given : missing).push(write(one))
    }
    return { stated: said.length, missing }
  }
  const inSentence = ({ start, end }: Span) => sentence.slice(start, end).trim()
  const stated = statedIn(sentence, language)
  const quantities = compare(stated.quantities, (said, { facts }) => hasQuantity(said, facts()), inSentence)
  const codes = compare(stated.codes, isQuoted, asIs)
  return {
    numbers: {
      stated: quantities.stated + codes.stated,
      missing: [...quantities.missing, ...codes.missing],
    },
    dates: compare(stated.dates, (said, { facts }) => hasDate(said, facts()), inSentence),
    names: compare(stated.names, (said, { facts }) => hasName(said, facts()), inSentence),
    quotes: compare(quotations, isQuoted, asIs),
    given,
  }
}

/** A sentence that does not tell its language has that of what it cites. */
function languageIn(sentence: string, sources: readonly ReadSource[]): string | null {
  const { language } = languageOf(sentence)
  return language ?? sources.map((source) => source.language().language).find((one) => one !== null) ?? null
}

/** What stands in the sources in another form ("one thousand" for 1000) is not looked for again by its words. */
function withoutSettled(
  claim: ReadSentence,
  given: readonly string[],
  sources: readonly ReadSource[],
): ReadSentence {
  if (given.length === 0) return claim
  const settled = new Set(stems(given.join(' ')).filter((stem) => !sources.some(({ all }) => all.has(stem))))
  return { ...claim, stems: new Set([...claim.stems].filter((stem) => !settled.has(stem))) }
}

function reasonOf({ numbers, dates, names, quotes, polarity, entailment }: Checks): Unsupported | null {
  if (quotes.missing.length > 0) return 'quote'
  if (numbers.missing.length > 0) return 'number'
  if (dates.missing.length > 0) return 'date'
  if (names.missing.length > 0) return 'name'
  if (polarity === 'opposite') return 'polarity'
  return entailment < GROUNDING.threshold ? 'entailment' : null
}
