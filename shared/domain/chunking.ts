import type { Block, Chunk, ParsedDocument, Span } from './document.ts'
import { shortHeading } from './outline.ts'
import { type Measure, measureWith, type Sized, splitBlock } from './splitting.ts'

/** `countTokens` counts WordPiece tokens. It sees every part of the text a few times at most. */
export type ChunkOptions = { readonly maxTokens: number; readonly countTokens: (text: string) => number }

/**
 * Cuts a document into chunks of at most `maxTokens` along its structure:
 * - a chunk holds one section, or small neighbours under the same parent heading;
 * - a heading begins a chunk and stays with what follows it;
 * - a section that is too large becomes parts of about equal size, cut between blocks. Lists, tables and code stay
 *   whole if they fit, else they are cut at items, rows, lines, then sentences, words, characters.
 *
 * The chunks hold all that is not white space in the blocks, in order, without overlap. `headings` is the path at the
 * chunk's beginning, its own heading included. Where a table goes on from the chunk before, its header row comes last
 * in the path: spans are exact, so the row cannot be repeated in the text. `tokens` is an upper bound.
 *
 * Where the sender has cut the text, a cut is a chunk as it is, white space included, unless it is several chunks large.
 */
export function chunkDocument(
  { text, blocks, cuts }: ParsedDocument,
  { maxTokens, countTokens }: ChunkOptions,
): Chunk[] {
  const chunker = { text, maxTokens, measure: measureWith(countTokens) }
  const parts = cuts ? asCut(chunker, blocks, cuts) : pack(chunker, sectionsOf(chunker, blocks), 0)
  return parts.map(({ start, end, headings, tokens }, ordinal) => ({
    ordinal,
    start,
    end,
    text: text.slice(start, end),
    headings,
    tokens,
  }))
}

/** Whoever cuts a text knows why, so a cut may be this many times as large as a chunk of ours. */
const LARGEST_CUT = 4

function asCut(
  chunker: Chunker,
  blocks: readonly Block[],
  cuts: readonly Span[],
): Pick<Part, keyof Chunk & keyof Part>[] {
  const { text, maxTokens, measure } = chunker
  let next = 0
  return cuts.flatMap(({ start, end }) => {
    const from = next
    while ((blocks[next]?.end ?? Number.POSITIVE_INFINITY) <= end) next += 1
    const inside = blocks.slice(from, next)
    const tokens = measure(text.slice(start, end), maxTokens * LARGEST_CUT)
    if (tokens > maxTokens * LARGEST_CUT) return pack(chunker, sectionsOf(chunker, inside), 0)
    return [{ start, end, tokens, headings: inside[0]?.headings ?? [] }]
  })
}

type Chunker = { readonly text: string; readonly maxTokens: number; readonly measure: Measure }

/** What chunks are made of. `gap` counts the tokens between it and what is before it, such as a comment's. */
type Unit = Sized & { readonly headings: readonly string[]; readonly gap: number }

/** A heading, or headings right below each other, and the blocks up to the next one. */
type Section = readonly [SizedBlock, ...SizedBlock[]]
type SizedBlock = Unit & { readonly block: Block }

/** A chunk to be. A whole one ends where a section does, so its neighbour may join it. */
type Part = Unit & { readonly isWhole: boolean }

function sectionsOf(chunker: Chunker, blocks: readonly Block[]): Section[] {
  const sections: [SizedBlock, ...SizedBlock[]][] = []
  let end = 0
  for (const block of blocks) {
    const { start, headings } = block
    const tokens = chunker.measure(chunker.text.slice(start, block.end), chunker.maxTokens)
    const sized = { block, start, end: block.end, headings, tokens, gap: gapBetween(chunker, end, start) }
    const section = sections.at(-1)
    if (section && continues(section, block)) section.push(sized)
    else sections.push([sized])
    end = block.end
  }
  return sections
}

/** More than a chunk of tokens keeps two units apart as surely as infinitely many, and can be added up. */
function gapBetween({ text, maxTokens, measure }: Chunker, end: number, start: number): number {
  return Math.min(maxTokens, measure(text.slice(end, start), maxTokens))
}

function continues(section: Section, { kind, headings }: Block): boolean {
  const above = lastOf(section).headings
  if (!above.every((heading, index) => headings[index] === heading)) return false
  return headings.length > above.length
    ? section.every(({ block }) => block.kind === 'heading')
    : kind !== 'heading'
}

const lastOf = (section: Section): SizedBlock => section.at(-1) ?? section[0]

/** The chunks of the sections under one heading of this depth. The text right under the heading comes first. */
function pack(chunker: Chunker, sections: readonly Section[], depth: number): Part[] {
  const [first, ...others] = sections
  if (!first) return []
  if (others.length === 0) return fit(chunker, first)
  const hasOwnText = lastOf(first).headings.length <= depth
  const parts = hasOwnText ? fit(chunker, first) : []
  for (const [index, subsection] of subsections(hasOwnText ? others : sections, depth).entries())
    append(chunker, parts, pack(chunker, subsection, depth + 1), hasOwnText && index === 0)
  return parts
}

