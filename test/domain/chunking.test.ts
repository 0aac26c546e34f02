import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chunkDocument } from '../../shared/domain/chunking.ts'
import type { Block, BlockKind, Chunk, ParsedDocument } from '../../shared/domain/document.ts'
import { outline, shortHeading } from '../../shared/domain/outline.ts'

type Written = { kind: BlockKind; level?: number; text: string; before?: string }

/** A document of blocks with `before`, or a blank line, in front of each. */
function write(written: readonly Written[]): ParsedDocument {
  const headings = outline()
  const blocks: Block[] = []
  let text = ''
  for (const { kind, level, text: content, before = '\n\n' } of written) {
    if (level !== undefined) headings.enter(level, content)
    const start = text.length + before.length
    text += before + content
    const place = { start, end: start + content.length, headings: headings.path }
    blocks.push(level === undefined ? { kind, ...place } : { kind, level, ...place })
  }
  return { title: null, text, blocks }
}

const heading = (level: number, text: string): Written => ({ kind: 'heading', level, text })
const paragraph = (text: string): Written => ({ kind: 'paragraph', text })
const words = (count: number, word = 'word') => Array.from({ length: count }, () => word).join(' ')

/** A word or a sign is a token. */
const countTokens = (text: string) => text.match(/[\p{L}\p{N}\p{M}]+|[^\s]/gu)?.length ?? 0
const chunk = (document: ParsedDocument, maxTokens: number) =>
  chunkDocument(document, { maxTokens, countTokens })
const texts = (written: readonly Written[], maxTokens: number) =>
  chunk(write(written), maxTokens).map(({ text }) => text)

const content = fc
  .array(
    fc.constantFrom(
      'word',
      'Harbour',
      'end.',
      'yes!',
      '漢字。',
      '😀',
      '😀😀😀😀😀😀😀😀',
      'a😀😀😀😀😀b😀😀',
      '\n',
      '\n\n',
      '- ',
      '| ',
      '    ',
      'x'.repeat(90),
    ),
    { minLength: 1, maxLength: 40 },
  )
  .map((parts) => parts.join(' ').trim())
  .filter((text) => text !== '')
const document = fc
  .array(
    fc.oneof(
      fc.record({
        kind: fc.constant('heading' as const),
        level: fc.integer({ min: 1, max: 6 }),
        text: fc.constantFrom('A', 'B b', 'C c c'),
      }),
      fc.record({ kind: fc.constantFrom('paragraph', 'list', 'table', 'code', 'quote'), text: content }),
      fc.record({
        kind: fc.constant('paragraph' as const),
        text: content,
        before: fc.constantFrom('\n', '\n<!-- note -->\n', ' '.repeat(400)),
      }),
    ),
    { maxLength: 20 },
  )
  .map(write)
const anyMaxTokens = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 13, max: 120 }))

const holds = (check: (document: ParsedDocument, chunks: Chunk[], maxTokens: number) => void) =>
  fc.assert(
    fc.property(document, anyMaxTokens, (document, maxTokens) =>
      check(document, chunk(document, maxTokens), maxTokens),
    ),
    { numRuns: 300 },
  )

