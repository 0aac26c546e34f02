import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ParsedDocument } from '../../shared/domain/document.ts'
import { AppError } from '../../shared/errors.ts'
import type { Parser } from '../../shared/ports/parser.ts'

const encoder = new TextEncoder()

export const parseText = (parser: Parser, text: string): ParsedDocument => parser.parse(encoder.encode(text))

/** Kind and text of each block, for reading a test at a glance. */
export const blocksOf = ({ text, blocks }: ParsedDocument) =>
  blocks.map(({ kind, start, end }) => [kind, text.slice(start, end)])

type Sample = {
  /** Pieces of the format, good and broken, from which documents are thrown together. */
  fragments: readonly string[]
  /** Documents nested as deep as asked for. */
  nested: (depth: number) => readonly string[]
  /** Where the format wraps its texts: a document of this text. */
  wrap?: (text: string) => string
}

/** Every Parser adapter passes this unchanged. */
export function parserContract(create: () => Parser, { fragments, nested, wrap = (text) => text }: Sample) {
  const parser = create()
  const anyText = fc.oneof(
    fc.array(fc.constantFrom(...fragments), { maxLength: 60 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 200 }).map((text) => text.replaceAll('\0', '')),
  )
  const always = (check: (document: ParsedDocument, source: string) => void) =>
    fc.assert(
      fc.property(anyText, (text) => {
        const source = wrap(text)
        check(parseText(parser, source), source)
      }),
      { numRuns: 300 },
    )

  it('reads the same bytes the same way', () => {
    always((document, source) => {
      expect(parseText(create(), source)).toEqual(document)
    })
  })

  it('places blocks inside the text, in order, apart from each other, none of them blank', () => {
    always(({ text, blocks }) => {
      let end = 0
      for (const block of blocks) {
        expect(block.start).toBeGreaterThanOrEqual(end)
        expect(block.end).toBeLessThanOrEqual(text.length)
        expect(text.slice(block.start, block.end).trim()).not.toBe('')
        end = block.end
      }
    })
  })

  it('gives headings a level and every block the path of headings that it stands under', () => {
    always(({ blocks }) => {
      let open: number[] = []
      for (const { kind, level, headings } of blocks) {
        expect(level !== undefined).toBe(kind === 'heading')
        if (level !== undefined) open = [...open.filter((above) => above < level), level]
        expect(headings.length).toBe(open.length)
      }
    })
  })

  it('finds no blocks in nothing', () => {
    for (const source of ['', ' \n\t\n ', '\uFEFF', '\v', '\u00A0\u2028'])
      for (const text of [source, wrap(source)]) expect(parseText(parser, text).blocks).toEqual([])
  })

  it('ends lines with LF and leaves no byte order mark', () => {
    const { text } = parseText(parser, wrap('\uFEFFone\r\n\r\ntwo\rthree\n\n\uFEFFfour'))
    expect(text).not.toMatch(/[\r\uFEFF]/)
    expect(text.split(/\s+/)).toEqual(['one', 'two', 'three', 'four'])
  })

  it('reads any bytes or says that they are no text', () => {
    const outcome = (bytes: Uint8Array) => {
      try {
        return parser.parse(bytes)
      } catch (error) {
        return error
      }
    }
    const said = expect.toSatisfy(
      (out) => !(out instanceof Error) || (out instanceof AppError && out.code === 'invalid_request'),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(outcome(bytes)).toEqual(said)
      }),
      { numRuns: 300 },
    )
  })

  it('says where a text stops being UTF-8 and how to convert it', () => {
    // "café" in Windows-1252, after a replacement character that is spelled out.
    const bytes = new Uint8Array([...encoder.encode('\uFFFD ok\ncaf'), 0xe9, 0x0a])
    expect(() => parser.parse(bytes)).toThrow(/not valid UTF-8: byte 0xE9 at offset 10, line 2.*iconv/)
  })

  it('says that a file with NUL characters is binary or UTF-16', () => {
    expect(() => parser.parse(encoder.encode('a\nb\0'))).toThrow(/NUL character on line 2.*UTF-16/)
  })

  it('reads deep nesting in time that grows with its length only', () => {
    const startedAt = performance.now()
    for (const source of nested(100_000)) parseText(parser, wrap(source))
    // It takes a second; quadratic time would be a minute.
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  }, 60_000)
}
