import type { Claim, Source } from '../passage.ts'
import { sentences } from '../sentences.ts'
import { type Checks, checkSentence, type Unsupported } from './check.ts'
import { quotationsOf } from './quotations.ts'
import { type Evidence, readEvidence } from './reading.ts'

/** A claim with what was compared; `reason` says why it is not supported and is null when it is. */
export type CheckedClaim = Claim & {
  readonly checks: Checks
  readonly reason: Unsupported | null
}

/** A sentence of the answer with what it cites and quotes, before it is checked. */
export type Sentence = {
  readonly start: number
  readonly end: number
  /** Where its trailing citations end. */
  readonly citedEnd: number
  readonly text: string
  readonly cited: ReadonlySet<number>
  readonly quotations: readonly string[]
}

const MARKERS = /\[\d{1,3}(?:\s*,\s*\d{1,3})*\](?!\()/g

/** The answer without its citations, everything else in its place. */
export function withoutMarkers(answer: string): string {
  return answer.replaceAll(MARKERS, (marker) => ' '.repeat(marker.length))
}

/** Sentences of an answer, or of its rest; a citation belongs to the sentence it follows, one before all of them to the first. */
export function sentencesOfAnswer(answer: string, isRest = false): Sentence[] {
  const markers = [...answer.matchAll(MARKERS)].map(({ index, 0: text }) => ({
    start: index,
    end: index + text.length,
    numbers: text.slice(1, -1).split(',').map(Number),
  }))
  const words = withoutMarkers(answer)
  const quotations = quotationsOf(words)
  const spans = sentences(words)
  return spans.map(({ start, end }, i) => {
    const from = i === 0 && !isRest ? 0 : start
    const next = spans[i + 1]?.start ?? answer.length
    const own = markers.filter((marker) => marker.start >= from && marker.start < next)
    return {
      start,
      end,
      citedEnd: Math.max(end, ...own.map((marker) => marker.end)),
      text: words.slice(start, end),
      cited: new Set(own.flatMap(({ numbers }) => numbers)),
      // Of a quotation that goes on over several sentences each is compared on its own.
      quotations: quotations
        .filter((quoted) => quoted.start < end && quoted.end > start)
        .map((quoted) => words.slice(Math.max(start, quoted.start), Math.min(end, quoted.end))),
    }
  })
}

/** Checks a sentence against the sources it cites; without a citation against all, and then it is not supported whatever they say. */
export function claimOf(sentence: Sentence, { sources, rarity }: Evidence, offset = 0): CheckedClaim {
  const cited = sources.filter(({ source }) => sentence.cited.has(source.number))
  const isCited = cited.length > 0
  const checked = checkSentence(sentence.text, sentence.quotations, isCited ? cited : sources, rarity)
  const reason = isCited ? checked.reason : 'uncited'
  return {
    start: offset + sentence.start,
    end: offset + sentence.citedEnd,
    sources: cited.map(({ source }) => source.number),
    support: checked.support,
    supported: reason === null,
    checks: checked.checks,
    reason,
  }
}

/**
 * One claim per sentence of the answer: what it cites, what of it stands there, and why it is not supported.
 * Nothing is cited for the answer's sake: a sentence that its own citations do not support stays marked.
 */
export function findClaims(answer: string, sources: readonly Source[]): CheckedClaim[] {
  const evidence = readEvidence(sources)
  return sentencesOfAnswer(answer).map((sentence) => claimOf(sentence, evidence))
}

/** Share of the answer's characters that lie in supported claims; 0 for an answer without any. */
export function groundingOf(claims: readonly Claim[]): number {
  return claims.length === 0 ? 0 : lengthOf(claims.filter(({ supported }) => supported)) / lengthOf(claims)
}

const lengthOf = (claims: readonly Claim[]) => claims.reduce((sum, { start, end }) => sum + end - start, 0)
