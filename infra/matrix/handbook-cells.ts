import type { Cell } from '../../shared/domain/matrix/cells/cell.ts'
import type { GpuName, MatrixSources } from '../../shared/domain/matrix/sources/sources.ts'
import {
  describeCell,
  gpuTitle,
  type Section,
  type Table,
  VERDICT_WORDS,
} from '../../shared/domain/matrix/words/describe.ts'
import { digits, dollars } from '../../shared/domain/matrix/words/figures.ts'
import type { Level, Tier } from '../../shared/domain/tiers.ts'
import { link, markdownList, markdownPage, markdownTable } from './handbook-markdown.ts'

export const cellFile = ({ id }: Pick<Cell, 'id'>): string => `${id}.md`
export const tierFile = (tier: Tier): string => `tier-${tier}.md`
export const gpuFile = (gpu: GpuName): string => `gpu-${gpu}.md`
export const tierTitle = (tier: Tier): string => `Tier ${tier.toUpperCase()}`

/** Levels in words. */
export const LEVEL_WORDS: Readonly<Record<Level, string>> = {
  hyperscaler: 'hyperscaler',
  gpu_native: 'GPU cloud',
  serverless: 'serverless',
  on_premises: 'on premises',
}

/** Marks a verdict that is another one than the requirements document's. */
export const DIFFERS = '≠'

/** The sign of a cell, leading to its page. */
export const signOf = (cell: Cell): string =>
  link(`${VERDICT_WORDS[cell.verdict].sign}${cell.requirement.agrees ? '' : ` ${DIFFERS}`}`, cellFile(cell))

const sectionOf = ({ title, text, table, items }: Section): string =>
  [`## ${title}`, ...text, ...(table ? [markdownTable(table)] : []), markdownList(items)]
    .filter((block) => block !== '')
    .join('\n\n')

/** Everything about one configuration. */
export const cellPage = (cell: Cell, { tiers }: MatrixSources): string =>
  markdownPage(`${tierTitle(cell.tier)} on ${gpuTitle(cell.gpu)}, ${LEVEL_WORDS[cell.level]}`, [
    `\`${cell.id}\` · ${link(tierTitle(cell.tier), tierFile(cell.tier))} · ${link(gpuTitle(cell.gpu), gpuFile(cell.gpu))} · ${link('the matrix', 'README.md')}`,
    ...describeCell(cell, tiers[cell.tier]).map(sectionOf),
  ])

/** Cells beside each other: verdict, plan, times and the cheapest price. */
export const comparison = (cells: readonly Cell[]): Table => ({
  header: [
    'configuration',
    'verdict',
    'model',
    'GPUs',
    'first token p99 ms',
    'token ms',
    'tokens a second',
    '1K tokens',
    'month',
    'cheapest',
  ],
  rows: cells.map((cell) => [
    link(cell.id, cellFile(cell)),
    `${VERDICT_WORDS[cell.verdict].sign} ${cell.verdict}${cell.requirement.agrees ? '' : ` ${DIFFERS}`}`,
    ...planColumns(cell),
    ...costColumns(cell),
  ]),
})

function planColumns({ plan }: Cell): string[] {
  if (!plan) return ['–', '–', '–', '–', '–']
  return [
    `${plan.model} ${plan.precision}`,
    String(plan.gpuCount),
    digits(plan.timeToFirstTokenP99Ms.value),
    digits(plan.timePerOutputTokenMs.value),
    digits(plan.outputTokensPerSecond.value),
  ]
}

function costColumns({ costs }: Cell): string[] {
  const [cheapest] = costs
  if (!cheapest) return ['–', '–', '–']
  return [dollars(cheapest.nanoUsdPerKTok), dollars(cheapest.monthlyNanoUsd), cheapest.provider]
}
