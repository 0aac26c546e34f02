import type { CostQuestion } from '../../../shared/domain/matrix/cost/cost.ts'
import type {
  Gpu,
  GpuPrice,
  MatrixSources,
  Offer,
  Provider,
} from '../../../shared/domain/matrix/sources/sources.ts'

const readOn = '2026-11-01'
const source = 'fixture'

export const usd = (dollars: number) => Math.round(dollars * 1e9)

export const H100: Gpu = {
  source,
  readOn: '2026-10-01',
  name: 'h100',
  title: 'H100 SXM',
  architecture: 'hopper',
  sm: 90,
  memoryBytes: 80e9,
  bytesPerSecond: 3.35e12,
  flops: { bf16: 989e12, fp8: 1_979e12 },
  link: 'nvlink',
  linkBytesPerSecond: 450e9,
  interNodeBytesPerSecond: 50e9,
  watts: 700,
  gpusPerNode: 8,
  purchaseNanoUsd: usd(30_000),
}

const offer = (gpuCounts: readonly number[], isMultiNode = false): Offer => ({
  source,
  readOn,
  gpu: 'h100',
  instance: `h100x${gpuCounts.join('/')}`,
  gpuCounts,
  regions: ['here'],
  isMultiNode,
  isInstalled: true,
})

const provider = (name: string, level: Provider['level'], changes: Partial<Provider> = {}): Provider => ({
  name,
  title: name,
  level,
  regions: [{ name: 'here', residency: [] }],
  offers: [offer([1, 2, 4, 8])],
  attestations: [],
  billing: { unit: 'hour', idleSeconds: 0, scalesToZero: false },
  provisionMs: 100_000,
  loadBytesPerSecond: 1e9,
  ...changes,
})

const price = (name: string, low: number, high = low, changes: Partial<GpuPrice> = {}): GpuPrice => ({
  source,
  readOn,
  provider: name,
  gpu: 'h100',
  basis: 'on_demand',
  lowNanoUsdPerGpuHour: usd(low),
  highNanoUsdPerGpuHour: usd(high),
  minGpus: 1,
  standsInFor: null,
  ...changes,
})

/** `whole` sells machines of eight and joins them; `parts` sells any part of one; `gone` has no price. */
export const FIXTURE: Pick<MatrixSources, 'providers' | 'prices' | 'ownership'> = {
  providers: [
    provider('whole', 'gpu_native', { offers: [offer([8], true)] }),
    provider('parts', 'gpu_native'),
    provider('gone', 'gpu_native'),
    provider('flex', 'serverless', {
      billing: { unit: 'second', idleSeconds: 5, scalesToZero: true },
      provisionMs: 4_000,
    }),
    provider('rack', 'on_premises', {
      offers: [offer([1, 2, 4, 8])],
      billing: { unit: 'owned', idleSeconds: 0, scalesToZero: false },
    }),
  ],
  prices: [
    price('whole', 2),
    price('whole', 0.5, 0.5, { basis: 'spot' }),
    price('parts', 3.2, 4),
    price('parts', 3, 3, { minGpus: 8 }),
    price('parts', 1, 1, { basis: 'community' }),
    price('flex', 5, 5, { basis: 'serverless' }),
    price('flex', 3),
    price('elsewhere', 1),
  ],
  ownership: {
    source,
    readOn,
    serverShare: 0.4,
    amortisationYears: 4,
    powerUsdPerKilowattHour: 0.1,
    pue: 1.3,
    serverWattsPerGpu: 300,
    operationsShareAYear: 0.05,
  },
}

export const question = (changes: Partial<CostQuestion> = {}): CostQuestion => ({
  gpu: H100,
  gpuCount: 2,
  weightBytes: 70e9,
  outputTokensPerSecond: { value: 1_000, low: 800, high: 1_250, basis: 'measured' },
  level: 'gpu_native',
  utilisation: 0.5,
  ...changes,
})
