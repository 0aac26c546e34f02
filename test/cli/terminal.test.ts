import { expect, it } from 'vitest'
import { percent, printable, sourceLine, table } from '../../cli/lib/terminal.ts'

it('lines columns up, numbers at the right', () => {
  expect(
    table(
      ['name', 'count', ''],
      [
        ['a', 5, 'x'],
        ['longer', 12, ''],
      ],
    ),
  ).toBe(['name    count', 'a           5  x', 'longer     12'].join('\n'))
})

it('lets no document steer the terminal', () => {
  expect(printable('a\u001B[31mred\u0007\u009Bx\n\tb')).toBe('a[31mredx\n\tb')
})

it('names a source by document, headings and span', () => {
  const passage = { number: 2, documentId: 'guide.md', headings: ['Setup', 'Keys'], start: 3, end: 9 }
  expect(sourceLine(passage)).toBe('[2] guide.md › Setup › Keys [3, 9)')
})

it.each([
  [0, '0 %'],
  [0.001, '< 1 %'],
  [0.874, '87 %'],
  [0.999, '> 99 %'],
  [1, '100 %'],
])('tells the chance %d as %s', (chance, shown) => {
  expect(percent(chance)).toBe(shown)
})
