import type { BlockKind } from '../../../domain/document.ts'
import type { Opening, Token } from './content.ts'
import { BLOCK_ELEMENTS } from './elements.ts'

export type TextBlock = { readonly kind: BlockKind; readonly level?: number; readonly text: string }

/** Longer headings come from pages that mark everything up as one; they are read as paragraphs. */
const MAX_HEADING_CHARACTERS = 500

/** Deeper items are indented no further. */
const MAX_INDENTS = 8

/** The list or table that becomes one block: the depth of its element, and how many lists its items stand in. */
type Group = {
  readonly kind: 'list' | 'table'
  readonly depth: number
  readonly lists: number
  readonly lines: string[]
}

type Reader = {
  readonly blocks: TextBlock[]
  /** The text of the line, cell, heading or code that is being read. */
  inline: string[]
  group: Group | null
  /** For each open list the number of its next item; null where items have dashes. */
  readonly lists: (number | null)[]
  /** What the next line begins with: the dash or number of its item. */
  marker: string
  row: string[]
  isInCell: boolean
  depth: number
  headings: number
  preformatted: number
  quotes: number
}

/** The blocks of a page: list items behind "- " or their number, table rows as `a | b`, code as it stands. */
export function readBlocks(tokens: readonly Token[]): TextBlock[] {
  const reader: Reader = {
    blocks: [],
    inline: [],
    group: null,
    lists: [],
    marker: '',
    row: [],
    isInCell: false,
    depth: 0,
    headings: 0,
    preformatted: 0,
    quotes: 0,
  }
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'text') addText(reader, token.text)
    else if (token.type === 'open') {
      reader.depth += 1
      elementNamed(token.name)?.open?.(reader, token, tokens[index + 1])
    } else {
      elementNamed(token.name)?.close?.(reader)
      reader.depth -= 1
    }
  }
  endLine(reader)
  return reader.blocks
}

function addText(reader: Reader, text: string) {
  reader.inline.push(reader.preformatted > 0 ? text : text.replaceAll(/\s+/g, ' '))
}

/** Takes what was read since the last break, without soft hyphens and the like, which would split words in two. */
function takeText(reader: Reader): string {
  const text = reader.inline.join('')
  reader.inline = []
  return text
    .replaceAll(/[\u00AD\u200B\u2060]/g, '')
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ ?\n ?/g, '\n')
    .trim()
}

/** A block begins or ends here: a new line, but for cells and headings, which are one line. */
function breakLine(reader: Reader) {
  if (reader.headings > 0 || reader.isInCell) reader.inline.push(' ')
  else if (reader.preformatted === 0) endLine(reader)
  else if (!reader.inline.at(-1)?.endsWith('\n')) reader.inline.push('\n')
}

function endLine(reader: Reader) {
  const text = takeText(reader)
  if (!text) return
  const { group, marker } = reader
  reader.marker = ''
  if (group?.kind === 'list') {
    const indent = '  '.repeat(Math.min(MAX_INDENTS, reader.lists.length - group.lists))
    const [first, ...more] = text.split(/\n+/)
    group.lines.push(`${indent}${marker || '  '}${first}`, ...more.map((line) => `${indent}  ${line}`))
    return
  }
  const kind = reader.quotes > 0 ? 'quote' : 'paragraph'
  for (const [index, paragraph] of text.split(/\n{2,}/).entries())
    reader.blocks.push({ kind, text: index === 0 ? marker + paragraph : paragraph })
}

function beginGroup(reader: Reader, kind: Group['kind'], isLayout: boolean) {
  if (isLayout || reader.group || reader.isInCell || reader.headings > 0) return
  reader.group = { kind, depth: reader.depth, lists: reader.lists.length, lines: [] }
}

function endGroup(reader: Reader) {
  const { group, depth } = reader
  if (group?.depth !== depth) return
  if (group.lines.length > 0) reader.blocks.push({ kind: group.kind, text: group.lines.join('\n') })
  reader.group = null
}

type Element = {
  open?(reader: Reader, opening: Opening, next: Token | undefined): void
  close?(reader: Reader): void
}

const block: Element = { open: breakLine, close: breakLine }

