import { z } from '@hono/zod-openapi'
import { ENDPOINT_KINDS } from '../domain/endpoint.ts'
import { level, page, tier } from './common.ts'
import { defineRoute, json, jsonBody } from './define-route.ts'

const names = z.array(z.string().min(1).max(64)).max(32)
const idParams = z.object({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'use 1 to 63 of a-z 0-9 . _ -')
    .openapi({ example: 'rack1-llama' }),
})

const secretName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'name a Worker secret: capital letters, digits and "_"')
const auth = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('none') }),
    z.strictObject({ type: z.literal('bearer'), secretName }),
    z.strictObject({
      type: z.literal('headers'),
      secretNames: z.record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'name a header'), secretName),
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
const originUrl = z.url({ protocol: /^https?$/ })
const note = (description: string) => ({ description })

export const endpointRequest = z
  .strictObject({
    url: originUrl.openapi(
      note('Base URL up to and including the version, as OpenAI clients take it: https://host/v1'),
    ),
    kind: z.enum(ENDPOINT_KINDS).default('openai-compatible').openapi(note('The protocol it speaks.')),
    model: z.string().min(1).max(256),
    tier,
    level: level.default('on_premises'),
    provider: z.string().min(1).max(64).default('local'),
    region: z.string().min(1).max(64).default('local'),
    configuration: z.string().max(64).nullable().default(null),
    contextTokens: z.int().min(256).max(10_000_000).default(8_192),
    maxConcurrency: z.int().min(1).max(10_000).default(16),
    price: z
      .strictObject({
        inputUsdPerMTok: z.number().min(0).max(100_000).default(0),
        outputUsdPerMTok: z.number().min(0).max(100_000).default(0),
        gpuUsdPerHour: z
          .number()
          .min(0)
          .max(100_000)
          .default(0)
          .openapi(note('All GPUs of the endpoint together, where time is what is paid for.')),
      })
      .openapi(note('Tokens exact to one micro-dollar per million, time to one nano-dollar per second.')),
    quality: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .openapi(
        note('How good its answers are beside those of other endpoints; the tier decides when left out.'),
      ),
    coldStartMs: z.int().min(0).max(3_600_000).default(0).openapi(note('0: always warm.')),
    warmForMs: z.int().min(0).max(86_400_000).default(300_000),
    nominal: z
      .strictObject({ timeToFirstTokenMs: z.number().min(0), timePerOutputTokenMs: z.number().min(0) })
      .nullable()
      .default(null)
      .openapi(note('What to expect until something was measured.')),
    compliance: names.default([]).openapi(note('Regimes it is attested for.')),
    residency: names.default([]).openapi(note('Places its text stays in.')),
    clearance: names
      .default([])
      .openapi(note('Data labels it may be shown; passages with another label never reach it.')),
    auth: auth.default({ type: 'none' }),
    mtlsBinding: secretName.nullable().default(null).openapi(note('Name of an mTLS certificate binding.')),
    healthUrl: originUrl.nullable().default(null).openapi(note('Asked while the endpoint is in use.')),
    metricsUrl: originUrl.nullable().default(null).openapi(note("vLLM's Prometheus metrics.")),
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

const endpoint = z
  .object({
    id: z.string(),
    url: z.string(),
    kind: z.string(),
    model: z.string(),
    tier,
    level,
    provider: z.string(),
    region: z.string(),
    configuration: z.string().nullable(),
    contextTokens: z.int(),
    maxConcurrency: z.int(),
    price: z.object({
      inputUsdPerMTok: z.number(),
      outputUsdPerMTok: z.number(),
      gpuUsdPerHour: z.number(),
    }),
    quality: z.number(),
    coldStartMs: z.int(),
    warmForMs: z.int(),
    nominal: z.object({ timeToFirstTokenMs: z.number(), timePerOutputTokenMs: z.number() }).nullable(),
    compliance: names,
    residency: names,
    clearance: names,
    auth,
    mtlsBinding: z.string().nullable(),
    healthUrl: z.string().nullable(),
    metricsUrl: z.string().nullable(),
    drained: z.boolean(),
    live: z.object({
      inFlight: z.int(),
      inFlightTokens: z.int(),
      served: z.int(),
      failed: z.int(),
      timeToFirstTokenMs: z.number().nullable(),
    }),
  })
  .openapi('Endpoint')

export const listEndpointsRoute = defineRoute('operate', {
  method: 'get',
  path: '/v1/endpoints',
  tags: ['Endpoints'],
  summary: 'List endpoints with their load',
  responses: { 200: json(page(endpoint), 'Endpoints by id') },
})
export const getEndpointRoute = defineRoute('operate', {
  method: 'get',
  path: '/v1/endpoints/{id}',
  tags: ['Endpoints'],
  summary: 'Show an endpoint',
  request: { params: idParams },
  responses: { 200: json(endpoint, 'The endpoint') },
})
export const putEndpointRoute = defineRoute('operate', {
  method: 'put',
  path: '/v1/endpoints/{id}',
  tags: ['Endpoints'],
  summary: 'Register or replace an endpoint',
  request: { params: idParams, body: jsonBody(endpointRequest) },
  responses: { 200: json(endpoint, 'Replaced'), 201: json(endpoint, 'Registered') },
})
export const deleteEndpointRoute = defineRoute('operate', {
  method: 'delete',
  path: '/v1/endpoints/{id}',
  tags: ['Endpoints'],
  summary: 'Forget an endpoint; running requests finish',
  request: { params: idParams },
  responses: { 200: json(z.object({ id: z.string(), deleted: z.literal(true) }), 'Deleted') },
})
export const drainEndpointRoute = defineRoute('operate', {
  method: 'post',
  path: '/v1/endpoints/{id}/drain',
  tags: ['Endpoints'],
  summary: 'Send no new requests to an endpoint',
  request: { params: idParams },
  responses: { 200: json(endpoint, 'The endpoint') },
})
export const undrainEndpointRoute = defineRoute('operate', {
  method: 'post',
  path: '/v1/endpoints/{id}/undrain',
  tags: ['Endpoints'],
  summary: 'Use an endpoint again',
  request: { params: idParams },
  responses: { 200: json(endpoint, 'The endpoint') },
})
