import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table'
import { gfmTable } from 'micromark-extension-gfm-table'
import { canonicalText } from '../../canonical-text.ts'
import type { Block, BlockKind, Span } from '../../domain/document.ts'
import { outline } from '../../domain/outline.ts'
import { isBlank, trimSpan } from '../../domain/span.ts'
import type { Parser } from '../../ports/parser.ts'

type Node = ReturnType<typeof fromMarkdown>['children'][number]
type Inline = Extract<Node, { type: 'heading' }>['children'][number]

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

const KINDS: Partial<Record<Node['type'], BlockKind>> = {
  heading: 'heading',
  paragraph: 'paragraph',
  list: 'list',
  table: 'table',
  code: 'code',
  blockquote: 'quote',
  html: 'paragraph',
}

function structure(text: string, from: number) {
  const headings = outline()
  const blocks: Block[] = []
  let firstTitle: string | null = null
  for (const { node, start, end } of topLevelNodes(text, from)) {
    const kind = KINDS[node.type]
    const span = trimSpan(text, start, end)
    if (!kind || saysNothing(text.slice(span.start, span.end))) continue
    if (node.type === 'heading') {
      const title = plainText(text.slice(span.start, span.end))
      headings.enter(node.depth, title)
      if (node.depth === 1) firstTitle ??= title || null
      blocks.push({ kind, ...span, level: node.depth, headings: headings.path })
    } else blocks.push({ kind, ...span, headings: headings.path })
  }
  return { blocks, firstTitle }
}

/** Comments, and white space that Markdown takes for words. */
function saysNothing(block: string): boolean {
  if (!/^\s*<!--/.test(block)) return isBlank(block)
  const close = block.indexOf('-->')
  return close === -1 || isBlank(block.slice(close + 3))
}

/** What a reader sees of a heading: no marks, no tags, an image's description. */
function plainText(heading: string): string {
  // A heading this long is no heading. Its inline marks are left alone, since nesting them costs cubic time.
  const [node] = heading.length > 500 ? [] : fromMarkdown(heading).children
  if (node?.type !== 'heading') return heading.replace(/^\s*#+/, '').trim()
  return node.children.map(inlineText).join('').replaceAll(/\s+/g, ' ').trim()
}

function inlineText(node: Inline): string {
  if ('children' in node) return node.children.map(inlineText).join('')
  if (node.type === 'break') return ' '
  if (node.type === 'image') return node.alt ?? ''
  return 'value' in node && node.type !== 'html' ? node.value : ''
}

type TopLevelNode = Span & { node: Node }

/** A syntax tree takes some 250 times its text in memory, so it is built for this many characters at a time. */
const WINDOW_CHARACTERS = 32 * 1024

/**
 * The blocks of the text in order. A block is settled once another one follows it, so each window but the last gives
 * all its blocks except its last, where the next window begins. A list, quote or paragraph as long as a window is
 * cut there; code and tables are not, since the rest of them would read as something else.
 */
function* topLevelNodes(text: string, from: number): Generator<TopLevelNode> {
  for (let start = from; start < text.length; ) {
    const end = windowEnd(text, start)
    const nodes = parseWindow(text, start, end)
    const last = nodes.at(-1)
    if (end === text.length || !last) {
      yield* nodes
      start = end
    } else if (nodes.length > 1) {
      yield* nodes.slice(0, -1)
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
function closingEnd(text: string, { node, start }: TopLevelNode): number {
  const fence = /^ {0,3}(?<fence>`{3,}|~{3,})/.exec(text.slice(start, start + 1_000))?.groups?.['fence']
  if (node.type === 'code' && fence)
    return endOf(new RegExp(`\n {0,3}${fence}+[ \t]*(?:\n|$)`, 'g'), text, start)
  return node.type === 'table' ? endOf(/\n[ \t]*\n/g, text, start) : -1
}

function endOf(border: RegExp, text: string, from: number): number {
  border.lastIndex = from
  return border.test(text) ? border.lastIndex : text.length
}

// Only blocks matter here. Definitions of links are read as paragraphs: addresses at the end of a page are content too.
const BLOCKS_ONLY = {
  extensions: [
    gfmTable(),
    {
      disable: {
        null: [
          'definition',
          'attention',
          'autolink',
          'codeText',
          'htmlText',
          'labelStartLink',
          'labelStartImage',
          'labelEnd',
        ],
      },
    },
  ],
  mdastExtensions: [gfmTableFromMarkdown()],
}

function parseWindow(text: string, from: number, to: number): TopLevelNode[] {
  const source = flattenNesting(text.slice(from, to))
  return fromMarkdown(source, BLOCKS_ONLY).children.flatMap((node) => {
    if (!node.position) return []
    const { start, end } = node.position
    // From the start of its line, which holds nothing but indentation before a block of the top level.
    return { node, start: from + (start.offset ?? 0) - (start.column - 1), end: from + (end.offset ?? 0) }
  })
}

const MARKER = String.raw`[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$))`
const DEEP_MARKERS = new RegExp(
  `(?<=^(?:[ \\t]{16}|(?:${MARKER}){8}))(?:${MARKER})+|(?<=^[ \\t]{16})[ \\t]+(?=\\S)`,
  'gm',
)

/**
 * The same text with quotes and lists below the eighth level read as words. What is inside a list makes no blocks,
 * but would take the parser time in the depth for every line.
 */
const flattenNesting = (text: string) => text.replaceAll(DEEP_MARKERS, (marks) => 'x'.repeat(marks.length))
