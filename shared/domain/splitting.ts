import type { Block, BlockKind, Span } from './document.ts'
import { isBlank, trimSpan } from './span.ts'

/** A piece of text and its size in tokens. */
export type Sized = Span & { readonly tokens: number }

/** Tokens of a text; Infinity, without counting, for one that is too long for `limit` tokens in any case. */
export type Measure = (text: string, limit: number) => number

/**
 * To the tokenizer a word of a thousand letters is one unknown token, and white space is none; to the model that reads
 * the prompt they are hundreds. So a token stands for at most this many characters.
 */
const MAX_CHARACTERS_PER_TOKEN = 16

export function measureWith(countTokens: (text: string) => number): Measure {
  return (text, limit) => {
    if (isBlank(text)) return Math.floor(text.length / MAX_CHARACTERS_PER_TOKEN)
    const least = Math.ceil(text.length / MAX_CHARACTERS_PER_TOKEN)
    return least > limit ? Number.POSITIVE_INFINITY : Math.max(least, countTokens(text))
  }
}

// A cut comes after the match. Each pattern takes linear time: what repeats is never followed by what can fail.
const BLANK_LINE = /\n[ \t]*\n/g
const ITEM = /\n(?=(?:[-*+]|\d{1,9}[.)])[ \t])/g
const LINE = /\n/g
const SENTENCE = /[.!?…]["'”’»)\]]{0,3}\s+|[。！？]["'”’」』）]{0,3}/g
const CELL = /[ \t]\|[ \t]/g
const WORD = /\s+/g

/** Where a block may be cut, best first. */
const BORDERS: Readonly<Record<BlockKind, readonly RegExp[]>> = {
  heading: [SENTENCE, WORD],
  paragraph: [LINE, SENTENCE, WORD],
  quote: [BLANK_LINE, LINE, SENTENCE, WORD],
  list: [ITEM, LINE, SENTENCE, WORD],
  table: [LINE, CELL, SENTENCE, WORD],
  code: [BLANK_LINE, LINE, WORD],
}
const WRAPPED_PROSE = [SENTENCE, LINE, WORD]

/** Most lines of wrapped prose go on in lower case; those of records, verses and logs hardly ever do. */
function isWrapped(text: string): boolean {
  const breaks = text.match(LINE)?.length ?? 0
  return (text.match(/\n[ \t]*\p{Ll}/gu)?.length ?? 0) * 2 > breaks
}

const WRAPPING_SAMPLE_CHARACTERS = 10_000

/**
 * Cuts a block into pieces of at most `limit` tokens at its best borders. They are in order, do not overlap and hold
 * all that is not white space. Only a single character can be larger than `limit`.
 */
export function splitBlock(text: string, block: Block, limit: number, measure: Measure): Sized[] {
  const { kind, start, end } = block
  const sample = text.slice(start, Math.min(end, start + WRAPPING_SAMPLE_CHARACTERS))
  const borders = kind === 'paragraph' && isWrapped(sample) ? WRAPPED_PROSE : BORDERS[kind]
  return [...pieces({ text, limit, measure }, { start, end }, borders)]
}

type Splitter = { readonly text: string; readonly limit: number; readonly measure: Measure }

function* pieces(splitter: Splitter, span: Span, borders: readonly RegExp[]): Generator<Sized> {
  const tokens = splitter.measure(splitter.text.slice(span.start, span.end), splitter.limit)
  const [border, ...weaker] = borders
  if (tokens <= splitter.limit) yield { ...span, tokens }
  else if (!border) yield* slices(splitter, { ...span, tokens })
  else for (const part of cut(splitter, span, border)) yield* pieces(splitter, part, weaker)
}

/** Parts between borders. Short neighbours stay together, as long as they are a small part of a chunk. */
function* cut({ text, limit }: Splitter, { start, end }: Span, border: RegExp): Generator<Span> {
  const most = limit / 2
  let from = start
  let last = start
  const ends = function* () {
    for (const { 0: found, index } of text.slice(start, end).matchAll(border))
      yield start + index + found.length
    yield end
  }
  for (const next of ends()) {
    if (next - from > most && last > from) {
      yield* nonBlank(text, from, last)
      from = last
    }
    last = next
  }
  yield* nonBlank(text, from, end)
}

function nonBlank(text: string, start: number, end: number): Span[] {
  return isBlank(text.slice(start, end)) ? [] : [trimSpan(text, start, end)]
}

/** A word cut into equal slices, never inside a surrogate pair. */
function* slices(splitter: Splitter, word: Sized): Generator<Sized> {
  const { text, limit, measure } = splitter
  const { start, end, tokens } = word
  const least = Number.isFinite(tokens) ? tokens : (end - start) / MAX_CHARACTERS_PER_TOKEN
  const length = Math.ceil((end - start) / Math.ceil(least / limit))
  for (let from = start; from < end; ) {
    const to = characterBorder(text, from, Math.min(end, from + length))
    const slice = { start: from, end: to, tokens: measure(text.slice(from, to), limit) }
    // Only a character is no shorter than what it was cut from.
    if (slice.tokens <= limit || to - from === end - start) yield slice
    else yield* slices(splitter, slice)
    from = to
  }
}

/** The index, or the nearest one after `from` that is not inside a surrogate pair. */
function characterBorder(text: string, from: number, index: number): number {
  const isInside = /[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(text.slice(index - 1, index + 1))
  if (!isInside) return index
  return index - 1 > from ? index - 1 : index + 1
}
