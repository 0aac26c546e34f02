import type { Span } from '../document.ts'
import { paragraphs } from '../sentences.ts'

/** An opening mark with what it is closed by. An apostrophe or a sign for inches opens nothing: it stands behind a letter or a digit. */
const OPENINGS = /(?<![\p{L}\p{N}])(?:"(?=\S)|“|«|„|(?<!`)`(?!`))/gu
const CLOSINGS: Readonly<Record<string, RegExp>> = {
  '"': /(?<=\S)"(?![\p{L}\p{N}])/gu,
  '“': /”/g,
  '«': /»/g,
  '„': /[“”]/g,
  '`': /`/g,
}

/** Quotations and inline code of a text as spans of what stands between the marks; one that is never closed ends with its paragraph. */
export function quotationsOf(text: string): Span[] {
  return paragraphs(text).flatMap(({ start, end }) => {
    const paragraph = text.slice(start, end)
    const found: Span[] = []
    for (let at = 0; ; ) {
      OPENINGS.lastIndex = at
      const opening = OPENINGS.exec(paragraph)
      if (!opening) return found
      const from = opening.index + 1
      const closing = CLOSINGS[opening[0]] ?? /"/g
      closing.lastIndex = from
      const to = closing.exec(paragraph)?.index ?? paragraph.length
      if (to > from) found.push({ start: start + from, end: start + to })
      at = to + 1
    }
  })
}

/** White space, case and the shape of quotes and dashes are the typesetter's; nothing else is. */
export function verbatimKey(text: string): string {
  return (
    text
      .toLowerCase()
      .replaceAll(/[“”„«»]/g, '"')
      .replaceAll(/[‘’]/g, "'")
      .replaceAll(/[‐-―]/g, '-')
      .replaceAll(/\s+/g, ' ')
      // Where a citation stood before the full stop, or in text that came in tokens.
      .replaceAll(/ (?=[.,;:!?])/g, '')
      .trim()
  )
}

/** True when each part of the quotation (its author may leave out words by … or put some in brackets) stands in the text, in order. */
export function isQuotedFrom(quotation: string, key: string): boolean {
  let at = 0
  for (const part of verbatimKey(quotation).split(/\.\.\.|…|\[[^\]]*\]/)) {
    const wanted = part.replaceAll(/^[\s.,;:!?]+|[\s.,;:!?]+$/g, '')
    const found = indexOfWords(key, wanted, at)
    if (found < 0) return false
    at = found + wanted.length
  }
  return true
}

/** Like indexOf, but not inside of a longer word. */
function indexOfWords(text: string, wanted: string, from: number): number {
  for (let at = text.indexOf(wanted, from); at >= 0; at = text.indexOf(wanted, at + 1)) {
    const isCut = isInWord(text, at) || isInWord(text, at + wanted.length)
    if (!isCut || wanted === '') return at
  }
  return -1
}

/** True when the border before `at` runs through a word. */
const isInWord = (text: string, at: number) =>
  /^[\p{L}\p{N}]{2}$/u.test(text.slice(Math.max(0, at - 1), at + 1))
