import MarkdownIt from 'markdown-it'
import { canonicalText } from '../../canonical-text.ts'
import type { Block, BlockKind, Span } from '../../domain/document.ts'
import { outline } from '../../domain/outline.ts'
import { isBlank, trimSpan } from '../../domain/span.ts'
import type { Parser } from '../../ports/parser.ts'

/**
 * CommonMark with GitHub's tables. The canonical text is the source itself, so a span shows what the author wrote.
 * Lists, tables, quotes and code are one block each; front matter, comments and rules are none.
 */
export function markdownParser(): Parser {
  return {
    name: 'markdown',
    mediaTypes: ['text/markdown', 'text/x-markdown'],
    parse(bytes) {
      const text = canonicalText(bytes)
      const front = frontMatter(text)
      const { blocks, firstTitle } = structure(text, front.length)
      return { title: front.title ?? firstTitle, text, blocks }
    },
  }
}

const FRONT_MATTER =
  /^---[ \t]*\n(?=\s*(?:#|[\w.-]+[ \t]*:))(?<fields>[\s\S]*?\n)(?:---|\.\.\.)[ \t]*(?:\n|$)/
const TITLE_FIELD = /^title[ \t]*:[ \t]*(?<quote>["']?)(?<title>.*?)\k<quote>[ \t]*$/m

/** A leading `---` that no fields follow is a rule, not front matter. */
function frontMatter(text: string): { length: number; title: string | null } {
  const found = FRONT_MATTER.exec(text)
  const title = TITLE_FIELD.exec(found?.groups?.['fields'] ?? '')?.groups?.['title']
  return { length: found?.[0].length ?? 0, title: title || null }
}

/** A block of the top level, and the words of a heading as they are written. */
type TopLevelBlock = Span & { readonly kind: BlockKind; readonly level?: number; readonly words: string }

function structure(text: string, from: number) {
  const headings = outline()
  const blocks: Block[] = []
  let firstTitle: string | null = null
  for (const { kind, level, words, start, end } of topLevelBlocks(text, from)) {
    const place = trimSpan(text, start, end)
    if (saysNothing(text.slice(place.start, place.end))) continue
    if (level === undefined) {
      blocks.push({ kind, ...place, headings: headings.path })
      continue
    }
    const title = plainText(words)
    headings.enter(level, title)
    if (level === 1) firstTitle ??= title || null
    blocks.push({ kind, ...place, level, headings: headings.path })
  }
  return { blocks, firstTitle }
}

/** Comments, and white space that Markdown takes for words. */
function saysNothing(block: string): boolean {
  if (!/^\s*<!--/.test(block)) return isBlank(block)
  const close = block.indexOf('-->')
  return close === -1 || isBlank(block.slice(close + 3))
}

const inlineSyntax = new MarkdownIt({ html: true })

/** What a reader sees of a heading: no marks, no tags, an image's description. */
function plainText(words: string): string {
  const [inline] = inlineSyntax.parseInline(words, {})
  const seen = inline?.children?.map(({ type, content }) => {
    if (type === 'html_inline') return ''
    return type === 'softbreak' || type === 'hardbreak' ? ' ' : content
  })
  return (seen ?? []).join('').replaceAll(/\s+/g, ' ').trim()
}

/** The tokens of a text take many times its memory, so this many characters are parsed at a time. */
const WINDOW_CHARACTERS = 256 * 1024

/**
 * The blocks of the text in order. A block is settled once another one follows it, so each window but the last gives
 * all its blocks except its last, where the next window begins. A list, quote or paragraph as long as a window is
 * cut there; code and tables are not, since the rest of them would read as something else.
 */
function* topLevelBlocks(text: string, from: number): Generator<TopLevelBlock> {
  for (let start = from; start < text.length; ) {
    const end = windowEnd(text, start)
    const blocks = parseWindow(text, start, end)
    const last = blocks.at(-1)
    if (end === text.length || !last) {
      yield* blocks
      start = end
    } else if (blocks.length > 1) {
      yield* blocks.slice(0, -1)
      start = last.start
    } else {
      start = Math.max(end, closingEnd(text, last))
      yield { ...last, end: start }
    }
  }
}

/** A whole number of lines, at least one. */
function windowEnd(text: string, start: number): number {
  if (text.length - start <= WINDOW_CHARACTERS) return text.length
  const lastBreak = text.lastIndexOf('\n', start + WINDOW_CHARACTERS)
  const lineBreak = lastBreak >= start ? lastBreak : text.indexOf('\n', start + WINDOW_CHARACTERS)
  return lineBreak === -1 ? text.length : lineBreak + 1
}

/** Where code ends by its closing fence, and a table by a blank line; -1 for what may be cut anywhere. */
function closingEnd(text: string, { kind, start }: TopLevelBlock): number {
  const fence = /^ {0,3}(?<fence>`{3,}|~{3,})/.exec(text.slice(start, start + 1_000))?.groups?.['fence']
  if (kind === 'code' && fence)
    return endOf(new RegExp(`\\n {0,3}${fence}+[ \\t]*(?:\\n|$)`, 'g'), text, start)
  return kind === 'table' ? endOf(/\n[ \t]*\n/g, text, start) : -1
}

function endOf(border: RegExp, text: string, from: number): number {
  border.lastIndex = from
  return border.test(text) ? border.lastIndex : text.length
}

const blockSyntax = new MarkdownIt({ html: true })
blockSyntax.core.ruler.enableOnly(['normalize', 'block'])
// Definitions of links are read as paragraphs: addresses at the end of a page are content too.
blockSyntax.block.ruler.disable('reference')

const KINDS: Readonly<Record<string, BlockKind>> = {
  heading_open: 'heading',
  paragraph_open: 'paragraph',
  bullet_list_open: 'list',
  ordered_list_open: 'list',
  table_open: 'table',
  blockquote_open: 'quote',
  fence: 'code',
  code_block: 'code',
  html_block: 'paragraph',
}

function parseWindow(text: string, from: number, to: number): TopLevelBlock[] {
  const lines = lineStarts(text, from, to)
  const tokens = blockSyntax.parse(text.slice(from, to), {})
  return tokens.flatMap(({ type, tag, level, map }, index): TopLevelBlock[] => {
    const kind = KINDS[type]
    if (level > 0 || !kind || !map) return []
    const span = { start: lines[map[0]] ?? to, end: lines[map[1]] ?? to }
    if (kind !== 'heading') return [{ kind, words: '', ...span }]
    return [{ kind, level: Number(tag.slice(1)), words: tokens[index + 1]?.content ?? '', ...span }]
  })
}

function lineStarts(text: string, from: number, to: number): number[] {
  const starts = [from]
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1))
    starts.push(at + 1)
  return starts
}
