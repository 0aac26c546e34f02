import { Command, InvalidArgumentError } from 'commander'
import { configurationFields } from '../../shared/api/matrix-fields.ts'
import type { Cell } from '../../shared/domain/matrix/cells/cell.ts'
import { findCell } from '../../shared/domain/matrix/cells/matrix.ts'
import { MATRIX } from '../../shared/domain/matrix/sources/sources.gen.ts'
import { GPU_NAMES } from '../../shared/domain/matrix/sources/sources.ts'
import { describeCell, gpuTitle, type Section } from '../../shared/domain/matrix/words/describe.ts'
import { LEVELS, TIERS } from '../../shared/domain/tiers.ts'
import { EXIT, Failure } from '../lib/failure.ts'
import { colors, print, table } from '../lib/terminal.ts'

export const explainCommand = () =>
  new Command('explain')
    .description('everything about one configuration: verdict, estimates, costs (needs no platform)')
    .argument('<configuration>', 'TIER.GPU.LEVEL, such as l.h100.gpu_native', parseConfiguration)
    .option('--json', 'print JSON, as GET /v1/matrix/{configuration} answers')
    .action((id: string, { json }: { readonly json?: boolean }) => {
      const cell = findCell(id)
      if (!cell)
        throw new Failure(EXIT.usage, `There is no configuration "${id}"; fairlead matrix lists them`)
      print(json ? JSON.stringify(configurationFields(cell)) : describeConfiguration(cell))
    })

const PARTS = [
  { name: 'tier', values: TIERS },
  { name: 'GPU', values: GPU_NAMES },
  { name: 'level', values: LEVELS },
] as const

/** Says which part of a name is wrong, and what it could be. */
export function parseConfiguration(given: string): string {
  const id = given.toLowerCase()
  const parts = id.split('.')
  if (parts.length !== PARTS.length)
    throw new InvalidArgumentError('It is TIER.GPU.LEVEL, such as l.h100.gpu_native.')
  for (const [index, { name, values }] of PARTS.entries())
    if (!values.some((value) => value === parts[index]))
      throw new InvalidArgumentError(
        `There is no ${name} "${parts[index]}"; allowed are ${values.join(', ')}.`,
      )
  return id
}

/** A configuration for a person at a terminal. */
export const describeConfiguration = (cell: Cell): string =>
  [
    colors.bold(cell.id),
    `Tier ${cell.tier.toUpperCase()} on ${gpuTitle(cell.gpu)}, ${cell.level}`,
    ...describeCell(cell, MATRIX.tiers[cell.tier]).map(describeSection),
  ].join('\n\n')

const describeSection = ({ title, text, table: columns, items }: Section): string =>
  [
    colors.bold(title),
    ...text,
    ...(columns ? [table(columns.header, columns.rows)] : []),
    ...items.map((item) => `- ${item}`),
  ].join('\n')
