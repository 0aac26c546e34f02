import type { Span } from './document.ts'
import { isUnbroken } from './sentence-borders.ts'

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })
/** What may stand before the words of a line: list bullets, numbers, quotes. */
const LINE_START = /^[ \t]*(?:[-*+>•]|\d+[.)])?[ \t]+|^[ \t]*/
/** A line that begins a unit of its own: heading, list item, quote, table row, fence. */
const OWN_LINE = /^[ \t]*(?:#{1,6} |[-*+>•] |\d+[.)] |\||`{3}|~{3})/
/** A line that nothing continues: headings and table rows. */
const CLOSED_LINE = /^[ \t]*(?:#{1,6} |\|)/
/** Longer paragraphs are read in pieces of this many characters, since the segmenter's time grows faster than its text. */
const MAX_PIECE_CHARACTERS = 20_000

/** Paragraphs, list items, rows and headings as spans, in order: lines that belong together, whether or not they were wrapped. */
export function paragraphs(text: string): Span[] {
  const found: { start: number; end: number }[] = []
  let isOpen = false
  for (const { index, 0: line } of text.matchAll(/[^\n]+|\n(?=\n)/g)) {
    const isBlank = line.trim() === ''
    const last = found.at(-1)
    if (isOpen && last && !isBlank && !OWN_LINE.test(line)) last.end = index + line.length
    else if (!isBlank) found.push({ start: index, end: index + line.length })
    isOpen = !isBlank && !CLOSED_LINE.test(line)
  }
  return found
}

/** Sentences of a text as spans without surrounding blanks; none reaches over the end of a paragraph. */
export function sentences(text: string): Span[] {
  return paragraphs(text).flatMap((paragraph) => sentencesOf(text, paragraph))
}

export function sentencesOf(text: string, { start, end }: Span): Span[] {
  const found: Span[] = []
  const first = start + (LINE_START.exec(text.slice(start, end))?.[0].length ?? 0)
  for (let from = first; from < end; from += MAX_PIECE_CHARACTERS) {
    const piece = text.slice(from, Math.min(end, from + MAX_PIECE_CHARACTERS)).replaceAll('\n', ' ')
    for (const { index, segment } of joined(piece)) {
      const trimmed = segment.trim()
      const at = from + index + segment.length - segment.trimStart().length
      if (trimmed !== '') found.push({ start: at, end: at + trimmed.length })
    }
  }
  return found
}

/** A mark that no blank follows ends no sentence: `/v1/usage?from=` is one word. Nor does that of an abbreviation or an ordinal. */
function joined(piece: string): { index: number; segment: string }[] {
  const segments: { index: number; segment: string }[] = []
  for (const { index, segment } of segmenter.segment(piece)) {
    const last = segments.at(-1)
    if (last && (!/\s$/.test(last.segment) || isUnbroken(last.segment, segment))) last.segment += segment
    else segments.push({ index, segment })
  }
  return segments
}
