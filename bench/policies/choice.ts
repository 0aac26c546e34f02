// What one choice costs in plain node: npm run bench:choice. With one tier every endpoint is looked at, the worst case.
import type { EndpointRecord } from '../../shared/domain/endpoint.ts'
import { EXTRACTIVE } from '../../shared/domain/endpoint.ts'
import { ownLoad } from '../../shared/domain/routing/own-load.ts'
import { PLAN_POLICIES } from '../../shared/domain/routing/policy.ts'
import { prepareFleet } from '../../shared/domain/routing/prepare.ts'
import { rankEndpoints } from '../../shared/domain/routing/rank.ts'
import type { RoutingRequest } from '../../shared/domain/routing/request.ts'
import { percentile } from '../lib/stats.ts'
import { table } from '../lib/table.ts'

const REGIONS = ['us-east-1', 'us-west-2', 'eu-central-1', 'ap-southeast-1', 'ap-northeast-1'] as const
const ROUNDS = 20_000

const endpointOf = (index: number, tiers: number): EndpointRecord => ({
  ...EXTRACTIVE,
  id: `endpoint-${index}`,
  kind: 'openai-compatible',
  tier: (['m', 's', 'l', 'xl'] as const)[index % tiers] ?? 'm',
  level: 'hyperscaler',
  provider: 'aws',
  region: REGIONS[index % REGIONS.length] ?? 'us-east-1',
  contextTokens: 32_768,
  maxConcurrency: 64,
  inputNanoUsdPerKTok: 50_000 + ((index * 7_919) % 100_000),
  outputNanoUsdPerKTok: 100_000 + ((index * 104_729) % 300_000),
  gpuNanoUsdPerSecond: index % 3 === 0 ? 1_000_000 : 0,
  quality: 0.6 + (index % 30) / 100,
  nominalTimeToFirstTokenMs: 200 + (index % 400),
  nominalTimePerOutputTokenMs: 10 + (index % 20),
  compliance: ['soc2', 'hipaa'],
  residency: (index >> 2) % 2 === 0 ? ['us', 'eu'] : ['eu'],
  clearance: ['internal'],
})

const request: RoutingRequest = {
  tier: 'm',
  isTierFixed: false,
  model: null,
  requirements: { compliance: ['hipaa'], residency: ['eu'], maxCostUsd: 1, maxLatencyMs: 60_000 },
  labels: ['internal'],
  estimatedPromptTokens: 4_000,
  maxPromptTokens: 16_000,
  maxTokens: 1_024,
  totalMs: 60_000,
  place: { continent: 'EU', country: 'DE', latitude: 52.5, longitude: 13.4 },
  prefixKey: null,
  nowMs: 0,
  random: 0,
}

/** Microseconds of every choice, ascending. */
function measure(size: number, tiers: number, isKeyed: boolean): number[] {
  const endpoints = Array.from({ length: size }, (_, index) => endpointOf(index, tiers))
  const fleet = prepareFleet(endpoints, new Map(), ownLoad(), 0)
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const asked = {
      ...request,
      random: (round * 0.618) % 1,
      prefixKey: isKeyed ? `key-${round % 500}` : null,
    }
    const startedMs = performance.now()
    rankEndpoints(asked, fleet, PLAN_POLICIES.pro)
    times.push(1_000 * (performance.now() - startedMs))
  }
  return times.slice(ROUNDS / 4).toSorted((a, b) => a - b)
}

const rows = [
  [24, 4],
  [1_250, 4],
  [1_250, 1],
].flatMap(([size = 0, tiers = 1]) =>
  [false, true].map((isKeyed) => {
    const times = measure(size, tiers, isKeyed)
    return [
      `${size} in ${tiers === 1 ? 'one tier' : `${tiers} tiers`}${isKeyed ? ', prompts with a known beginning' : ''}`,
      ...[0.5, 0.95, 0.99].map((share) => percentile(times, share).toFixed(1)),
    ]
  }),
)
console.log(table(['endpoints', 'p50 µs', 'p95 µs', 'p99 µs'], rows))
