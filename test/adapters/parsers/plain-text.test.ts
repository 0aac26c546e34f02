import { describe, expect, it } from 'vitest'
import { plainTextParser } from '../../../shared/adapters/parsers/plain-text.ts'
import { blocksOf, parserContract, parseText } from '../../contract/parser.ts'

describe('Parser contract: plain-text', () =>
  parserContract(plainTextParser, {
    fragments: ['word ', 'Zwölf ', '😀', '\n', '\n\n', '  \n', '\t', '\u2028', '# ', '<p>'],
    nested: (depth) => ['(\n'.repeat(depth), ' '.repeat(depth) + 'x', '\n '.repeat(depth)],
  }))

it('takes what blank lines separate for paragraphs, indentation included', () => {
  const document = parseText(plainTextParser(), '\n\n  one\n two \n\t\nthree\n')
  expect(blocksOf(document)).toEqual([
    ['paragraph', '  one\n two'],
    ['paragraph', 'three'],
  ])
})

it('reads no title into a text', () => {
  expect(parseText(plainTextParser(), '# Not a heading\n\nText')).toMatchObject({
    title: null,
    blocks: [{ headings: [] }, { headings: [] }],
  })
})
