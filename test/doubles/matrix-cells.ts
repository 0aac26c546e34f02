import type { Cell, Estimate, Plan, PlanCost, Selection } from '../../shared/domain/matrix/cells/cell.ts'
import { GPU_NAMES } from '../../shared/domain/matrix/sources/sources.ts'
import { LEVELS, TIERS } from '../../shared/domain/tiers.ts'

const estimate = (value: number): Estimate => ({
  value,
  low: value * 0.8,
  high: value * 1.3,
  basis: 'modelled',
})

export const testPlan: Plan = {
  model: 'meta-llama/Llama-3.1-70B-Instruct',
  precision: 'fp8',
  tensorParallel: 4,
  pipelineParallel: 1,
  gpuCount: 4,
  maxContextTokens: 131_072,
  kvConcurrency: 30,
  sloConcurrency: 21,
  load: { promptTokens: 10_496, outputTokens: 512, concurrency: 8 },
  timeToFirstTokenMs: estimate(410),
  timeToFirstTokenP99Ms: estimate(820),
  timePerOutputTokenMs: estimate(24.5),
  outputTokensPerSecond: estimate(311),
  atCapacity: { concurrency: 21, outputTokensPerSecond: estimate(640) },
  memory: {
    budgetBytes: 79e9,
    weightBytes: 17.6e9,
    activationBytes: 1.3e9,
    overheadBytes: 4.1e9,
    kvBytes: 56e9,
  },
}

export const testCost: PlanCost = {
  provider: 'lambda',
  lowNanoUsdPerGpuHour: 3_990_000_000,
  highNanoUsdPerGpuHour: 4_290_000_000,
  basis: 'on_demand',
  source: 'price page of the provider',
  readOn: '2026-10-24',
  nanoUsdPerKTok: 14_800_000,
  lowNanoUsdPerKTok: 11_400_000,
  highNanoUsdPerKTok: 18_500_000,
  utilisation: 0.6,
  rentedGpus: 4,
  monthlyNanoUsd: 12_089_000_000_000,
  coldStartMs: 95_000,
}

/** A configuration that is fine in every respect but those that are given. */
export function cellOf(id: string, given: Partial<Cell> = {}): Cell {
  const [tier, gpu, level] = id.split('.') as [Cell['tier'], Cell['gpu'], Cell['level']]
  return {
    id,
    tier,
    gpu,
    level,
    verdict: 'recommended',
    reasons: [],
    plan: testPlan,
    costs: [testCost],
    requirement: { verdict: 'recommended', agrees: true, difference: null },
    failureModes: ['A GPU falls off the bus: the replica restarts.'],
    guidance: {
      deployment: ['Pin the revision of the model.'],
      scheduling: ['Admit all four GPUs together.'],
      observability: ['Alert on a first token later than a second.'],
      cost: ['Reserve what runs all day.'],
    },
    ...given,
  }
}

/** One that nobody offers. */
export const absentCell = (id: string): Cell =>
  cellOf(id, {
    verdict: 'no',
    reasons: [{ code: 'gpu_not_offered', message: 'No provider has it, "not one".' }],
    plan: null,
    costs: [],
    requirement: { verdict: 'marginal', agrees: false, difference: 'Nobody | offers it.' },
    failureModes: [],
  })

const VARIED: readonly Partial<Cell>[] = [
  {},
  { verdict: 'viable', requirement: { verdict: 'viable', agrees: true, difference: null } },
  { verdict: 'fits', requirement: { verdict: 'viable', agrees: false, difference: 'It is too slow.' } },
]

/** All 96, of every verdict, in the order of the matrix. */
export const variedCells: readonly Cell[] = TIERS.flatMap((tier) =>
  GPU_NAMES.flatMap((gpu) => LEVELS.map((level) => `${tier}.${gpu}.${level}`)),
).map((id, index) => {
  const variation = VARIED[index % (VARIED.length + 1)]
  return variation ? cellOf(id, variation) : absentCell(id)
})

export const testSelection: Selection = {
  tier: 'l',
  ranked: ['l.h100.gpu_native', 'l.h200.hyperscaler'].map((configuration, index) => ({
    configuration,
    score: 1 - index / 4,
    provider: 'lambda',
    regions: ['us-east-1'],
    replicas: 10,
    gpuCount: 40,
    plan: testPlan,
    cost: testCost,
    monthlyNanoUsd: 120_890_000_000_000,
    isInstalled: configuration.endsWith('gpu_native'),
    reasons: [`${configuration} has the lowest price`],
  })),
  rejected: [
    { configuration: 'l.l40s.gpu_native', reasons: ['first token after 1,900 ms, 1,000 required'] },
    { configuration: 'l.l40s.serverless', reasons: ['no provider is attested for hipaa'] },
    {
      configuration: 'l.a100.gpu_native',
      reasons: ['first token after 1,240 ms, 1,000 required', 'no provider is attested for hipaa'],
    },
    { configuration: 'l.a100.serverless', reasons: ['first token after 2,400.5 ms, 1,000 required'] },
    ...['hyperscaler', 'gpu_native', 'serverless', 'on_premises'].map((level) => ({
      configuration: `l.rtx4090.${level}`,
      reasons: ['no site of our own has the RTX4090'],
    })),
    { configuration: 'l.h100.on_premises', reasons: ['no site of our own has the H100'] },
    { configuration: 'l.h200.on_premises', reasons: ['no site of our own has the H200'] },
  ],
}
