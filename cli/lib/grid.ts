import type { Cell, Verdict } from '../../shared/domain/matrix/cells/cell.ts'
import { GPU_NAMES } from '../../shared/domain/matrix/sources/sources.ts'
import { gpuTitle, VERDICT_WORDS } from '../../shared/domain/matrix/words/describe.ts'
import { LEVELS, type Level, TIERS } from '../../shared/domain/tiers.ts'
import { colors } from './terminal.ts'

const PAINT: Readonly<Record<Verdict, (text: string) => string>> = {
  recommended: (text) => colors.green(colors.bold(text)),
  viable: colors.cyan,
  fits: colors.yellow,
  no: colors.dim,
}

/** Where the computed verdict is another one than the requirements document's. */
const DIFFERS = '≠'
const TIER_WIDTH = 4
const BEST_FIRST: readonly Verdict[] = ['recommended', 'viable', 'fits', 'no']

const gridOf = (cells: readonly Cell[], level: Level): string => {
  const here = cells.filter((cell) => cell.level === level)
  const gpus = GPU_NAMES.filter((gpu) => here.some((cell) => cell.gpu === gpu))
  const header = gpus.map((gpu) => `  ${gpuTitle(gpu)}`).join('')
  const rows = TIERS.filter((tier) => here.some((cell) => cell.tier === tier)).map((tier) => {
    const marks = gpus.map((gpu) => {
      const cell = here.find((one) => one.tier === tier && one.gpu === gpu)
      return `  ${cell ? mark(cell, gpuTitle(gpu).length) : ' '.repeat(gpuTitle(gpu).length)}`
    })
    return `${tier.padEnd(TIER_WIDTH)}${marks.join('')}`.trimEnd()
  })
  return [colors.bold(level), `${' '.repeat(TIER_WIDTH)}${colors.bold(header)}`, ...rows].join('\n')
}

/** As wide as its column: what a terminal does not show may not count. */
function mark({ verdict, requirement }: Cell, width: number): string {
  const sign = `${VERDICT_WORDS[verdict].sign}${requirement.agrees ? '' : DIFFERS}`
  return PAINT[verdict](sign) + ' '.repeat(width - sign.length)
}

const LEGEND = BEST_FIRST.map(
  (verdict) => `${VERDICT_WORDS[verdict].sign} ${verdict}: ${VERDICT_WORDS[verdict].meaning}`,
)

function tally(cells: readonly Cell[]): string {
  const counts = BEST_FIRST.map(
    (verdict) => `${cells.filter((cell) => cell.verdict === verdict).length} ${verdict}`,
  )
  const differing = cells.filter(({ requirement }) => !requirement.agrees).length
  return `${cells.length} configurations: ${counts.join(', ')}; ${differing} differ from the requirements document.`
}

/** A table of tiers and GPUs for each level, and what its signs say. */
export const describeGrid = (cells: readonly Cell[]): string =>
  [
    ...LEVELS.filter((level) => cells.some((cell) => cell.level === level)).map((level) =>
      gridOf(cells, level),
    ),
    [...LEGEND, `${DIFFERS} the requirements document says otherwise`].join('\n'),
    `${tally(cells)}\nfairlead explain TIER.GPU.LEVEL says why.`,
  ].join('\n\n')
