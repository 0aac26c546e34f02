import { canonicalText } from '../../canonical-text.ts'
import type { Block } from '../../domain/document.ts'
import { isBlank, trimSpan } from '../../domain/span.ts'
import type { Parser } from '../../ports/parser.ts'

/** Paragraphs are what blank lines separate. Plain text names no title and no headings. */
export function plainTextParser(): Parser {
  return {
    name: 'plain-text',
    mediaTypes: ['text/plain'],
    parse(bytes) {
      const text = canonicalText(bytes)
      return { title: null, text, blocks: [...paragraphs(text)] }
    },
  }
}

function* paragraphs(text: string): Generator<Block> {
  let start = 0
  const paragraph = (end: number): Block[] =>
    isBlank(text.slice(start, end))
      ? []
      : [{ kind: 'paragraph', ...trimSpan(text, start, end), headings: [] }]
  for (const { 0: blankLines, index } of text.matchAll(/\n\s*\n/g)) {
    yield* paragraph(index)
    start = index + blankLines.length
  }
  yield* paragraph(text.length)
}
