import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeEstimate } from '../../cli/lib/evaluation.ts'
import type { ConfigurationResult, SetResult } from './run.ts'

type Table = { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] }

/** A row for each configuration: every metric with its interval, and the median time of a search. */
export function figures({ questions, configurations }: SetResult): Table {
  return {
    header: [`${questions} questions`, ...metricNames(configurations), 'ms'],
    rows: configurations.map(({ name, metrics, medianMs }) => [
      name,
      ...metrics.map(describeEstimate),
      medianMs.toFixed(1),
    ]),
  }
}

/** How far each configuration is from the first; a star where the interval does not hold zero. */
export function differences({ configurations }: SetResult): Table {
  const [first, ...others] = configurations
  return {
    header: [`less ${first?.name ?? ''}`, ...metricNames(configurations), 'ms'],
    rows: others.map(({ name, metrics, medianMs }) => [
      name,
      ...metrics.map(({ difference }) =>
        difference
          ? `${describeEstimate(difference)}${difference.low > 0 || difference.high < 0 ? ' *' : ''}`
          : '',
      ),
      (medianMs - (first?.medianMs ?? 0)).toFixed(1),
    ]),
  }
}

const metricNames = ([first]: readonly ConfigurationResult[]) =>
  first?.metrics.map(({ metric }) => metric) ?? []

/** Writes report.md and report.json into the folder. */
export async function writeReport(folder: string, about: string, results: readonly SetResult[]) {
  await mkdir(folder, { recursive: true })
  const at = new Date().toISOString()
  const sections = results.flatMap((result) => [
    `## ${result.set}`,
    `${result.documents} documents, ${result.questions} questions; means with 95 % bootstrap intervals.`,
    markdown(figures(result)),
    ...(result.configurations.length > 1
      ? [
          'Differences, question by question; a star where the interval does not hold zero.',
          markdown(differences(result)),
        ]
      : []),
  ])
  await writeFile(join(folder, 'report.md'), [`# Retrieval, ${at}`, about, ...sections, ''].join('\n\n'))
  await writeFile(join(folder, 'report.json'), JSON.stringify({ at, about, sets: results }, null, 2))
}

function markdown({ header, rows }: Table): string {
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
