import { describe, expect, it } from 'vitest'
import { markdownParser } from '../../../shared/adapters/parsers/markdown.ts'
import { blocksOf, parserContract, parseText } from '../../contract/parser.ts'

describe('Parser contract: markdown', () =>
  parserContract(markdownParser, {
    fragments:
      '# A\n¦## B `c`\n¦### \n¦Setext\n---\n¦###### [d](e)\n¦#not\n¦word ¦\n¦\n\n¦    ¦- item\n¦1. one\n¦  - inner\n¦> quote\n¦```\n¦~~~js\n¦| a | b |\n|---|---|\n¦| 1 |\n¦---\n¦***\n¦<!-- x -->\n¦<div>\n¦</div>\n¦[x]: /y\n¦![alt](u)¦\\¦&amp;¦\t¦*a **b¦😀'.split(
        '¦',
      ),
    nested: (depth) => ['>'.repeat(depth), '>- '.repeat(depth), `# ${'*_'.repeat(depth)}a`],
  }))

const markdown = (source: string) => parseText(markdownParser(), source)

it('keeps the source as it is and each list, table, quote and code as one block', () => {
  const list = '- a\n  - b\n\n      code\n- c'
  const table = '| a | b |\n|---|:-:|\n| 1 | `2` |'
  const code = '```sh\nnpm start\n\n# no heading\n```'
  const quote = '> said\n> twice'
  const source = `# Title\n\nText *here*\nand [there](x).\n\n${list}\n\n${table}\n\n${code}\n\n${quote}\n`
  const document = markdown(source)
  expect(document.text).toBe(source)
  expect(blocksOf(document)).toEqual([
    ['heading', '# Title'],
    ['paragraph', 'Text *here*\nand [there](x).'],
    ['list', list],
    ['table', table],
    ['code', code],
    ['quote', quote],
  ])
})

it('names headings as a reader sees them', () => {
  const { blocks } = markdown(
    '# The `npm` **start** &amp; [its](u) ![logo](l)<br>\\# end #\n\nSub\n---\n\n#\n',
  )
  expect(blocks.map(({ headings }) => headings)).toEqual([
    ['The npm start & its logo# end'],
    ['The npm start & its logo# end', 'Sub'],
    [''],
  ])
})

it('takes the title of the front matter, else the first heading of the first level', () => {
  expect(markdown('---\ntitle: "From: fields"\ndraft: true\n---\n# Heading\n')).toMatchObject({
    title: 'From: fields',
    blocks: [{ kind: 'heading' }],
  })
  expect(markdown('## Second\n\n# First\n\n# Other\n').title).toBe('First')
  expect(markdown('text').title).toBe(null)
})

it('takes a leading rule for a rule, not for front matter', () => {
  expect(blocksOf(markdown('---\nSome text\n\n---\nMore'))).toEqual([
    ['paragraph', 'Some text'],
    ['paragraph', 'More'],
  ])
})

it('leaves comments and rules out, and keeps addresses at the end', () => {
  expect(blocksOf(markdown(' <!-- to do -->\n\ntext [a]\n\n***\n\n[a]: https://example.org\n'))).toEqual([
    ['paragraph', 'text [a]'],
    ['paragraph', '[a]: https://example.org'],
  ])
})

describe('a text too long to parse at once', () => {
  const filler = 'Some words that fill a line of the text.\n'.repeat(20)
  const pages = Array.from({ length: 100 }, (_, index) => `# Page ${index}\n\n${filler}\n- a\n- b\n\n> q\n\n`)

  it('has the same blocks as its pages', () => {
    const expected = pages.flatMap((page) => blocksOf(markdown(page)))
    expect(blocksOf(markdown(pages.join('')))).toEqual(expected)
  })

  it('keeps code and tables whole, however long', () => {
    const code = `\`\`\`\n${'# not a heading\n'.repeat(5_000)}\`\`\``
    const table = `| a | b |\n|---|---|\n${'| 1 | 2 |\n'.repeat(8_000)}`.trim()
    expect(blocksOf(markdown(`${code}\n# After\n\n${table}\n\nend`))).toEqual([
      ['code', code],
      ['heading', '# After'],
      ['table', table],
      ['paragraph', 'end'],
    ])
  })

  it('may be a single line', () => {
    const line = 'word '.repeat(40_000).trim()
    expect(blocksOf(markdown(line))).toEqual([['paragraph', line]])
  })
})
