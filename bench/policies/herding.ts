import { PLAN_POLICIES } from '../../shared/domain/routing/policy.ts'
import { type Chooser, simulate } from '../../shared/domain/simulation/run.ts'
import { arrivals } from '../../shared/domain/simulation/trace.ts'
import { percentile } from '../lib/stats.ts'
import { CALLERS, ORIGINS, requestsPerSecond } from './fleet.ts'
import { markdownTable, meanAndInterval } from './report.ts'
import { fairlead, leastQueue, leastQueueOwn, powerOfTwo } from './strategies.ts'

const SEEDS = [1, 2, 3] as const
const DURATION_MS = 60_000
const WARM_UP_MS = 10_000
const EQUALS = 12
const LOAD = 0.8
const ISOLATES = 16

const STRATEGIES: readonly (readonly [string, () => Chooser])[] = [
  ['least loaded by the snapshot', leastQueue],
  ['least loaded, own requests counted', leastQueueOwn],
  ['power of two choices by the snapshot', powerOfTwo],
  ['ours, prompts of one kind', fairlead({ ...PLAN_POLICIES.pro, affinity: { weight: 0, maxLoad: 1.25 } })],
  ['ours, with prefix affinity', fairlead(PLAN_POLICIES.pro)],
]

/** Twelve equal endpoints of tier M, one place, sixteen isolates: whoever looks best to one looks best to all. */
export function herdingTable(): string {
  const rows = [0, 500, 1_000].flatMap((readEveryMs) =>
    STRATEGIES.map(([name, chooser]) => {
      const results = SEEDS.map((seed) => runOf(seed, readEveryMs, chooser))
      const column = (of: (one: (typeof results)[number]) => number, digits: number) =>
        meanAndInterval(results.map(of), digits)
      return [
        `${name}, ${readEveryMs}–${readEveryMs + 250} ms old`,
        column((one) => one.imbalance, 2),
        column((one) => one.p99FirstTokenMs, 0),
        column((one) => one.refusals, 0),
      ]
    }),
  )
  const header = [
    'policy and age of the snapshots',
    'fullest endpoint ÷ mean',
    'p99 first token, ms',
    'full when asked, per 1K',
  ]
  return markdownTable(header, rows)
}

function runOf(seed: number, readEveryMs: number, chooser: () => Chooser) {
  const origin = ORIGINS.find(({ endpoint }) => endpoint.id === 'm.h100x1.aws')
  const [caller] = CALLERS
  if (!origin || !caller) throw new Error('The fleet has changed')
  const origins = Array.from({ length: EQUALS }, (_, index) => ({
    ...origin,
    endpoint: { ...origin.endpoint, id: `equal-${index}` },
  }))
  const rate = LOAD * EQUALS * requestsPerSecond('m', origin.deployment, origin.endpoint.maxConcurrency)
  const rates = { s: 1e-9, m: rate, l: 1e-9, xl: 1e-9 }
  const trace = arrivals(rates, [{ ...caller, residency: 'us' }], { seed, durationMs: DURATION_MS })
  const { served, load } = simulate({
    origins,
    callers: [caller],
    arrivals: trace,
    durationMs: DURATION_MS,
    isolatesAt: [ISOLATES],
    pushEveryMs: 250,
    readEveryMs,
    lost: null,
    chooser,
  })
  const counted = served.filter(({ arrival }) => arrival.atMs >= WARM_UP_MS)
  const firstTokens = counted.map((one) => one.timeToFirstTokenMs).toSorted((a, b) => a - b)
  return {
    imbalance: load.meanOfMax / load.mean,
    p99FirstTokenMs: percentile(firstTokens, 0.99),
    refusals: (1_000 * counted.reduce((sum, one) => sum + one.refusals, 0)) / counted.length,
  }
}
