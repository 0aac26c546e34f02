import { z } from '@hono/zod-openapi'
import { ENDPOINT_KINDS } from '../domain/endpoint.ts'
import { isMetadataHost } from '../domain/host.ts'
import { parseConfiguration } from '../domain/matrix/sources/configuration.ts'
import { GPU_NAMES } from '../domain/matrix/sources/sources.ts'
import { level, tier } from './common.ts'

const note = (description: string) => ({ description })
export const endpointNames = z.array(z.string().min(1).max(64)).max(32)

/** Endpoints may name nothing else, so that none of them can be sent the platform's own secrets. */
const secretName = z
  .string()
  .regex(/^ORIGIN_[A-Z0-9_]{1,57}$/, 'begins with ORIGIN_ and goes on in capital letters, digits and "_"')
  .openapi({ example: 'ORIGIN_RACK1' })
const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, 'name a header')
  .refine(
    (name) => !/^(?:host|connection|content-.*|transfer-encoding|te|upgrade)$/i.test(name),
    'is a header that the request itself decides',
  )
export const endpointAuth = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('none') }),
    z.strictObject({ type: z.literal('bearer'), secretName }),
    z.strictObject({
      type: z.literal('headers'),
      secretNames: z
        .record(headerName, secretName)
        .refine((named) => Object.keys(named).length > 0, 'names no header'),
    }),
    z.strictObject({
      type: z.literal('aws'),
      secretName,
      region: z.string().min(1).max(64),
      service: z.string().min(1).max(64).default('bedrock'),
    }),
    z.strictObject({ type: z.literal('gcp'), secretName }),
    z.strictObject({
      type: z.literal('azure'),
      secretName,
      scope: z.string().max(256).default('https://cognitiveservices.azure.com/.default'),
    }),
  ])
  .openapi('EndpointAuth', {
    description:
      'How the endpoint is called. Secrets are named here and set as Worker secrets; they are never sent to this API.',
    example: { type: 'bearer', secretName: 'ORIGIN_RACK1' },
  })

/** Only operators register addresses, and still none may make the platform hand over its own credentials or show those in a URL. */
const originUrl = z
  .url({ protocol: /^https?$/, abort: true })
  .max(2_048)
  .refine(
    (url) => new URL(url).username + new URL(url).password === '',
    'must not hold a user or password; name a secret in auth',
  )
  .refine((url) => !url.includes('#'), 'must not have a fragment')
  .refine((url) => !isMetadataHost(new URL(url).hostname), 'is the address of a cloud metadata service')

const price = z.strictObject({
  inputUsdPerMTok: z.number().min(0).max(100_000),
  outputUsdPerMTok: z.number().min(0).max(100_000),
  gpuUsdPerHour: z
    .number()
    .min(0)
    .max(100_000)
    .openapi(note('All GPUs of the endpoint together, where time is what is paid for.')),
})

/** What is said of an endpoint; each field once, whether it is registered whole or changed in part. */
const fields = {
  url: originUrl
    .refine((url) => !url.includes('?'), 'must not have a query: paths are added to it')
    .openapi(note('Base URL up to and including the version, as OpenAI clients take it: https://host/v1')),
  kind: z.enum(ENDPOINT_KINDS).openapi(note('The protocol it speaks.')),
  model: z.string().min(1).max(256),
  tier,
  level,
  provider: z.string().min(1).max(64),
  region: z.string().min(1).max(64),
  configuration: z
    .string()
    .max(64)
    .nullable()
    .openapi({ ...note('The cell of the matrix that it is: tier.gpu.level.'), example: 'm.a100.gpu_native' }),
  contextTokens: z.int().min(256).max(10_000_000),
  maxConcurrency: z.int().min(1).max(10_000),
  price: price.openapi(
    note('Tokens exact to one micro-dollar per million, time to one nano-dollar per second.'),
  ),
  quality: z
    .number()
    .min(0)
    .max(1)
    .openapi(
      note('How good its answers are beside those of other endpoints; the tier decides when left out.'),
    ),
  coldStartMs: z.int().min(0).max(3_600_000).openapi(note('0: always warm.')),
  warmForMs: z.int().min(0).max(86_400_000),
  nominal: z
    .strictObject({
      timeToFirstTokenMs: z.number().min(0).max(3_600_000),
      timePerOutputTokenMs: z.number().min(0).max(60_000),
    })
    .nullable()
    .openapi(note('What to expect until something was measured.')),
  compliance: endpointNames.openapi(note('Regimes it is attested for.')),
  residency: endpointNames.openapi(note('Places its text stays in.')),
  clearance: endpointNames.openapi(
    note('Data labels it may be shown; passages with another label never reach it.'),
  ),
  auth: endpointAuth,
  mtlsBinding: secretName.nullable().openapi(note('Name of an mTLS certificate binding.')),
  healthUrl: originUrl.nullable().openapi(note('Asked while the endpoint is in use.')),
  metricsUrl: originUrl.nullable().openapi(note("vLLM's Prometheus metrics.")),
}