describe('every chunk of any document', () => {
  it('is exactly its span of the text, numbered in order, without overlap', () => {
    holds(({ text }, chunks) => {
      let end = 0
      for (const [index, chunk] of chunks.entries()) {
        expect(chunk.text).toBe(text.slice(chunk.start, chunk.end))
        expect(chunk.ordinal).toBe(index)
        expect(chunk.start).toBeGreaterThanOrEqual(end)
        expect(chunk.text.trim()).not.toBe('')
        end = chunk.end
      }
    })
  })

  it('leaves nothing but white space of the blocks to no chunk', () => {
    holds(({ text, blocks }, chunks) => {
      let end = 0
      for (const { start, end: next } of [...chunks, { start: text.length, end: text.length }]) {
        for (const block of blocks)
          expect(
            text.slice(Math.max(end, block.start), Math.max(end, Math.min(start, block.end))).trim(),
          ).toBe('')
        end = next
      }
    })
  })

  it('has at most the tokens asked for, unless it is a single character', () => {
    holds((_, chunks, maxTokens) => {
      const divisible = chunks.filter(({ text }) => !/^.$/u.test(text))
      expect(divisible.filter(({ tokens }) => tokens > maxTokens)).toEqual([])
      expect(chunks.filter(({ text, tokens }) => tokens < countTokens(text))).toEqual([])
    })
  })

  it('carries the heading path of its beginning, and the header row where a table goes on', () => {
    holds(({ text, blocks }, chunks) => {
      for (const { start, headings } of chunks) {
        const block = blocks.find((block) => block.start <= start && start < block.end)
        const [row = ''] = text.slice(block?.start, block?.end).split('\n')
        const header = row.replaceAll(/^[\s|]+|[\s|]+$/g, '')
        const goesOn = block?.kind === 'table' && start > block.start && header !== ''
        expect(headings).toEqual(goesOn ? [...block.headings, shortHeading(header)] : block?.headings)
      }
    })
  })

  it('never cuts a character in half', () => {
    holds((_, chunks) => {
      for (const { text } of chunks) expect(text.isWellFormed()).toBe(true)
    })
  })

  it('keeps headings with the beginning of what follows', () => {
    holds(({ text, blocks }, chunks, maxTokens) => {
      const orphaned = blocks.filter((body, index) => {
        const above = blocks[index - 1]
        // Headings that take half a chunk may stand alone. Their tokens are at most those of all that is before.
        const lead = Math.max(countTokens(text.slice(0, body.start)), body.start / 16)
        if (above?.kind !== 'heading' || body.kind === 'heading' || lead * 3 > maxTokens) return false
        return !chunks.some(({ start, end }) => start <= above.start && body.start < end)
      })
      expect(orphaned).toEqual([])
    })
  })

  it('comes out the same every time', () => {
    holds((document, chunks, maxTokens) => {
      expect(chunk(document, maxTokens)).toEqual(chunks)
    })
  })
})

describe('sections', () => {
  it('are joined while they are small, under the path of the first', () => {
    const page = [
      heading(1, 'T'),
      paragraph(words(5)),
      heading(2, 'A'),
      paragraph(words(5)),
      heading(2, 'B'),
      paragraph(words(5)),
    ]
    const [only, ...others] = chunk(write(page), 100)
    expect(others).toEqual([])
    expect(only?.headings).toEqual(['T'])
  })

  it('of a reasonable size stay apart', () => {
    const page = [heading(2, 'A'), paragraph(words(40)), heading(2, 'B'), paragraph(words(40))]
    expect(chunk(write(page), 100).map(({ headings }) => headings)).toEqual([['A'], ['B']])
  })

  it('are not joined across a higher heading', () => {
    const page = [
      heading(1, 'T'),
      paragraph(words(90)),
      heading(2, 'A'),
      paragraph(words(97)),
      heading(3, 'a'),
      paragraph(words(5)),
      heading(2, 'B'),
      paragraph(words(5)),
    ]
    expect(chunk(write(page), 100).map(({ headings }) => headings.at(-1))).toEqual(['T', 'A', 'a', 'B'])
  })

  it('are not joined with the beginning of a larger neighbour', () => {
    const page = [
      heading(2, 'A'),
      paragraph(words(5)),
      heading(2, 'B'),
      paragraph(words(5)),
      heading(3, 'b'),
      paragraph(words(97)),
    ]
    expect(chunk(write(page), 100).map(({ headings }) => headings.at(-1))).toEqual(['A', 'B', 'b'])
  })

  it('without text of their own begin with the next heading below', () => {
    const page = [heading(1, 'T'), heading(2, 'A'), paragraph(words(99))]
    expect(texts(page, 100)[0]).toMatch(/^T\n\nA\n\nword/)
  })

  it('that need several chunks begin with their short introduction', () => {
    const page = [
      heading(1, 'T'),
      paragraph('Short.'),
      heading(2, 'A'),
      paragraph(words(60)),
      paragraph(words(60)),
      heading(2, 'B'),
      paragraph(words(50)),
    ]
    expect(texts(page, 100)[0]).toMatch(/^T\n\nShort\.\n\nA\n\nword/)
  })

  it('become chunks of about equal size when one is not enough', () => {
    const page = [heading(1, 'T'), ...Array.from({ length: 11 }, () => paragraph(words(10)))]
    expect(chunk(write(page), 100).map(({ tokens }) => tokens)).toEqual([51, 60])
  })
})

