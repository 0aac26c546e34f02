import type { Gpu, GpuName, GpuPrice, Model, Provider } from '../../shared/domain/matrix/sources/sources.ts'
import { countParameters } from './parameters.ts'
import type { WrittenGpu, WrittenModel, WrittenPrice, WrittenProvider } from './schema.ts'

const MIB = 1_048_576
const GIGA = 1e9
const TERA = 1e12

export const nanoUsd = (usd: number): number => Math.round(usd * 1e9)

export function toModel(written: WrittenModel): Model {
  const { all, active } = countParameters(written)
  return {
    name: written.name,
    tier: written.tier,
    parameters: all,
    activeParameters: active,
    layers: written.layers,
    hidden: written.hidden,
    intermediate: written.intermediate,
    vocabulary: written.vocabulary,
    attention: toAttention(written.attention),
    experts: written.experts,
    nativePrecision: written.nativePrecision,
    contextTokens: written.contextTokens,
    source: written.source,
    readOn: written.readOn,
  }
}

function toAttention(written: WrittenModel['attention']): Model['attention'] {
  const { queryHeads } = written
  if (written.kind === 'latent') {
    const { kind, latentDimension, ropeDimension } = written
    return { kind, queryHeads, latentDimension, ropeDimension }
  }
  const { kind, kvHeads, headDimension } = written
  return { kind, queryHeads, kvHeads, headDimension }
}

export function toGpu(name: GpuName, written: WrittenGpu): Gpu {
  const { bf16, fp8, w4, nvfp4 } = written.teraflops
  return {
    name,
    title: written.title,
    architecture: written.architecture,
    sm: written.sm,
    memoryBytes: written.memoryMiB * MIB,
    bytesPerSecond: written.bandwidthGigabytesPerSecond * GIGA,
    flops: {
      bf16: bf16 * TERA,
      ...(fp8 !== undefined && { fp8: fp8 * TERA }),
      ...(w4 !== undefined && { w4: w4 * TERA }),
      ...(nvfp4 !== undefined && { nvfp4: nvfp4 * TERA }),
    },
    link: written.link,
    linkBytesPerSecond: written.linkGigabytesPerSecond * GIGA,
    interNodeBytesPerSecond: (written.interNodeGigabitsPerSecond / 8) * GIGA,
    watts: written.watts,
    gpusPerNode: written.gpusPerNode,
    purchaseNanoUsd: written.purchaseUsd === null ? null : nanoUsd(written.purchaseUsd),
    source: written.source,
    readOn: written.readOn,
  }
}

export function toProvider(written: WrittenProvider): Provider {
  const { attestations, provisionSeconds, loadGigabytesPerSecond, ...rest } = written
  return {
    ...rest,
    attestations: attestations.flatMap(({ regimes, source, readOn }) =>
      regimes.map((regime) => ({ regime, source, readOn })),
    ),
    provisionMs: provisionSeconds * 1_000,
    loadBytesPerSecond: loadGigabytesPerSecond * GIGA,
  }
}

export function toPrice(written: WrittenPrice): GpuPrice {
  const { lowUsdPerGpuHour, highUsdPerGpuHour, ...rest } = written
  return {
    ...rest,
    lowNanoUsdPerGpuHour: nanoUsd(lowUsdPerGpuHour),
    highNanoUsdPerGpuHour: nanoUsd(highUsdPerGpuHour),
    standsInFor: null,
  }
}
