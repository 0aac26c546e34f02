import {
  type Cell,
  type Estimate,
  type Plan,
  type PlanCost,
  REASON_CODES,
  type Verdict,
} from '../cells/cell.ts'
import type { GpuName, RequirementVerdict, TierTarget } from '../sources/sources.ts'
import { digits, dollarRange, dollars, duration, gigabytes, interval } from './figures.ts'

export type Table = {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A part of the description of a configuration, for a terminal and for a page alike. */
export type Section = {
  readonly title: string
  readonly text: readonly string[]
  readonly table: Table | null
  readonly items: readonly string[]
}

/** A sign for each verdict and what it says. */
export const VERDICT_WORDS: Readonly<Record<Verdict, { readonly sign: string; readonly meaning: string }>> = {
  recommended: { sign: '★', meaning: 'among the best of its tier and level' },
  viable: { sign: '✓', meaning: "meets the tier's promise" },
  fits: { sign: '○', meaning: 'runs, but not as the tier promises' },
  no: { sign: '·', meaning: 'does not run, or nobody offers it' },
}

export const REQUIREMENT_WORDS: Readonly<Record<RequirementVerdict, string>> = {
  recommended: 'recommended',
  viable: 'viable',
  marginal: 'marginal',
  not_recommended: 'not recommended',
}

const GPU_TITLES: Readonly<Record<GpuName, string>> = {
  b200: 'B200',
  h200: 'H200',
  h100: 'H100',
  a100: 'A100',
  l40s: 'L40S',
  rtx4090: 'RTX 4090',
}

export const gpuTitle = (gpu: GpuName): string => GPU_TITLES[gpu]

const section = (
  title: string,
  { text = [], table = null, items = [] }: Partial<Omit<Section, 'title'>>,
): Section => ({ title, text, table, items })

/** Everything there is to say about a configuration. With the tier's target, what was promised stands beside what is expected. */
export function describeCell(cell: Cell, target?: TierTarget): Section[] {
  const { plan, failureModes, guidance } = cell
  return [
    verdictSection(cell),
    ...(plan ? planSections(plan, target) : []),
    costSection(cell),
    requirementSection(cell),
    section('Failure modes', { items: failureModes }),
    section('Deployment', { items: guidance.deployment }),
    section('Scheduling', { items: guidance.scheduling }),
    section('Observability', { items: guidance.observability }),
    section('Cost guidance', { items: guidance.cost }),
  ].filter(({ text, table, items }) => text.length + items.length > 0 || table !== null)
}

const KIND_WORDS = {
  blocking: 'does not run',
  slo: 'breaks the promise',
  preference: 'a drawback',
} as const

const verdictSection = ({ verdict, reasons }: Cell) =>
  section('Verdict', {
    text: [`${VERDICT_WORDS[verdict].sign} ${verdict}: ${VERDICT_WORDS[verdict].meaning}.`],
    items: reasons.map(({ code, message }) => `${code}, ${KIND_WORDS[REASON_CODES[code]]}: ${message}`),
  })

function planSections(plan: Plan, target: TierTarget | undefined): Section[] {
  const { load, memory } = plan
  const rows = [
    ['Model', plan.model],
    ['Precision', plan.precision],
    ['GPUs of a replica', gpuWords(plan)],
    ['Longest context', `${digits(plan.maxContextTokens)} tokens`],
    ['At once in the KV cache', digits(plan.kvConcurrency)],
    ['At once within the promise', digits(plan.sloConcurrency)],
  ]
  const memoryRows = [
    ['weights', gigabytes(memory.weightBytes)],
    ['activations', gigabytes(memory.activationBytes)],
    ['overhead', gigabytes(memory.overheadBytes)],
    ['KV cache', gigabytes(memory.kvBytes)],
    ['budget', gigabytes(memory.budgetBytes)],
  ]
  const planned = `For ${digits(load.concurrency)} at once, ${digits(load.promptTokens)} tokens of prompt and ${digits(load.outputTokens)} of output.`
  return [
    section('Plan', { table: { header: ['what', 'value'], rows } }),
    section('Expected of one replica', { text: [planned], table: estimateTable(plan, target) }),
    section('Memory of one GPU', { table: { header: ['for', 'size'], rows: memoryRows } }),
  ]
}

/** `8: 8 tensor parallel`, `16: 8 tensor parallel × 2 pipeline parallel`. */
function gpuWords({ gpuCount, tensorParallel, pipelineParallel }: Plan): string {
  if (gpuCount === 1) return '1'
  const pipeline = pipelineParallel === 1 ? '' : ` × ${pipelineParallel} pipeline parallel`
  return `${gpuCount}: ${tensorParallel} tensor parallel${pipeline}`
}

const estimateRow = (name: string, estimate: Estimate, promised: readonly string[]) => [
  name,
  digits(estimate.value),
  interval(estimate),
  estimate.basis,
  ...promised,
]

function estimateTable(plan: Plan, target: TierTarget | undefined): Table {
  const promise = (words: (slo: TierTarget['slo']) => string) => (target ? [words(target.slo)] : [])
  const none = promise(() => '')
  return {
    header: ['figure', 'expected', '80 % interval', 'basis', ...promise(() => 'promised')],
    rows: [
      estimateRow('first token, mean, ms', plan.timeToFirstTokenMs, none),
      estimateRow(
        'first token, p99, ms',
        plan.timeToFirstTokenP99Ms,
        promise((slo) => `at most ${digits(slo.timeToFirstTokenP99Ms)}`),
      ),
      estimateRow(
        'each further token, ms',
        plan.timePerOutputTokenMs,
        promise((slo) => `at most ${digits(slo.timePerOutputTokenMs)}`),
      ),
      estimateRow(
        'output tokens a second',
        plan.outputTokensPerSecond,
        promise((slo) => `at least ${digits(slo.outputTokensPerSecond)}`),
      ),
      estimateRow(
        `the same with ${digits(plan.atCapacity.concurrency)} at once`,
        plan.atCapacity.outputTokensPerSecond,
        ['what tokens are priced at'],
      ),
    ],
  }
}

function costSection({ plan, costs }: Cell): Section {
  if (costs.length === 0)
    return section('Costs', {
      text: [plan ? 'Nobody offers this with a known price.' : 'Nothing runs, so nothing is priced.'],
    })
  const shares = [...new Set(costs.map(({ utilisation }) => `${Math.round(utilisation * 100)} %`))]
  return section('Costs', {
    text: [
      `Cheapest first. A thousand tokens at ${shares.join(' or ')} of what keeps the promise; a month is 730 hours of what must be rented for one replica, used or not.`,
    ],
    table: {
      header: ['provider', 'GPU-hour', '1K tokens', 'from .. to', 'month', 'cold start', 'price'],
      rows: costs.map(costRow),
    },
  })
}

const costRow = (cost: PlanCost) => [
  cost.provider,
  dollarRange(cost.lowNanoUsdPerGpuHour, cost.highNanoUsdPerGpuHour),
  dollars(cost.nanoUsdPerKTok),
  dollarRange(cost.lowNanoUsdPerKTok, cost.highNanoUsdPerKTok),
  dollars(cost.monthlyNanoUsd),
  duration(cost.coldStartMs),
  `${cost.basis}; ${cost.source}, read on ${cost.readOn}`,
]

function requirementSection({ verdict, requirement }: Cell): Section {
  const agreement = `The document says "${REQUIREMENT_WORDS[requirement.verdict]}", which agrees with "${verdict}".`
  return section('Requirements document', { text: [requirement.difference ?? agreement] })
}
