import type { z } from 'zod'
import type { queryResponse } from '../../shared/api/answer.ts'
import { colors, printable } from './terminal.ts'

export type AnswerChecks = Pick<z.infer<typeof queryResponse>, 'claims' | 'removedCitations'>
type Claim = AnswerChecks['claims'][number]

const MAX_SHOWN = 8
const MAX_SENTENCE_LENGTH = 160

/** What of an answer its sources do not support, and why; empty when they support all of it. */
export function describeDoubts(answer: string, { claims, removedCitations }: AnswerChecks): string {
  const doubted = claims.filter(({ supported }) => !supported)
  const more = doubted.length - MAX_SHOWN
  const lines = [
    ...(doubted.length > 0 ? [colors.yellow(headline(doubted.length, claims.length))] : []),
    ...doubted
      .slice(0, MAX_SHOWN)
      .map((claim) => `- ${sentenceOf(answer, claim)} ${colors.dim(`(${reasonOf(claim)})`)}`),
    ...(more > 0 ? [`- and ${more} more; --json has all`] : []),
    ...(removedCitations > 0 ? [colors.yellow(removed(removedCitations))] : []),
  ]
  return lines.join('\n')
}

const headline = (doubted: number, all: number) =>
  `Not supported by the sources: ${doubted} of ${all} ${all === 1 ? 'sentence' : 'sentences'}.`

const removed = (count: number) =>
  `Removed: ${count} ${count === 1 ? 'citation' : 'citations'} of sources that the model was not given.`

function sentenceOf(answer: string, { start, end }: Claim): string {
  const sentence = printable(answer.slice(start, end)).replaceAll(/\s+/g, ' ').trim()
  return sentence.length > MAX_SENTENCE_LENGTH ? `${sentence.slice(0, MAX_SENTENCE_LENGTH)}…` : sentence
}

function reasonOf({ reason, checks }: Claim): string {
  switch (reason) {
    case 'uncited':
      return 'cites no source'
    case 'quote':
      return notThere('quotation', checks.quotes.missing)
    case 'number':
      return notThere('number', checks.numbers.missing)
    case 'date':
      return notThere('date', checks.dates.missing)
    case 'name':
      return notThere('name', checks.names.missing)
    case 'polarity':
      return 'says the opposite of what it cites'
    case 'judge':
      return 'the judge does not find it in what it cites'
    case 'entailment':
    case null:
      return 'does not follow from what it cites'
  }
}

/** `number not in what it cites: 45`. */
const notThere = (what: string, missing: readonly string[]) =>
  `${what} not in what it cites: ${printable(missing.join(', ')).replaceAll(/\s+/g, ' ')}`
