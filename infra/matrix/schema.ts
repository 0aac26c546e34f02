import { z } from 'zod'
import {
  GPU_NAMES,
  type Precision,
  REGIMES,
  REQUIREMENT_VERDICTS,
} from '../../shared/domain/matrix/sources/sources.ts'
import { LEVELS, TIERS } from '../../shared/domain/tiers.ts'

// How a person writes the matrix: one unit a key, named by the key. compile.ts turns it into what the domain computes with.

/** A figure in one unit; out of its range it is probably in another one. */
const quantity = (unit: string, least: number, most: number) =>
  z.number({ error: `write a number of ${unit}` }).refine((value) => value >= least && value <= most, {
    error: ({ input }) =>
      `${String(input)} is no likely number of ${unit}: write ${unit}, ${least} to ${most}`,
  })
const count = z.int().positive()
const text = z.string().trim().min(1)
const share = z.number().min(0).max(5)
const provenance = {
  source: text,
  readOn: z.iso.date({ error: 'write a date such as 2026-11-24' }),
}

const gpuName = z.enum(GPU_NAMES)
const tier = z.enum(TIERS)
const level = z.enum(LEVELS)

const grouped = z.strictObject({
  kind: z.literal('grouped'),
  queryHeads: count,
  kvHeads: count,
  headDimension: count,
  hasBias: z.boolean(),
})
const latent = z.strictObject({
  kind: z.literal('latent'),
  queryHeads: count,
  latentDimension: count,
  ropeDimension: count,
  queryLatentDimension: count,
  plainDimension: count,
  valueDimension: count,
})
const experts = z.strictObject({
  routed: count,
  shared: count,
  perToken: count,
  intermediate: count,
  denseLayers: z.int().min(0),
})
const model = z.strictObject({
  name: text.regex(/^[^/\s]+\/[^/\s]+$/, 'write owner/name as on the Hugging Face hub'),
  tier,
  publishedBillionParameters: quantity('billion parameters', 0.5, 5_000),
  publishedBillionActiveParameters: quantity('billion parameters', 0.5, 5_000),
  layers: count,
  hidden: count,
  intermediate: count,
  vocabulary: count,
  isEmbeddingTied: z.boolean(),
  attention: z.discriminatedUnion('kind', [grouped, latent]),
  experts: experts.nullable(),
  nativePrecision: z.enum(['bf16', 'fp8']),
  contextTokens: count,
  ...provenance,
})
export type WrittenModel = z.infer<typeof model>
export const modelsSchema = z.strictObject({ models: z.array(model) })

const teraflops = quantity('teraflops', 10, 100_000)
const gpu = z.strictObject({
  title: text,
  architecture: z.enum(['blackwell', 'hopper', 'ampere', 'ada']),
  sm: z.int().min(70).max(200),
  memoryMiB: quantity('MiB', 8_192, 1_048_576),
  bandwidthGigabytesPerSecond: quantity('gigabytes per second', 100, 100_000),
  teraflops: z.strictObject({
    bf16: teraflops,
    fp8: teraflops.exactOptional(),
    w4: teraflops.exactOptional(),
    nvfp4: teraflops.exactOptional(),
  } satisfies Record<Precision, unknown>),
  link: z.enum(['nvlink', 'pcie']),
  linkGigabytesPerSecond: quantity('gigabytes per second', 8, 4_000),
  interNodeGigabitsPerSecond: quantity('gigabits per second', 10, 4_000),
  watts: quantity('watts', 50, 3_000),
  gpusPerNode: count,
  purchaseUsd: quantity('dollars', 500, 200_000).nullable(),
  ...provenance,
})
export type WrittenGpu = z.infer<typeof gpu>
export const gpusSchema = z.strictObject({ gpus: z.record(gpuName, gpu) })

const offer = z.strictObject({
  gpu: gpuName,
  instance: text,
  gpuCounts: z.array(count).nonempty(),
  regions: z.array(text).nonempty(),
  isMultiNode: z.boolean(),
  isInstalled: z.boolean(),
  ...provenance,
})
const attestation = z.strictObject({
  regimes: z.array(z.enum(REGIMES)).nonempty(),
  ...provenance,
})
const provider = z.strictObject({
  name: text.regex(/^[a-z0-9-]+$/, 'write small letters, digits and hyphens'),
  title: text,
  level,
  regions: z.array(z.strictObject({ name: text, residency: z.array(text).nonempty() })).nonempty(),
  offers: z.array(offer).nonempty(),
  attestations: z.array(attestation),
  billing: z.strictObject({
    unit: z.enum(['second', 'minute', 'hour', 'owned']),
    idleSeconds: z.int().min(0),
    scalesToZero: z.boolean(),
  }),
  provisionSeconds: quantity('seconds', 0, 3_600),
  loadGigabytesPerSecond: quantity('gigabytes per second', 0.1, 100),
})
export type WrittenProvider = z.infer<typeof provider>
export const providersSchema = z.strictObject({ providers: z.array(provider) })

const rate = quantity('dollars per GPU hour', 0.05, 100)
const price = z.strictObject({
  provider: text,
  gpu: gpuName,
  basis: z.enum(['on_demand', 'spot', 'serverless', 'community']),
  lowUsdPerGpuHour: rate,
  highUsdPerGpuHour: rate,
  minGpus: count,
  ...provenance,
})
/** A row without a price of its own: `priceOf` names whose price of the same GPU and basis is used. */
const standIn = z.strictObject({
  provider: text,
  gpu: gpuName,
  basis: price.shape.basis,
  priceOf: text,
  priceBasis: price.shape.basis,
})
export type WrittenPrice = z.infer<typeof price>
export type WrittenStandIn = z.infer<typeof standIn>
export const pricesSchema = z.strictObject({ prices: z.array(price), standIns: z.array(standIn) })

export const ownershipSchema = z.strictObject({
  serverShare: share,
  amortisationYears: quantity('years', 1, 10),
  powerUsdPerKilowattHour: quantity('dollars per kilowatt hour', 0.01, 2),
  pue: z.number().min(1).max(3),
  serverWattsPerGpu: quantity('watts', 0, 2_000),
  operationsShareAYear: share,
  ...provenance,
})

const tierTarget = z.strictObject({
  title: text,
  useCases: z.array(text).nonempty(),
  models: z.array(text).nonempty(),
  slo: z.strictObject({
    timeToFirstTokenP99Ms: quantity('milliseconds', 10, 60_000),
    timePerOutputTokenMs: quantity('milliseconds', 1, 1_000),
    outputTokensPerSecond: quantity('tokens per second', 1, 100_000),
    contextTokens: count,
  }),
  load: z.strictObject({ promptTokens: count, outputTokens: count, concurrency: count }),
  retrieval: z.strictObject({
    chunkTokens: count,
    topK: count,
    contextTokens: count,
    outputTokens: count,
    vectorStore: text,
    embedder: text,
    reranker: text,
  }),
})
export const tiersSchema = z.strictObject({ tiers: z.record(tier, tierTarget) })

export const requirementsSchema = z.strictObject({
  verdicts: z.record(level, z.record(tier, z.record(gpuName, z.enum(REQUIREMENT_VERDICTS)))),
  costs: z.array(
    z.strictObject({
      tier,
      gpu: gpuName,
      gpuCount: count,
      provider: text,
      usdPerHour: quantity('dollars per hour', 0.05, 1_000),
      usdPerKTok: quantity('dollars per thousand tokens', 0.000_01, 10),
      monthlyUsd: quantity('dollars per month', 10, 1_000_000),
    }),
  ),
})
