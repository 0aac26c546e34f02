import { Command, Option } from 'commander'
import { selectionFields } from '../../shared/api/matrix-fields.ts'
import {
  type PlanRequirements,
  type Ranked,
  type Selection,
  TASKS,
} from '../../shared/domain/matrix/cells/cell.ts'
import { matrixCells } from '../../shared/domain/matrix/cells/matrix.ts'
import { select } from '../../shared/domain/matrix/selection/select.ts'
import { RESIDENCIES } from '../../shared/domain/matrix/sources/lookup.ts'
import { MATRIX } from '../../shared/domain/matrix/sources/sources.gen.ts'
import { GPU_NAMES, type GpuName, REGIMES, type Regime } from '../../shared/domain/matrix/sources/sources.ts'
import { digits, dollars } from '../../shared/domain/matrix/words/figures.ts'
import { LEVELS, type Level, TIERS, type Tier } from '../../shared/domain/tiers.ts'
import { EXIT } from '../lib/failure.ts'
import { listOf, oneOf, parseCount, parsePositive } from '../lib/options.ts'
import { colors, print, table } from '../lib/terminal.ts'

type Options = {
  readonly tier?: Tier
  readonly task?: (typeof TASKS)[number]
  readonly maxTtftMs?: number
  readonly maxTpotMs?: number
  readonly maxUsdPer1k?: number
  readonly compliance?: readonly Regime[]
  readonly residency?: readonly string[]
  readonly level?: readonly Level[]
  readonly gpu?: readonly GpuName[]
  readonly model?: readonly string[]
  readonly contextTokens?: number
  readonly users?: number
  readonly json?: boolean
}

const MODEL_NAMES = MATRIX.models.map(({ name }) => name)

export const planCommand = () =>
  new Command('plan')
    .description('which configuration does what you need, and why not another (needs no platform)')
    .addOption(
      new Option('--tier <tier>', `size of the model, the smallest by default: ${TIERS.join(', ')}`)
        .argParser(oneOf(TIERS))
        .conflicts('task'),
    )
    .option('--task <task>', `names the tier by its task: ${TASKS.join(', ')}`, oneOf(TASKS))
    .option('--max-ttft-ms <ms>', 'time to the first token, at the 99th percentile', parsePositive)
    .option('--max-tpot-ms <ms>', 'time for each further token', parsePositive)
    .option('--max-usd-per-1k <usd>', 'dollars for a thousand tokens', parsePositive)
    .option('--compliance <regimes>', `comma-separated, all of them: ${REGIMES.join(', ')}`, listOf(REGIMES))
    .option(
      '--residency <places>',
      `comma-separated, all of them: ${RESIDENCIES.join(', ')}`,
      listOf(RESIDENCIES),
    )
    .option('--level <levels>', `comma-separated: ${LEVELS.join(', ')}`, listOf(LEVELS))
    .option('--gpu <gpus>', `comma-separated: ${GPU_NAMES.join(', ')}`, listOf(GPU_NAMES))
    .option('--model <names>', 'comma-separated names on the hub, any of them', listOf(MODEL_NAMES))
    .option('--context-tokens <number>', 'longest prompt and answer together', parseCount)
    .option('--users <number>', 'answers at the same time; replicas are added', parseCount)
    .option('--json', 'print JSON, as POST /v1/plan answers')
    .addHelpText('after', `\nExits with ${EXIT.failed} when no configuration does all of it.`)
    .action((options: Options) => {
      const selection = select(matrixCells(), requirementsOf(options))
      print(options.json ? JSON.stringify(selectionFields(selection)) : describeSelection(selection))
      process.exitCode = selection.ranked.length > 0 ? EXIT.ok : EXIT.failed
    })

/** What the options ask for. */
export function requirementsOf(options: Options): PlanRequirements {
  const { tier, task, maxTtftMs, maxTpotMs, maxUsdPer1k, level, gpu, model } = options
  const { compliance, residency, contextTokens, users } = options
  return {
    tier,
    task,
    maxTimeToFirstTokenMs: maxTtftMs,
    maxTimePerOutputTokenMs: maxTpotMs,
    maxUsdPerKTok: maxUsdPer1k,
    compliance,
    residency,
    levels: level,
    gpus: gpu,
    models: model,
    contextTokens,
    users,
  }
}

const HEADER = [
  '',
  'configuration',
  'provider',
  'replicas',
  'GPUs',
  'model',
  'first token p99 ms',
  'token ms',
  'USD/1K',
  'USD/month',
  'score',
  'stands',
]

const rowOf = (
  { configuration, provider, replicas, gpuCount, plan, cost, ...rest }: Ranked,
  index: number,
) => [
  index + 1,
  configuration,
  provider,
  replicas,
  gpuCount,
  `${plan.model} ${plan.precision}`,
  digits(plan.timeToFirstTokenP99Ms.value),
  digits(plan.timePerOutputTokenMs.value),
  dollars(cost.nanoUsdPerKTok),
  dollars(rest.monthlyNanoUsd),
  rest.score.toFixed(2),
  rest.isInstalled ? 'today' : 'to be bought',
]

/** What qualifies, best first, why the first is first, and why the others are not there. */
export function describeSelection({ tier, ranked, rejected }: Selection): string {
  const count = ranked.length + rejected.length
  const [best] = ranked
  const found = best
    ? [
        `Tier ${tier.toUpperCase()}: ${ranked.length} of ${count} configurations do it.`,
        table(HEADER, ranked.map(rowOf)),
        [colors.bold(`Why ${best.configuration}`), ...best.reasons.map((reason) => `- ${reason}`)].join('\n'),
      ]
    : [colors.yellow(`Tier ${tier.toUpperCase()}: none of ${count} configurations does all of it.`)]
  return [...found, ...(rejected.length > 0 ? [describeRejected(rejected)] : [])].join('\n\n')
}

/** Figures, not the digits of a name such as H100. */
const FIGURE = /(?<![\w.])\d+(?:[.,]\d+)*/g

type Lost = { readonly configuration: string; readonly reason: string }

/** Reasons that differ only in their figures are one group, the one that most share first. */
function describeRejected(rejected: Selection['rejected']): string {
  const lost = rejected.flatMap(({ configuration, reasons }) =>
    reasons.map((reason) => ({ configuration, reason })),
  )
  const groups = [...Map.groupBy(lost, ({ reason }) => reason.replaceAll(FIGURE, '#')).values()]
  const blocks = groups
    .toSorted((a, b) => b.length - a.length)
    .map((group) =>
      [`- ${commonReason(group)} (${group.length})`, `  ${namesOf(group).join(', ')}`].join('\n'),
    )
  return [colors.bold('Why the others lost'), ...blocks].join('\n')
}

/** What all of a group have in common, with `…` for figures in which they differ. */
function commonReason([first, ...others]: readonly Lost[]): string {
  const figures = others.map(({ reason }) => reason.match(FIGURE) ?? [])
  let position = 0
  return (first?.reason ?? '').replaceAll(FIGURE, (figure) => {
    const isCommon = figures.every((ones) => ones[position] === figure)
    position += 1
    return isCommon ? figure : '…'
  })
}

/** `l.a100.*` where it is all levels. */
function namesOf(group: readonly Lost[]): string[] {
  const ids = group.map(({ configuration }) => configuration)
  const byGpu = Map.groupBy(ids, (id) => id.slice(0, id.lastIndexOf('.')))
  return [...byGpu].flatMap(([gpu, ofGpu]) => (ofGpu.length === LEVELS.length ? [`${gpu}.*`] : ofGpu))
}
