import type { Span } from './document.ts'
import type { Source } from './passage.ts'
import { type Synonyms, synonymsOf } from './retrieval/other-words.ts'
import { paragraphs, sentencesOf } from './sentences.ts'
import { stems } from './terms.ts'

/** Sentences that follow each other and are quoted together. */
const LONGEST_QUOTE = 3
/** Share of the question's information that the best quote, its headings included, must cover; below it nothing is quoted. */
const LEAST_COVERAGE = 0.25
/** Half of the question's words must stand in it or above it, of a long question this many: one rare word is no answer. */
const ENOUGH_WORDS = 3
/** A second quote must be this good beside the first, and bring a word of the question that the first lacks. */
const LEAST_OF_BEST = 0.6
/** Authors answer first what a heading asks; further down, what stands in it counts less than what the sentence says. */
const HEADING_WEIGHT = { lead: 1.1, below: 0.6 } as const
/** Between quotes that cover the same: the shorter one, but below the heading that asks the one that says more. */
const LENGTH_FACTOR = { lead: 0.01, below: -0.04 } as const

type Quote = {
  readonly source: Source
  /** The sentences, verbatim. */
  readonly texts: readonly string[]
  readonly position: number
  readonly paragraph: Span
  readonly isLead: boolean
  readonly own: ReadonlySet<string>
  readonly above: ReadonlySet<string>
}

/**
 * The sentences of the sources that answer the question best, verbatim, each followed by its citation; null when none does.
 * A quote is worth the rarity-weighted share of the question's words that it and the headings above it contain, as they stand or as a synonym.
 */
export function extractAnswer(
  question: string,
  sources: readonly Source[],
  synonyms: readonly (readonly string[])[] = [],
): { answer: string } | null {
  const asked = [...new Set(stems(question))]
  const { withSaid } = synonymsOf({ text: question, synonyms })
  const quotes = sources.flatMap((source) => quotesOf(source, withSaid))
  const weights = new Map(asked.map((stem) => [stem, rarity(stem, quotes)]))
  const whole = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  const [best, ...others] = quotes
    .map((quote) => ({ ...quote, worth: worth(quote, weights) / whole }))
    .toSorted((a, b) => b.worth - a.worth || a.source.number - b.source.number || a.position - b.position)
  if (!best || !(best.worth >= LEAST_COVERAGE) || !coversEnough(best, asked)) return null
  const second = others.find(
    ({ worth: value, own, paragraph }) =>
      paragraph !== best.paragraph &&
      value >= LEAST_OF_BEST * best.worth &&
      asked.some((stem) => own.has(stem) && !best.own.has(stem) && !best.above.has(stem)),
  )
  return { answer: [best, ...(second ? [second] : [])].map(show).join('\n') }
}

function coversEnough({ own, above }: Quote, asked: readonly string[]): boolean {
  const covered = asked.filter((stem) => own.has(stem) || above.has(stem)).length
  return covered >= Math.min(asked.length / 2, ENOUGH_WORDS)
}

const show = ({ texts, source }: Quote) => texts.map((text) => `${text} [${source.number}]`).join(' ')

/** Runs of sentences within a paragraph that a reader can take as an answer: no headings, no code, no rules of tables. */
function quotesOf(source: Source, withSaid: Synonyms['withSaid']): Quote[] {
  const code = codeBlocks(source.text)
  const path = [source.title, ...source.headings]
  let heading: { level: number; titles: string[] } = { level: 0, titles: [] }
  let isLead = false
  return paragraphs(source.text).flatMap((paragraph) => {
    const text = source.text.slice(paragraph.start, paragraph.end)
    const isCode = code.some(({ start, end }) => paragraph.start >= start && paragraph.end <= end)
    const [, marks, title = ''] = (!isCode && HEADING.exec(text)) || []
    if (marks) {
      // Below the last heading stands only what is deeper; the passage's own path holds for its beginning.
      const titles = marks.length > heading.level ? [...heading.titles, title] : [title]
      heading = { level: marks.length, titles }
      isLead = true
      return []
    }
    if (isCode || !/\p{L}/u.test(text)) return []
    const above = withSaid(new Set(stems((heading.titles.length > 0 ? heading.titles : path).join(' '))))
    const quotes = runsOf(source, paragraph, above, isLead).map((quote) => ({
      ...quote,
      own: withSaid(quote.own, above),
    }))
    isLead = false
    return quotes
  })
}

function runsOf(source: Source, paragraph: Span, above: Quote['above'], isFirst: boolean): Quote[] {
  const spans = sentencesOf(source.text, paragraph)
  return spans.flatMap((span, i) =>
    Array.from({ length: Math.min(LONGEST_QUOTE, spans.length - i) }, (_, more): Quote => {
      const run = spans.slice(i, i + more + 1)
      const texts = run.map(({ start, end }) => source.text.slice(start, end).replaceAll(/\s+/g, ' '))
      const own = new Set(stems(texts.join(' ')))
      return { source, texts, position: span.start, paragraph, isLead: isFirst && i === 0, own, above }
    }),
  )
}

const HEADING = /^(#{1,6}) +(.*)$/

function codeBlocks(text: string): Span[] {
  const blocks = text.matchAll(/^(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^\1[^\n]*$|(?![\s\S]))/gm)
  return [...blocks].map(({ index, 0: block }) => ({ start: index, end: index + block.length }))
}

/** The rarer a word is among the quotes, the more it says; one that stands nowhere still counts as asked for. */
function rarity(stem: string, quotes: readonly Quote[]): number {
  const frequency = quotes.filter(({ own, above }) => own.has(stem) || above.has(stem)).length
  return Math.log(1 + quotes.length / (frequency + 0.5))
}

function worth(quote: Quote, weights: ReadonlyMap<string, number>): number {
  const place = quote.isLead ? 'lead' : 'below'
  const heading = HEADING_WEIGHT[place]
  let sum = 0
  for (const [stem, weight] of weights)
    sum += weight * Math.max(quote.own.has(stem) ? 1 : 0, quote.above.has(stem) ? heading : 0)
  const length = 1 + LENGTH_FACTOR[place] * (quote.texts.length - 1)
  // Between equals, the passage that retrieval trusts more.
  return sum * length * (0.9 + 0.1 * quote.source.score)
}
