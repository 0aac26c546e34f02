import type { Claim, Source } from './passage.ts'
import { sentences } from './sentences.ts'
import { stems } from './terms.ts'

/** Share of a sentence's telling words that must stand in what it cites. A lexical stand-in until entailment is measured. */
const LEAST_SUPPORT = 0.6

const MARKERS = /\[\d{1,3}(?:\s*,\s*\d{1,3})*\]/g

/**
 * One claim per sentence of the answer: what it cites and how much of it stands there. A citation belongs to the sentence it follows.
 * `supported` needs a citation, enough common words, and every number of the sentence in the cited text.
 */
export function findClaims(answer: string, sources: readonly Source[]): Claim[] {
  const markers = [...answer.matchAll(MARKERS)].map(({ index, 0: text }) => ({
    start: index,
    end: index + text.length,
    text,
  }))
  const words = answer.replaceAll(MARKERS, (marker) => ' '.repeat(marker.length))
  const spans = sentences(words)
  return spans.map(({ start, end }, i) => {
    const next = spans[i + 1]?.start ?? answer.length
    const own = markers.filter((marker) => marker.start >= start && marker.start < next)
    const numbers = new Set(own.flatMap(({ text }) => text.slice(1, -1).split(',').map(Number)))
    const cited = sources.filter(({ number }) => numbers.has(number))
    const support = supportOf(words.slice(start, end), cited.length > 0 ? cited : sources)
    return {
      start,
      end: Math.max(end, ...own.map((marker) => marker.end)),
      sources: cited.map(({ number }) => number),
      support,
      supported: cited.length > 0 && support >= LEAST_SUPPORT,
    }
  })
}

function supportOf(sentence: string, sources: readonly Source[]): number {
  const said = new Set(stems(sentence))
  if (said.size === 0) return 0
  const given = new Set(
    sources.flatMap(({ title, headings, text }) => stems([title, ...headings, text].join('\n'))),
  )
  const found = [...said].filter((stem) => given.has(stem)).length
  const hasForeignNumber = [...said].some((stem) => /^\d+$/.test(stem) && !given.has(stem))
  const share = found / said.size
  // An invented number is the most common and the most costly mistake: no number of right words makes up for it.
  return hasForeignNumber ? Math.min(share, LEAST_SUPPORT / 2) : share
}

/** Share of the answer's characters that lie in supported claims; 0 for an answer without any. */
export function groundingOf(claims: readonly Claim[]): number {
  return claims.length === 0 ? 0 : lengthOf(claims.filter(({ supported }) => supported)) / lengthOf(claims)
}

const lengthOf = (claims: readonly Claim[]) => claims.reduce((sum, { start, end }) => sum + end - start, 0)
