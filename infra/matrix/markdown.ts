import { toUsd } from '../../shared/domain/money.ts'

/** A column of a table, and what stands in it for a row. */
export type Column<Row> = readonly [header: string, align: '---' | '--:', cell: (row: Row) => string]

/** What stands in a cell that has nothing to say. */
export const NONE = '–'

/** A Markdown table. */
export const table = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string =>
  [
    columns.map(([header]) => header),
    columns.map(([, align]) => align),
    ...rows.map((row) => columns.map(([, , cell]) => cell(row).replaceAll('|', '\\|'))),
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')

/** Dollars and cents, as GPU hours are priced. */
export const hourly = (nanoUsd: number): string => `$${toUsd(nanoUsd).toFixed(2)}`

/** One price of an hour, or both ends of a range. */
export const hourlyRange = (lowNanoUsd: number, highNanoUsd: number): string =>
  lowNanoUsd === highNanoUsd ? hourly(lowNanoUsd) : `${hourly(lowNanoUsd)} to ${hourly(highNanoUsd)}`
