import type { Span } from './document.ts'
import type { Source } from './passage.ts'
import { sentences } from './sentences.ts'
import { stems } from './terms.ts'

const MAX_SENTENCES = 3
/** Share of the question's information that the best sentence, its headings included, must cover; below it nothing is quoted. */
const LEAST_COVERAGE = 0.3
/** A further sentence must be this good beside the best one. */
const LEAST_OF_BEST = 0.6
/** What stands in the heading above a sentence counts less than what the sentence says. */
const HEADING_WEIGHT = 0.6

type Sentence = {
  readonly source: Source
  readonly text: string
  readonly position: number
  readonly own: ReadonlySet<string>
  readonly above: ReadonlySet<string>
}

/**
 * The sentences of the sources that answer the question best, verbatim, each followed by its citation; null when none does.
 * A sentence is worth the rarity-weighted share of the question's words that it and the headings above it contain.
 */
export function extractAnswer(question: string, sources: readonly Source[]): { answer: string } | null {
  const asked = [...new Set(stems(question))]
  const pool = sources.flatMap(quotable)
  const weights = new Map(asked.map((stem) => [stem, rarity(stem, pool)]))
  const whole = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  if (whole === 0) return null
  const scored = pool
    .map((sentence) => ({ ...sentence, worth: worth(sentence, weights) / whole }))
    .toSorted((a, b) => b.worth - a.worth || a.source.number - b.source.number || a.position - b.position)
  const best = scored[0]
  if (!best || best.worth < LEAST_COVERAGE) return null
  const chosen = distinct(scored.filter(({ worth }) => worth >= LEAST_OF_BEST * best.worth))
    .slice(0, MAX_SENTENCES)
    .toSorted((a, b) => a.source.number - b.source.number || a.position - b.position)
  return { answer: chosen.map(({ text, source }) => `${text} [${source.number}]`).join('\n') }
}

/** Sentences a reader can take as an answer: no headings, no code, no rules of tables. */
function quotable(source: Source): Sentence[] {
  const above = new Set(stems([source.title, ...source.headings].join(' ')))
  const code = codeBlocks(source.text)
  return sentences(source.text).flatMap(({ start, end }) => {
    const text = source.text.slice(start, end)
    const isCode = code.some((block) => start >= block.start && end <= block.end)
    const lineStart = source.text.lastIndexOf('\n', start) + 1
    const isHeading = /^#{1,6} /.test(source.text.slice(lineStart, end))
    if (isCode || isHeading || !/\p{L}{2}/u.test(text)) return []
    return { source, text, position: start, own: new Set(stems(text)), above }
  })
}

function codeBlocks(text: string): Span[] {
  return [...text.matchAll(/^(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^\1[^\n]*$|(?![\s\S]))/gm)].map(
    ({ index, 0: block }) => ({
      start: index,
      end: index + block.length,
    }),
  )
}

/** The rarer a word is among the sentences, the more it says; one that stands nowhere still counts as asked for. */
function rarity(stem: string, pool: readonly Sentence[]): number {
  const frequency = pool.filter(({ own, above }) => own.has(stem) || above.has(stem)).length
  return Math.log(1 + pool.length / (frequency + 0.5))
}

function worth({ source, own, above }: Sentence, weights: ReadonlyMap<string, number>): number {
  let sum = 0
  for (const [stem, weight] of weights)
    if (own.has(stem)) sum += weight
    else if (above.has(stem)) sum += HEADING_WEIGHT * weight
  // Between equals, the passage that retrieval trusts more.
  return sum * (0.8 + 0.2 * source.score)
}

/** Drops sentences that say what a better one says already. */
function distinct(scored: readonly (Sentence & { worth: number })[]) {
  const kept: (Sentence & { worth: number })[] = []
  for (const candidate of scored) {
    const isSaid = kept.some(({ own }) => [...candidate.own].every((stem) => own.has(stem)))
    if (!isSaid) kept.push(candidate)
  }
  return kept
}
