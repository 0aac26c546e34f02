import { canonicalText } from '../../canonical-text.ts'
import type { Block } from '../../domain/document.ts'
import { outline } from '../../domain/outline.ts'
import type { Parser } from '../../ports/parser.ts'
import { readBlocks, type TextBlock } from './html/blocks.ts'
import { readContent } from './html/content.ts'

/**
 * The canonical text of a page is what a reader of its main part sees: blocks between blank lines.
 * Reads any tag soup in linear time. What surrounds the text (navigation, footers, hidden parts) is left out.
 */
export function htmlParser(): Parser {
  return {
    name: 'html',
    mediaTypes: ['text/html', 'application/xhtml+xml'],
    parse(bytes) {
      const { title, tokens } = readContent(canonicalText(bytes, declaredEncoding(bytes)))
      const found = readBlocks(tokens)
      const firstTitle = found.find(({ level }) => level === 1)?.text ?? null
      return { title: title.replaceAll(/\s+/g, ' ').trim() || firstTitle, ...join(found) }
    },
  }
}

/** https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding: the first kilobyte says it. */
function declaredEncoding(bytes: Uint8Array): string {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 1_024))
  const declared = /<(?:meta\b[^>]*?\bcharset|\?xml\b[^>]*?\bencoding)\s*=\s*["']?\s*(?<name>[\w.:-]+)/i.exec(
    head,
  )?.groups?.['name']
  // A declaration that can be read as ASCII is not UTF-16, whatever it says.
  return !declared || /^utf-?(?:8|16)/i.test(declared) ? 'utf-8' : declared.toLowerCase()
}

const BETWEEN_BLOCKS = '\n\n'

function join(found: readonly TextBlock[]): { text: string; blocks: Block[] } {
  const headings = outline()
  let start = 0
  const blocks = found.map(({ text, ...block }) => {
    if (block.level !== undefined) headings.enter(block.level, text)
    const placed = { ...block, start, end: start + text.length, headings: headings.path }
    start = placed.end + BETWEEN_BLOCKS.length
    return placed
  })
  return { text: found.map(({ text }) => text).join(BETWEEN_BLOCKS), blocks }
}
