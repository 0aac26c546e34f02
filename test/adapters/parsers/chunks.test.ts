import { describe, expect, it } from 'vitest'
import { chunksParser } from '../../../shared/adapters/parsers/chunks.ts'
import { parserContract, parseText } from '../../contract/parser.ts'

const document = (...chunks: unknown[]) => parseText(chunksParser(), JSON.stringify(chunks))

describe('Parser contract: chunks', () =>
  parserContract(chunksParser, {
    fragments: ['word ', 'Zwölf ', '😀', '\n', '\n\n', '  \n', '\t', '"', '\\', '['],
    nested: (depth) => ['['.repeat(depth), '(\n'.repeat(depth), ' '.repeat(depth) + 'x'],
    wrap: (text) => JSON.stringify(text.split('\n\n')),
  }))

it('joins the chunks by a blank line and says where each of them stands, white space included', () => {
  const { text, cuts } = document(' one\n', 'two\n\nthree')
  expect(text).toBe(' one\n\n\ntwo\n\nthree')
  expect(cuts?.map(({ start, end }) => text.slice(start, end))).toEqual([' one\n', 'two\n\nthree'])
})

it('counts after line ends are made the same and half characters are whole', () => {
  const { text, cuts } = document('a\r\nb', '\uD83D', '\uFEFF', 'c')
  expect(cuts?.map(({ start, end }) => text.slice(start, end))).toEqual(['a\nb', '\uFFFD', 'c'])
})

it.each([['{"a": 1}'], ['["a", 1]'], ['["a"'], ['"a"']])('says what it wants instead of %s', (source) => {
  expect(() => parseText(chunksParser(), source)).toThrow(
    'The document is not a JSON array of strings: send "chunks"',
  )
})
