import { Command, Option } from 'commander'
import { matches, summaryFields } from '../../shared/api/matrix-fields.ts'
import type { Cell } from '../../shared/domain/matrix/cells/cell.ts'
import { matrixCells } from '../../shared/domain/matrix/cells/matrix.ts'
import { LEVELS, type Level, TIERS, type Tier } from '../../shared/domain/tiers.ts'
import { describeGrid } from '../lib/grid.ts'
import { oneOf } from '../lib/options.ts'
import { print } from '../lib/terminal.ts'

type Options = {
  readonly tier?: Tier
  readonly level?: Level
  readonly json?: boolean
  readonly csv?: boolean
}

export const matrixCommand = () =>
  new Command('matrix')
    .description('what runs where: 96 configurations of tier, GPU and level (needs no platform)')
    .option('--tier <tier>', `only one: ${TIERS.join(', ')}`, oneOf(TIERS))
    .option('--level <level>', `only one: ${LEVELS.join(', ')}`, oneOf(LEVELS))
    .addOption(new Option('--json', 'print JSON, as GET /v1/matrix answers').conflicts('csv'))
    .option('--csv', 'print comma-separated values with a header')
    .action(({ tier, level, json, csv }: Options) => {
      const cells = matrixCells().filter((cell) => matches(cell, { tier, level }))
      print(json ? asJson(cells) : csv ? asCsv(cells) : describeGrid(cells))
    })

const asJson = (cells: readonly Cell[]) =>
  JSON.stringify({ data: cells.map(summaryFields), nextCursor: null })

/** RFC 4180, with lines that end as those of every other tool here do. */
export function asCsv(cells: readonly Cell[]): string {
  const rows = cells.map(summaryFields)
  const header = Object.keys(rows[0] ?? {})
  const lines = rows.map((row) => Object.values(row).map((value) => quoted(textOf(value))))
  return [header, ...lines].map((line) => line.join(',')).join('\n')
}

const textOf = (value: string | number | boolean | readonly string[] | null): string =>
  typeof value === 'object' ? (value ?? []).join(' ') : String(value)

const quoted = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