/** Adds what a subsection became. A whole one may join the part before it; an introduction may lead into any. */
function append(chunker: Chunker, parts: Part[], added: readonly Part[], isIntroduced: boolean) {
  const [next, ...rest] = added
  if (!next) return
  const last = parts.at(-1)
  const isWhole = next.isWhole && rest.length === 0
  const joined = last?.isWhole && (isWhole || isIntroduced) ? joinSmall(chunker, last, next) : null
  if (joined) parts.pop()
  parts.push({ ...(joined ?? next), isWhole })
  for (const part of rest) parts.push({ ...part, isWhole: false })
}

/** Parts below this share of a chunk are merged with a neighbour. */
const SMALL_SHARE = 1 / 4

function joinSmall({ maxTokens }: Chunker, last: Part, next: Part): Part | null {
  const tokens = last.tokens + next.gap + next.tokens
  const isSmall = Math.min(last.tokens, next.tokens) < maxTokens * SMALL_SHARE
  return isSmall && tokens <= maxTokens ? { ...last, end: next.end, tokens } : null
}

/** Sections with those below them. */
function subsections(sections: readonly Section[], depth: number): Section[][] {
  const found: Section[][] = []
  let name: string | undefined
  for (const section of sections) {
    const path = lastOf(section).headings
    const current = found.at(-1)
    if (current && path.length > depth + 1 && path[depth] === name) current.push(section)
    else found.push([section])
    name = path[depth]
  }
  return found
}

/** A section as one chunk, or as few of about equal size. */
function fit(chunker: Chunker, section: Section): Part[] {
  const [{ start, headings, gap }] = section
  const tokens = tokensOf(section)
  if (tokens > chunker.maxTokens) return evenParts(unitsOf(chunker, section), chunker.maxTokens)
  return [{ start, end: lastOf(section).end, headings, gap, tokens, isWhole: true }]
}

const tokensOf = (units: readonly Unit[]) =>
  units.reduce((sum, { tokens, gap }, index) => sum + tokens + (index === 0 ? 0 : gap), 0)

/** Blocks, or the pieces of those that are too large. What first follows the headings makes one unit with them. */
function unitsOf(chunker: Chunker, section: Section): Unit[] {
  const [{ start, headings, gap }] = section
  const { maxTokens } = chunker
  const body = section.findIndex(({ block }) => block.kind !== 'heading')
  const lead = body > 0 ? tokensOf(section.slice(0, body)) + (section[body]?.gap ?? 0) : 0
  // Headings that take more than half a chunk are cut like anything else.
  if (lead === 0 || lead * 2 > maxTokens) return section.flatMap((unit) => piecesOf(chunker, unit, maxTokens))
  const [first, ...others] = section
    .slice(body)
    .flatMap((unit, index) => piecesOf(chunker, unit, index === 0 ? maxTokens - lead : maxTokens))
  return first ? [{ ...first, start, headings, gap, tokens: lead + first.tokens }, ...others] : others
}

function piecesOf(chunker: Chunker, unit: SizedBlock, limit: number): Unit[] {
  if (unit.tokens <= limit) return [unit]
  const { block, headings, gap } = unit
  const header = block.kind === 'table' ? headerRow(chunker.text, block) : ''
  const continued = header ? [...headings, header] : headings
  let end = block.start
  return splitBlock(chunker.text, block, limit, chunker.measure).map((piece, index) => {
    const between = gapBetween(chunker, end, piece.start)
    end = piece.end
    return index === 0 ? { ...piece, headings, gap } : { ...piece, headings: continued, gap: between }
  })
}

const LONGEST_HEADER_ROW = 1_000

function headerRow(text: string, { start, end }: Block): string {
  const [row = ''] = text.slice(start, Math.min(end, start + LONGEST_HEADER_ROW)).split('\n', 1)
  return shortHeading(row.replaceAll(/^[\s|]+|[\s|]+$/g, ''))
}

/** As few parts as possible, and then as equal as possible, so that no sliver is left at the end. */
function evenParts(units: readonly Unit[], maxTokens: number): Part[] {
  const fewest = fill(units, maxTokens).length
  let low = Math.min(maxTokens, Math.ceil(tokensOf(units) / fewest))
  let high = maxTokens
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (fill(units, middle).length > fewest) low = middle + 1
    else high = middle
  }
  return fill(units, low)
}

function fill(units: readonly Unit[], capacity: number): Part[] {
  const parts: Part[] = []
  for (const { start, end, headings, gap, tokens } of units) {
    const last = parts.at(-1)
    const together = (last?.tokens ?? 0) + gap + tokens
    if (last && together <= capacity) parts[parts.length - 1] = { ...last, end, tokens: together }
    else parts.push({ start, end, headings, gap, tokens, isWhole: false })
  }
  return parts
}