const whole = z.strictObject({
  ...fields,
  kind: fields.kind.default('openai-compatible'),
  level: fields.level.default('on_premises'),
  provider: fields.provider.default('local'),
  region: fields.region.default('local'),
  configuration: fields.configuration.default(null),
  contextTokens: fields.contextTokens.default(8_192),
  maxConcurrency: fields.maxConcurrency.default(16),
  price: z
    .strictObject({
      inputUsdPerMTok: price.shape.inputUsdPerMTok.default(0),
      outputUsdPerMTok: price.shape.outputUsdPerMTok.default(0),
      gpuUsdPerHour: price.shape.gpuUsdPerHour.default(0),
    })
    .openapi(note('Tokens exact to one micro-dollar per million, time to one nano-dollar per second.')),
  quality: fields.quality.optional(),
  coldStartMs: fields.coldStartMs.default(0),
  warmForMs: fields.warmForMs.default(300_000),
  nominal: fields.nominal.default(null),
  compliance: fields.compliance.default([]),
  residency: fields.residency.default([]),
  clearance: fields.clearance.default([]),
  auth: fields.auth.default({ type: 'none' }),
  mtlsBinding: fields.mtlsBinding.default(null),
  healthUrl: fields.healthUrl.default(null),
  metricsUrl: fields.metricsUrl.default(null),
})

/** Kinds that know no other proof than an API key of the vendor. */
const BY_TOKEN = new Set<string>(['together', 'runpod', 'replicate'])

type Whole = z.output<typeof whole>

/** What a vendor's own API asks of a registration. */
const vendorConflictsOf = ({ kind, auth, url, model }: Whole) => [
  {
    field: 'auth',
    when: BY_TOKEN.has(kind) && auth.type !== 'bearer',
    says: `${kind} is called with a bearer token: give {"type": "bearer", "secretName": ..}`,
  },
  {
    field: 'kind',
    when: kind === 'runpod' && /\/openai\/v1\/?$/.test(url),
    says: "RunPod's OpenAI route is an endpoint of kind openai-compatible; runpod is its queue, without /openai/v1",
  },
  {
    field: 'model',
    when: kind === 'replicate' && !/^[\w.-]+\/[\w.-]+(:\w+)?$/.test(model),
    says: 'Replicate names models owner/name, or owner/name:version',
  },
]

/** What only several fields together can say; each problem names the field to change. */
function conflictsOf(given: Whole) {
  const { url, mtlsBinding, tier, level, configuration } = given
  const cell = configuration === null ? null : parseConfiguration(configuration)
  return [
    ...vendorConflictsOf(given),
    {
      field: 'mtlsBinding',
      when: mtlsBinding !== null && !url.startsWith('https:'),
      says: 'a certificate needs a url with https',
    },
    {
      field: 'configuration',
      when: configuration !== null && cell === null,
      says: `write tier.gpu.level, such as m.a100.gpu_native, with a GPU of ${GPU_NAMES.join(', ')}; null for any other`,
    },
    {
      field: 'configuration',
      when: cell !== null && (cell.tier !== tier || cell.level !== level),
      says: `is not of tier "${tier}" and level "${level}"`,
    },
  ].filter(({ when }) => when)
}

/** Registers an endpoint, or replaces all that is said of it. */
export const endpointRequest = whole
  .superRefine((given, context) => {
    for (const { field, says } of conflictsOf(given))
      context.addIssue({ code: 'custom', path: [field], message: says })
  })
  .openapi('EndpointRequest', {
    example: {
      url: 'http://10.0.0.5:8000/v1',
      model: 'meta-llama/Llama-3.1-8B-Instruct',
      tier: 'm',
      contextTokens: 131_072,
      maxConcurrency: 64,
      price: { inputUsdPerMTok: 0.05, outputUsdPerMTok: 0.08 },
    },
  })

/** What is left out stays as it is, also inside `price`. The result is checked as a whole. */
export const endpointPatch = z
  .strictObject({ ...fields, price: price.partial() })
  .partial()
  .refine((given) => Object.keys(given).length > 0, 'give at least one field to change')
  .openapi('EndpointPatch', { example: { maxConcurrency: 96, price: { outputUsdPerMTok: 0.07 } } })
