import { z } from '@hono/zod-openapi'
import { BASES, REASON_CODES, TASKS, VERDICTS } from '../domain/matrix/cells/cell.ts'
import { RESIDENCIES } from '../domain/matrix/sources/lookup.ts'
import { MATRIX } from '../domain/matrix/sources/sources.gen.ts'
import { GPU_NAMES, PRECISIONS, REGIMES, REQUIREMENT_VERDICTS } from '../domain/matrix/sources/sources.ts'
import { TIERS } from '../domain/tiers.ts'
import { level, page, tier } from './common.ts'
import { defineRoute, json, jsonBody } from './define-route.ts'

const note = (description: string) => ({ description })
const gpu = z.enum(GPU_NAMES)
const verdict = z.enum(VERDICTS)

const estimate = z
  .object({
    value: z.number(),
    low: z.number(),
    high: z.number(),
    basis: z.enum(BASES).openapi(note('How well it is known: measured here, near it, or computed.')),
  })
  .openapi('Estimate', note('A figure with its 80 % interval.'))

const plan = z
  .object({
    model: z.string(),
    precision: z.enum(PRECISIONS),
    tensorParallel: z.int(),
    pipelineParallel: z.int(),
    gpuCount: z.int(),
    maxContextTokens: z.number(),
    kvConcurrency: z.number().openapi(note('Answers at once that the KV cache holds.')),
    sloConcurrency: z.number().openapi(note("Answers at once that meet the tier's promise.")),
    load: z
      .object({ promptTokens: z.number(), outputTokens: z.number(), concurrency: z.number() })
      .openapi(note('What the figures are for.')),
    timeToFirstTokenMs: estimate,
    timeToFirstTokenP99Ms: estimate,
    timePerOutputTokenMs: estimate,
    outputTokensPerSecond: estimate,
    atCapacity: z
      .object({ concurrency: z.number(), outputTokensPerSecond: estimate })
      .openapi(
        note('As much as meets the promise, or the load where nothing does: what tokens are priced at.'),
      ),
    memory: z
      .object({
        budgetBytes: z.number(),
        weightBytes: z.number(),
        activationBytes: z.number(),
        overheadBytes: z.number(),
        kvBytes: z.number(),
      })
      .openapi(note('Of one GPU.')),
  })
  .openapi('ConfigurationPlan', note('One way to run one model on one GPU: one replica.'))

const cost = z
  .object({
    provider: z.string(),
    basis: z.string(),
    source: z.string(),
    readOn: z.string().openapi(note('When the price was read.')),
    lowUsdPerGpuHour: z.number(),
    lowNanoUsdPerGpuHour: z.int(),
    highUsdPerGpuHour: z.number(),
    highNanoUsdPerGpuHour: z.int(),
    usdPerKTok: z.number(),
    nanoUsdPerKTok: z.int(),
    lowUsdPerKTok: z.number(),
    lowNanoUsdPerKTok: z.int(),
    highUsdPerKTok: z.number(),
    highNanoUsdPerKTok: z.int(),
    utilisation: z.number().openapi(note('Share of its capacity that the price of a token is for.')),
    rentedGpus: z.int().openapi(note('GPUs that have to be rented for one replica.')),
    monthlyUsd: z.number(),
    monthlyNanoUsd: z
      .int()
      .openapi(note('What must be rented for one replica, 730 hours of it, used or not.')),
    coldStartMs: z.number(),
  })
  .openapi('ConfigurationCost')

const requirement = z
  .object({
    verdict: z.enum(REQUIREMENT_VERDICTS),
    agrees: z.boolean(),
    difference: z.string().nullable().openapi(note('Why the computed verdict differs.')),
  })
  .openapi(note('What the requirements document says.'))

const place = { configuration: z.string(), tier, gpu, level, verdict }

const summary = z
  .object({
    ...place,
    reasonCodes: z.array(z.string()).openapi(note('Why it is not better.')),
    model: z.string().nullable().openapi(note('Null, like all that follows from it, where nothing runs.')),
    precision: z.enum(PRECISIONS).nullable(),
    gpuCount: z.int().nullable(),
    timeToFirstTokenP99Ms: z.number().nullable(),
    timePerOutputTokenMs: z.number().nullable(),
    outputTokensPerSecond: z.number().nullable(),
    provider: z.string().nullable().openapi(note('The cheapest; null where no price is known.')),
    usdPerKTok: z.number().nullable(),
    nanoUsdPerKTok: z.int().nullable(),
    monthlyUsd: z.number().nullable(),
    monthlyNanoUsd: z.int().nullable(),
    requirementVerdict: z.enum(REQUIREMENT_VERDICTS),
    agrees: z.boolean().openapi(note('With the requirements document.')),
  })
  .openapi('ConfigurationSummary')

