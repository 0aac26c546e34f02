import { cover } from './coverage.ts'
import { verbatimKey } from './quotations.ts'
import type { Evidence, ReadSentence, ReadSource } from './reading.ts'
import { GROUNDING } from './weights.gen.ts'

/** What entailment is judged by, each 0..1. Word order, one best place, synonyms and cosines were measured and add nothing: docs/grounding.md. */
export type Signals = {
  /** Share of the sentence's words, weighted by rarity, in the best sentences of the sources. */
  readonly coverage: number
  /** 1 for a question, and for what a speaker says of himself where no source does: nothing such is evidence for. */
  readonly talk: number
}

const SPEAKER = ['i', 'me', 'my', 'mine']

export type Judged = { readonly signals: Signals; readonly hasOpposite: boolean }

export function judge(
  claim: ReadSentence,
  sources: readonly ReadSource[],
  rarity: Evidence['rarity'],
): Judged {
  const { window, together, best } = cover(claim.stems, sources, rarity)
  const ofSpeaker = SPEAKER.some(
    (word) => claim.words.includes(word) && !sources.some(({ words }) => words.has(word)),
  )
  return {
    signals: { coverage: together, talk: ofSpeaker || /\?\s*$/.test(claim.text) ? 1 : 0 },
    hasOpposite: deniesGiven(claim, sources, best) || (window >= CLOSE && affirmsDenied(claim, sources)),
  }
}

/** Only of a sentence that says the same otherwise can one tell that a "not" is lacking. */
const CLOSE = 0.8

/** The sentence negates what the best evidence says, and no source negates it. */
function deniesGiven(
  { negated }: ReadSentence,
  sources: readonly ReadSource[],
  best: readonly ReadSentence[],
): boolean {
  return [...negated].some(
    (stem) =>
      best.some(({ stems }) => stems.has(stem)) &&
      !sources.some(({ sentences }) => sentences.some((sentence) => sentence.negated.has(stem))),
  )
}

/** The sentence says without a "not" what the sources say with one only. */
function affirmsDenied({ stems, negated }: ReadSentence, sources: readonly ReadSource[]): boolean {
  const sentences = sources.flatMap((source) => source.sentences)
  return [...stems].some((stem) => {
    const holders = sentences.filter((sentence) => sentence.stems.has(stem))
    return !negated.has(stem) && holders.length > 0 && holders.every((holder) => holder.negated.has(stem))
  })
}

/** Chance that sources entail a sentence with these signals, fitted by `npm run eval:grounding -- --fit`. */
export function entailmentOf({ coverage, talk }: Signals): number {
  const sum = GROUNDING.intercept + GROUNDING.coverage * coverage + GROUNDING.talk * talk
  return 1 / (1 + Math.exp(-sum))
}

/** What is invented outweighs any number of right words: support then stays far below the threshold, in the order of the words. */
export function supportOf(entailment: number, isInvented: boolean, threshold: number): number {
  return isInvented ? (entailment * threshold) / 2 : entailment
}

/** True when the sentence stands in a source as it is. */
export function isVerbatim({ text }: ReadSentence, sources: readonly ReadSource[]): boolean {
  const key = verbatimKey(text)
  return key !== '' && sources.some(({ verbatim }) => verbatim.includes(key))
}
