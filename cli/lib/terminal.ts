import { createColors } from 'picocolors'

type Stream = NodeJS.WriteStream

/** Colour and movement are for a person who watches; never for a file, a pipe, or one who declined (https://no-color.org). */
const isLively = (stream: Stream, env = process.env) =>
  stream.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb'

export const colors = createColors(isLively(process.stdout))
export const write = (text: string) => void process.stdout.write(text)
export const print = (text: string) => write(`${text}\n`)
/** For the person at the terminal: goes to stderr, so that stdout holds only what was asked for. */
export const note = (text: string) => void process.stderr.write(`${text}\n`)
/** Someone is there who can answer a question. */
export const isAttended = () => process.stdin.isTTY && isLively(process.stderr)

const BAR_WIDTH = 30

export type Progress = {
  readonly update: (done: number, total: number) => void
  /** Leaves no trace of the bar. */
  readonly end: () => void
}

/** One line that redraws itself; nothing at all where nobody watches. */
export function progressBar(label: string, stream: Stream = process.stderr): Progress {
  if (!isLively(stream)) return { update: () => {}, end: () => {} }
  return {
    update(done, total) {
      const filled = Math.round((done / Math.max(1, total)) * BAR_WIDTH)
      const bar = '━'.repeat(filled) + colors.dim('━'.repeat(BAR_WIDTH - filled))
      stream.write(`\r\u001B[K${label} ${bar} ${done}/${total}`)
    },
    end: () => void stream.write('\r\u001B[K'),
  }
}

/** Documents and models may hold anything, even what would steer a terminal. */
export const printable = (text: string) => text.replaceAll(/(?![\t\n])\p{Cc}/gu, '')

type Passage = {
  readonly number: number
  readonly documentId: string
  readonly headings: readonly string[]
  readonly start: number
  readonly end: number
}

/** `[1] guide.md › Setup › Keys [120, 480)`: where a passage stands, down to its characters. */
export const sourceLine = ({ number, documentId, headings, start, end }: Passage) =>
  `${colors.bold(`[${number}]`)} ${printable([documentId, ...headings].join(' › '))} ${colors.dim(`[${start}, ${end})`)}`

/** A chance as a person reads it: `87 %`; neither none nor certain where it is not quite. */
export function percent(chance: number): string {
  const whole = Math.round(chance * 100)
  if (whole === 0 && chance > 0) return '< 1 %'
  return whole === 100 && chance < 1 ? '> 99 %' : `${whole} %`
}

/** Columns as wide as their widest cell; numbers stand at the right. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [header, ...rows.map((row) => row.map(String))]
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const isNumber = header.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'),
  )
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell[isNumber[column] ? 'padStart' : 'padEnd'](widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  const [head = '', ...body] = cells.map(line)
  return [colors.bold(head), ...body].join('\n')
}