describe('a block larger than a chunk', () => {
  it('stays whole when it fits, though the section does not', () => {
    const list = '- one two three\n- four five six'
    const page = [heading(1, 'T'), paragraph(words(10)), { kind: 'list' as const, text: list }]
    expect(texts(page, 12)).toContain(list)
  })

  it('is cut between list items, with what belongs to them', () => {
    const text = '- a b c\n- d e f\n  g h i j'
    expect(texts([{ kind: 'list', text }], 9)).toEqual(['- a b c', '- d e f\n  g h i j'])
  })

  it('is cut between table rows, and the rows that go on name their columns', () => {
    const text = '| name | price |\n|---|---|\n| pilot | 90 |\n| tug | 40 |\n| mole | 7 |'
    const chunks = chunk(write([heading(1, 'Fees'), { kind: 'table', text }]), 20)
    expect(chunks.map(({ text }) => text.split('\n').at(-1))).toEqual(['|---|---|', '| mole | 7 |'])
    expect(chunks.map(({ headings }) => headings)).toEqual([['Fees'], ['Fees', 'name | price']])
  })

  it('is cut between sentences where prose is wrapped, and between lines where each is a record', () => {
    const prose = 'The pilot boards\noff the mole. The tug\nwaits in the basin\nfor the signal.'
    expect(texts([paragraph(prose)], 10)).toEqual([
      'The pilot boards\noff the mole.',
      'The tug\nwaits in the basin\nfor the signal.',
    ])
    const log = 'Mon 1 up. ok\nTue 2 up. ok\nWed 3 up. ok'
    expect(texts([paragraph(log)], 10)).toEqual(['Mon 1 up. ok\nTue 2 up. ok', 'Wed 3 up. ok'])
  })

  it('is cut inside words only when a word alone is too large, tokens or not', () => {
    const blob = 'ab'.repeat(500)
    const chunks = texts([paragraph(`short ${blob} words`)], 4)
    expect(chunks.join('')).toBe(`short${blob}words`)
    for (const text of chunks) expect(text.length).toBeLessThanOrEqual(4 * 16)
  })

  it('keeps the indentation of code', () => {
    const text = 'if (ready) {\n  await sail()\n  moor()\n}'
    expect(texts([{ kind: 'code', text }], 6)[1]).toMatch(/^ {2}/)
  })
})

describe('a text that its sender has cut', () => {
  const cutAt = (parts: readonly string[]) => {
    const written = write(parts.map((text) => paragraph(text)))
    return { ...written, cuts: written.blocks.map(({ start, end }) => ({ start, end })) }
  }

  it('is chunked as it was cut, small neighbours and all', () => {
    const parts = ['one', 'two', words(390)]
    expect(chunk(cutAt(parts), 100).map(({ text }) => text)).toEqual(parts)
  })

  it('is cut again only where a cut is more than four chunks large', () => {
    const chunks = chunk(cutAt(['one', words(401), 'two']), 100)
    expect(chunks.map(({ tokens }) => tokens > 100)).not.toContain(true)
    expect(chunks.map(({ text }) => text).join(' ')).toBe(`one ${words(401)} two`)
    expect(chunks.map(({ ordinal }) => ordinal)).toEqual(chunks.map((_, index) => index))
  })
})

it('counts every part of a large text only a few times', () => {
  let counted = 0
  const counting = (text: string) => {
    counted += text.length
    return countTokens(text)
  }
  for (const unit of [
    'word ',
    'A sentence with some words. ',
    'line\n',
    '漢',
    'x'.repeat(3_000) + ' ',
    '- item\n',
  ]) {
    const text = unit.repeat(Math.ceil(300_000 / unit.length)).trim()
    counted = 0
    chunkDocument(write([paragraph(text)]), { maxTokens: 256, countTokens: counting })
    expect(counted).toBeLessThan(3 * text.length)
  }
})
