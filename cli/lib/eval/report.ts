import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Estimate } from '../../../shared/domain/evaluation/statistics.ts'
import { describeEstimate } from './metrics.ts'
import type { ConfigurationResult, Refused } from './run.ts'

export type Table = { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] }
export type Section = { readonly title: string; readonly parts: readonly (string | Table)[] }

/** A row for each configuration: every metric with its interval, and the median time of a search. */
export function figures(corner: string, configurations: readonly ConfigurationResult[]): Table {
  const names = metricNames(configurations)
  return {
    header: [corner, ...names, 'ms'],
    rows: configurations.map(({ name, metrics, medianMs }) => [
      name,
      ...names.map((wanted) => cell(metrics.find(({ metric }) => metric === wanted))),
      medianMs.toFixed(1),
    ]),
  }
}

/** How far each configuration is from the first; a star where the interval does not hold zero. */
export function differences(configurations: readonly ConfigurationResult[]): Table {
  const [first, ...others] = configurations
  const names = metricNames(configurations)
  return {
    header: [`less ${first?.name ?? ''}`, ...names, 'ms'],
    rows: others.map(({ name, metrics, medianMs }) => [
      name,
      ...names.map((wanted) => {
        const difference = metrics.find(({ metric }) => metric === wanted)?.difference
        return cell(difference) + (difference && excludesZero(difference) ? ' *' : '')
      }),
      (medianMs - (first?.medianMs ?? 0)).toFixed(1),
    ]),
  }
}

const cell = (estimate: Estimate | undefined) => (estimate ? describeEstimate(estimate) : '')
const excludesZero = ({ low, high }: Estimate) => low > 0 || high < 0

/** One configuration may tell what another does not: an answer that never came cites nothing. */
const metricNames = (configurations: readonly ConfigurationResult[]) => [
  ...new Set(configurations.flatMap(({ metrics }) => metrics.map(({ metric }) => metric))),
]

/** Rows for columns, where there are more of these. */
export function transposed({ header, rows }: Table): Table {
  const [head = [], ...rest] = header.map((title, column) => [title, ...rows.map((row) => row[column] ?? '')])
  return { header: head, rows: rest }
}

export const describeRefusal = ({ name, message }: Refused) =>
  `${name}: left out, since the platform refuses it: ${message}`

/** What a reader of the differences has to know. */
export const DIFFERENCES = 'Differences, question by question; a star where the interval does not hold zero.'

/** Writes report.md and report.json into the folder. */
export async function writeReport(
  folder: string,
  { title, about, sections }: { title: string; about: string; sections: readonly Section[] },
  data: object,
) {
  await mkdir(folder, { recursive: true })
  const at = new Date().toISOString()
  const parts = sections.flatMap((section) => [`## ${section.title}`, ...section.parts.map(markdown)])
  await writeFile(join(folder, 'report.md'), [`# ${title}, ${at}`, about, ...parts, ''].join('\n\n'))
  await writeFile(join(folder, 'report.json'), JSON.stringify({ at, about, ...data }, null, 2))
}

function markdown(part: string | Table): string {
  if (typeof part === 'string') return part
  const { header, rows } = part
  return [header, header.map(() => '---'), ...rows].map(markdownRow).join('\n')
}

const markdownRow = (cells: readonly string[]) =>
  `| ${cells.map((text) => text.replaceAll('|', String.raw`\|`)).join(' | ')} |`
