// Policies beside each other on the same traffic: npm run bench:policies. Deterministic; writes its tables into docs/routing.md.
import { readFileSync, writeFileSync } from 'node:fs'
import type { Chooser, Scenario } from '../../shared/domain/simulation/run.ts'
import { simulate } from '../../shared/domain/simulation/run.ts'
import { arrivals } from '../../shared/domain/simulation/trace.ts'
import { TIERS, type Tier } from '../../shared/domain/tiers.ts'
import { CALLERS, ISOLATES_AT, ORIGINS, requestsPerSecond } from './fleet.ts'
import { herdingTable } from './herding.ts'
import { type Measured, measure } from './measure.ts'
import { markdownTable, meanAndInterval } from './report.ts'
import { cheapest, leastQueue, ofPlan, peakEwma, roundRobin } from './strategies.ts'

const SEEDS = [1, 2, 3, 4, 5] as const
const DURATION_MS = 120_000
const WARM_UP_MS = 20_000
const DOCUMENT = `${import.meta.dirname}/../../docs/routing.md`

const STRATEGIES: readonly (readonly [string, () => Chooser])[] = [
  ['round robin', roundRobin],
  ['least queue', leastQueue],
  ['cheapest', cheapest],
  ['P2C + Peak-EWMA', peakEwma],
  ['**ours, free**', ofPlan('free')],
  ['**ours, pro**', ofPlan('pro')],
  ['**ours, enterprise**', ofPlan('enterprise')],
]

/** A site that holds a tenth to a sixth of tiers M, L and XL. */
const LOST = { provider: 'lambda', region: 'us-west-1', atMs: 40_000 } as const
const SCENARIOS = [
  { title: '50 % load', load: 0.5, lost: null },
  { title: '80 % load', load: 0.8, lost: null },
  { title: '95 % load', load: 0.95, lost: null },
  { title: '80 % load, one site lost after 40 s', load: 0.8, lost: LOST },
] as const

const capacity = new Map<Tier, number>(TIERS.map((tier) => [tier, 0]))
for (const { endpoint, deployment } of ORIGINS) {
  const tier = endpoint.tier ?? 'm'
  const rate = requestsPerSecond(tier, deployment, endpoint.maxConcurrency)
  capacity.set(tier, (capacity.get(tier) ?? 0) + rate)
}

function runs({ load, lost }: { load: number; lost: Scenario['lost'] }, chooser: () => Chooser): Measured[] {
  const rate = (tier: Tier) => load * (capacity.get(tier) ?? 0)
  return SEEDS.map((seed) => {
    const rates = { s: rate('s'), m: rate('m'), l: rate('l'), xl: rate('xl') }
    const trace = arrivals(rates, CALLERS, { seed, durationMs: DURATION_MS })
    const scenario = {
      origins: ORIGINS,
      callers: CALLERS,
      arrivals: trace,
      durationMs: DURATION_MS,
      isolatesAt: ISOLATES_AT,
      pushEveryMs: 250,
      readEveryMs: 1_000,
      lost,
      chooser,
    }
    return measure(simulate(scenario), WARM_UP_MS)
  })
}

const COLUMNS = [
  ['objective met, %', (one: Measured) => 100 * one.attainment, 2],
  ['$ for 1K tokens', (one: Measured) => one.usdPerKTok, 5],
  ['p99 first token, ms', (one: Measured) => one.p99FirstTokenMs, 0],
  ['quality', (one: Measured) => one.quality, 4],
  ['refused, %', (one: Measured) => 100 * one.refusedShare, 2],
  ['full when asked, per 1K', (one: Measured) => one.refusals, 0],
  ['wasted attempts, per 1K', (one: Measured) => one.wasted, 1],
] as const

/** Columns that make the frontier, and which way is better. */
const OBJECTIVES = [
  [(one: Measured) => one.attainment, 1],
  [(one: Measured) => one.usdPerKTok, -1],
  [(one: Measured) => one.p99FirstTokenMs, -1],
  [(one: Measured) => one.quality, 1],
] as const

const mean = (many: readonly Measured[], of: (one: Measured) => number) =>
  many.reduce((sum, one) => sum + of(one), 0) / many.length

/** At least as good in every objective and better in one, in the mean over the seeds. */
const dominates = (a: readonly Measured[], b: readonly Measured[]) =>
  OBJECTIVES.every(([of, sign]) => sign * (mean(a, of) - mean(b, of)) >= 0) &&
  OBJECTIVES.some(([of, sign]) => sign * (mean(a, of) - mean(b, of)) > 0)

function scenarioTable(scenario: (typeof SCENARIOS)[number]): string {
  const results = STRATEGIES.map(([name, chooser]) => ({ name, measured: runs(scenario, chooser) }))
  const rows = results.map(({ name, measured }) => {
    const better = results.find((other) => dominates(other.measured, measured))
    return [
      name,
      ...COLUMNS.map(([, of, digits]) => meanAndInterval(measured.map(of), digits)),
      better ? `behind ${better.name.replaceAll('*', '')}` : 'yes',
    ]
  })
  console.error(`done: ${scenario.title}`)
  return `### ${scenario.title}\n\n${markdownTable(['policy', ...COLUMNS.map(([title]) => title), 'on the frontier'], rows)}`
}

const tables = [...SCENARIOS.map(scenarioTable), `### Herding\n\n${herdingTable()}`].join('\n\n')
console.log(tables)
const [begin, end] = ['<!-- tables: npm run bench:policies -->', '<!-- /tables -->']
const document = readFileSync(DOCUMENT, 'utf8')
const [before, rest = ''] = document.split(begin)
const after = rest.split(end)[1]
if (before === undefined || after === undefined)
  throw new Error(`docs/routing.md has lost ${begin} or ${end}`)
writeFileSync(DOCUMENT, `${before}${begin}\n\n${tables}\n\n${end}${after}`)