const heading = (level: number): Element => ({
  open(reader) {
    breakLine(reader)
    // The heading of an item stands without its dash.
    reader.marker = ''
    reader.headings += 1
  },
  close(reader) {
    reader.headings -= 1
    if (reader.headings > 0) return
    const text = takeText(reader).replaceAll('\n', ' ')
    if (text.length > MAX_HEADING_CHARACTERS) reader.blocks.push({ kind: 'paragraph', text })
    else if (text) reader.blocks.push({ kind: 'heading', level, text })
  },
})

const list = (firstNumber: (opening: Opening) => number | null): Element => ({
  open(reader, opening) {
    breakLine(reader)
    reader.lists.push(firstNumber(opening))
    beginGroup(reader, 'list', opening.isLayout)
  },
  close(reader) {
    breakLine(reader)
    endGroup(reader)
    reader.lists.pop()
    reader.marker = ''
  },
})

const item: Element = {
  open(reader) {
    if (reader.isInCell) return void reader.inline.push('\n')
    breakLine(reader)
    const number = reader.lists.at(-1) ?? null
    reader.marker = number === null ? '- ' : `${number}. `
    if (number !== null) reader.lists[reader.lists.length - 1] = number + 1
  },
  close: breakLine,
}

const table: Element = {
  open(reader, { isLayout, attributes }) {
    breakLine(reader)
    beginGroup(reader, 'table', isLayout || attributes.get('role') === 'presentation')
  },
  close(reader) {
    endCell(reader)
    breakLine(reader)
    endRow(reader)
    endGroup(reader)
  },
}

const row: Element = {
  open: breakLine,
  close(reader) {
    breakLine(reader)
    endRow(reader)
  },
}

const cell: Element = {
  open(reader) {
    endCell(reader)
    breakLine(reader)
    reader.isInCell = reader.group?.kind === 'table'
  },
  close(reader) {
    endCell(reader)
    breakLine(reader)
  },
}

function endCell(reader: Reader) {
  if (!reader.isInCell) return
  reader.isInCell = false
  reader.row.push(takeText(reader).split(/\n+/).join('; '))
}

function endRow({ row, group }: Reader) {
  const filled = row.filter(Boolean)
  // One cell alone is a title across the columns.
  if (filled.length > 0) group?.lines.push(filled.length === 1 ? filled.join('') : row.join(' | ').trim())
  row.length = 0
}

const code: Element = {
  open(reader) {
    breakLine(reader)
    reader.preformatted += 1
  },
  close(reader) {
    reader.preformatted -= 1
    if (reader.preformatted > 0) return
    const text = reader.inline.join('').replace(/^\n+/, '').trimEnd()
    reader.inline = []
    if (text) reader.blocks.push({ kind: 'code', text })
  },
}

const quote: Element = {
  open(reader) {
    breakLine(reader)
    reader.quotes += 1
  },
  close(reader) {
    breakLine(reader)
    reader.quotes -= 1
  },
}

const lineBreak: Element = {
  open: (reader) => void reader.inline.push(reader.headings > 0 || reader.isInCell ? ' ' : '\n'),
}

/** 10<sup>6</sup> is 10^6, not 106. */
const power: Element = {
  open(reader, _, next) {
    const isPower = next?.type === 'text' && /^[-−+]?\d{1,4}$/.test(next.text)
    if (isPower && /[\p{L}\p{N})]$/u.test(reader.inline.at(-1) ?? '')) reader.inline.push('^')
  },
}

const dashes = list(() => null)

const ELEMENTS: ReadonlyMap<string, Element> = new Map([
  ...[...BLOCK_ELEMENTS].map((name) => [name, block] as const),
  ...[1, 2, 3, 4, 5, 6].map((level) => [`h${level}`, heading(level)] as const),
  ['ul', dashes],
  ['menu', dashes],
  ['dir', dashes],
  ['dl', dashes],
  ['ol', list(({ attributes }) => Number.parseInt(attributes.get('start') ?? '1', 10) || 1)],
  ['li', item],
  ['dt', item],
  ['table', table],
  ['tr', row],
  ['td', cell],
  ['th', cell],
  ['pre', code],
  ['blockquote', quote],
  ['br', lineBreak],
  ['sup', power],
])

const elementNamed = (name: string) => ELEMENTS.get(name)