const configuration = z
  .object({
    ...place,
    reasons: z
      .array(
        z.object({
          code: z.string().openapi({ enum: Object.keys(REASON_CODES) }),
          kind: z
            .enum(['blocking', 'slo', 'preference'])
            .openapi(note('Does not run; runs, not as promised; a drawback.')),
          message: z.string(),
        }),
      )
      .openapi(note('Why it is not better.')),
    plan: plan.nullable().openapi(note('The best way to run the tier here; null where nothing runs.')),
    costs: z.array(cost).openapi(note('Cheapest first.')),
    requirement,
    failureModes: z.array(z.string()),
    guidance: z.object({
      deployment: z.array(z.string()),
      scheduling: z.array(z.string()),
      observability: z.array(z.string()),
      cost: z.array(z.string()),
    }),
  })
  .openapi('Configuration')

const positive = z.number().gt(0).max(1e9)
const count = z.int().min(1).max(10_000_000)

export const planRequest = z
  .strictObject({
    tier: tier.optional().openapi(note('Without this and `task`: the smallest.')),
    task: z
      .enum(TASKS)
      .optional()
      .openapi(note('Names the tier by its task; their order is that of the tiers.')),
    maxTimeToFirstTokenMs: positive.optional().openapi(note('At the 99th percentile.')),
    maxTimePerOutputTokenMs: positive.optional(),
    maxUsdPerKTok: positive.optional().openapi(note('Dollars for a thousand tokens.')),
    compliance: z
      .array(z.enum(REGIMES))
      .max(REGIMES.length)
      .optional()
      .openapi(note('Regimes, all of which one provider must be attested for.')),
    residency: z
      .array(z.enum(RESIDENCIES))
      .max(16)
      .optional()
      .openapi({ ...note('Places, all of which must hold for one region.'), example: ['eu'] }),
    levels: z.array(level).min(1).optional(),
    gpus: z.array(gpu).min(1).optional(),
    models: z
      .array(z.enum(MATRIX.models.map(({ name }) => name)))
      .min(1)
      .optional()
      .openapi({ ...note('Any of them will do.'), example: ['meta-llama/Llama-3.1-70B-Instruct'] }),
    contextTokens: count.optional(),
    users: count
      .optional()
      .openapi(
        note('Answers at the same time that must meet the promise; replicas are added until they do.'),
      ),
  })
  .refine(({ tier: named, task }) => !named || !task || TIERS.indexOf(named) === TASKS.indexOf(task), {
    message: 'is the task of another tier than `tier`; give one of the two',
    path: ['task'],
  })
  .openapi('PlanRequest', {
    example: { tier: 'l', maxTimeToFirstTokenMs: 1_000, compliance: ['hipaa'], users: 200 },
  })

const ranked = z
  .object({
    configuration: z.string(),
    score: z.number().openapi(note('0 to 1, higher is better: beside the best of those that qualify.')),
    provider: z.string(),
    regions: z.array(z.string()),
    replicas: z.int(),
    gpuCount: z.int().openapi(note('Of all replicas.')),
    monthlyUsd: z.number(),
    monthlyNanoUsd: z.int(),
    isInstalled: z
      .boolean()
      .openapi(note('Stands there today; otherwise it must be bought first, and ranks after what stands.')),
    reasons: z.array(z.string()).openapi(note('Why it stands here.')),
    plan,
    cost,
  })
  .openapi('RankedConfiguration')

const selection = z
  .object({
    tier,
    ranked: z.array(ranked).openapi(note('What does all that is required, best first.')),
    rejected: z
      .array(z.object({ configuration: z.string(), reasons: z.array(z.string()) }))
      .openapi(note('Every other configuration of the tier, and why it lost.')),
  })
  .openapi('Selection')

export const listMatrixRoute = defineRoute('query', {
  method: 'get',
  path: '/v1/matrix',
  tags: ['Matrix'],
  summary: 'List the configurations: tier × GPU × level',
  request: {
    query: z.strictObject({
      tier: tier.optional(),
      gpu: gpu.optional(),
      level: level.optional(),
      verdict: verdict.optional(),
    }),
  },
  responses: { 200: json(page(summary), 'All 96, or those that every filter lets through') },
})
export const getConfigurationRoute = defineRoute('query', {
  method: 'get',
  path: '/v1/matrix/{configuration}',
  tags: ['Matrix'],
  summary: 'Show a configuration: verdict, plan, estimates, costs, guidance',
  request: {
    params: z.object({
      configuration: z.string().min(1).max(64).openapi({ example: 'l.h100.gpu_native' }),
    }),
  },
  responses: { 200: json(configuration, 'The configuration') },
})
export const planRoute = defineRoute('query', {
  method: 'post',
  path: '/v1/plan',
  tags: ['Matrix'],
  summary: 'Choose configurations for what is required',
  description:
    'Computed from the matrix; nothing is reserved, rented or spent. An empty `ranked` means that no configuration does all of it; `rejected` says why.',
  request: { body: jsonBody(planRequest) },
  responses: { 200: json(selection, 'The choice, and why the others lost') },
})
