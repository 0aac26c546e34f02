import type { Span } from './document.ts'

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })
/** What may stand before the words of a line: list bullets, numbers, quotes. */
const LINE_START = /^[ \t]*(?:[-*+>•]|\d+[.)])?[ \t]*/
/** Longer lines are read in pieces of this many characters, since the segmenter's time grows faster than its text. */
const MAX_LINE_CHARACTERS = 20_000

/** Sentences of a text as spans without surrounding blanks. A line break always ends one, as in lists, tables and headings. */
export function sentences(text: string): Span[] {
  const found: Span[] = []
  for (const { index, 0: line } of text.matchAll(/[^\n]+/g))
    for (let from = LINE_START.exec(line)?.[0].length ?? 0; from < line.length; from += MAX_LINE_CHARACTERS) {
      const piece = line.slice(from, from + MAX_LINE_CHARACTERS)
      for (const { index: at, segment } of segmenter.segment(piece)) {
        const start = index + from + at + segment.length - segment.trimStart().length
        const end = index + from + at + segment.trimEnd().length
        if (end > start) found.push({ start, end })
      }
    }
  return found
}
