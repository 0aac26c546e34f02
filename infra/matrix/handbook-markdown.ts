import type { Table } from '../../shared/domain/matrix/words/describe.ts'
import { table } from './markdown.ts'

export const markdownTable = ({ header, rows }: Table): string =>
  table(
    header.map((name, column) => [name, '---', (row: readonly string[]) => row[column] ?? '']),
    rows,
  )

export const markdownList = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n')

export const link = (text: string, file: string): string => `[${text}](${file})`

const NOTICE = '<!-- Generated from infra/matrix by npm run gen: change that. -->'

/** A page of blocks with a blank line between; empty ones are left out. */
export const markdownPage = (title: string, blocks: readonly string[]): string =>
  `${[`# ${title}`, NOTICE, ...blocks.filter((block) => block !== '')].join('\n\n')}\n`
