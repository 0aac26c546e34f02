import type { ReadSentence, ReadSource } from './reading.ts'

/** Sentences that follow each other and are read as one. */
const LONGEST_WINDOW = 3
/** A longer window holds more words by chance. */
const PER_SENTENCE_MORE = 0.02
/** Sentences from anywhere that together may carry a claim. */
const MOST_PARTS = 3

type Sentence = { readonly of: ReadSource; readonly read: ReadSentence }

export type Coverage = {
  /** Rarity-weighted share of the words in the best sentence or neighbouring sentences, their headings included. */
  readonly window: number
  /** The same in the best sentences, wherever they are. */
  readonly together: number
  /** The neighbouring sentences, and the source they are from. */
  readonly best: readonly ReadSentence[]
  readonly source: ReadSource | undefined
}

/** How much of what a sentence says stands in the sources. */
export function cover(
  stems: ReadonlySet<string>,
  sources: readonly ReadSource[],
  rarity: (stem: string) => number,
): Coverage {
  const wanted = [...stems]
  const weights = Float64Array.from(wanted, rarity)
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  const sentences = sources.flatMap((of) => of.sentences.map((read): Sentence => ({ of, read })))
  if (whole === 0 || sentences.length === 0) return { window: 0, together: 0, best: [], source: undefined }
  const hits = sentences.map(({ of, read }) =>
    Uint8Array.from(wanted, (stem) => (read.stems.has(stem) || of.above.has(stem) ? 1 : 0)),
  )
  const window = bestWindow(sentences, hits, weights)
  return {
    window: window.covered / whole,
    together: bestParts(hits, weights) / whole,
    best: sentences.slice(window.from, window.to).map(({ read }) => read),
    source: sentences[window.from]?.of,
  }
}

/** The shortest of the best runs of sentences of one source. */
function bestWindow(sentences: readonly Sentence[], hits: readonly Uint8Array[], weights: Float64Array) {
  let best = { from: 0, to: 1, covered: 0, value: 0 }
  for (let from = 0; from < sentences.length; from += 1) {
    const seen = new Uint8Array(weights.length)
    let covered = 0
    for (let to = from; to < from + LONGEST_WINDOW && sentences[to]?.of === sentences[from]?.of; to += 1) {
      covered += gain(seen, hits[to], weights)
      merge(seen, hits[to])
      const value = covered * (1 - PER_SENTENCE_MORE * (to - from))
      if (value > best.value) best = { from, to: to + 1, covered, value }
    }
  }
  return best
}

/** Sentence by sentence, the one that adds most. */
function bestParts(hits: readonly Uint8Array[], weights: Float64Array): number {
  const seen = new Uint8Array(weights.length)
  let covered = 0
  for (let part = 0; part < MOST_PARTS; part += 1) {
    let most = 0
    let chosen: Uint8Array | undefined
    for (const hit of hits) {
      const more = gain(seen, hit, weights)
      if (more > most) [most, chosen] = [more, hit]
    }
    covered += most
    merge(seen, chosen)
  }
  return covered
}

function gain(seen: Uint8Array, hit: Uint8Array | undefined, weights: Float64Array): number {
  let sum = 0
  if (hit) for (let i = 0; i < weights.length; i += 1) if (hit[i] && !seen[i]) sum += weights[i] ?? 0
  return sum
}

function merge(seen: Uint8Array, hit: Uint8Array | undefined): void {
  if (hit) for (let i = 0; i < seen.length; i += 1) if (hit[i]) seen[i] = 1
}
