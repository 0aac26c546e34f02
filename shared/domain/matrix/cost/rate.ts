import { toUsd } from '../../money.ts'
import { MATRIX } from '../sources/sources.gen.ts'
import type { GpuName } from '../sources/sources.ts'
import { middleNanoUsd } from './cost.ts'
import { ownedNanoUsdPerGpuHour } from './ownership.ts'

/** Dollars for one GPU for an hour, the middle of the range: owned on a site of one's own, else as the provider sells it by default. Throws where nobody knows: its caller names both in code. */
export function usdPerGpuHour(providerName: string, gpu: GpuName): number {
  const provider = MATRIX.providers.find(({ name }) => name === providerName)
  const price =
    provider?.level === 'on_premises'
      ? ownedNanoUsdPerGpuHour(MATRIX.gpus[gpu], MATRIX.ownership)
      : listPrice(providerName, gpu)
  if (price) return toUsd(middleNanoUsd(price.low, price.high))
  throw new Error(`infra/matrix/prices.yaml has no price of ${gpu} at ${providerName}`)
}

function listPrice(provider: string, gpu: GpuName): { low: number; high: number } | null {
  const ofBoth = MATRIX.prices.filter((price) => price.provider === provider && price.gpu === gpu)
  const price =
    ofBoth.find(({ basis }) => basis === 'serverless') ?? ofBoth.find(({ basis }) => basis === 'on_demand')
  return price ? { low: price.lowNanoUsdPerGpuHour, high: price.highNanoUsdPerGpuHour } : null
}
