import { z } from '@hono/zod-openapi'
import { level, page, tier } from './common.ts'
import { defineRoute, json, jsonBody } from './define-route.ts'

const names = z.array(z.string().min(1).max(64)).max(32)
const idParams = z.object({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'use 1 to 63 of a-z 0-9 . _ -')
    .openapi({ example: 'rack1-llama' }),
})

export const endpointRequest = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }).openapi({
      description: 'Base URL up to and including the version, as OpenAI clients take it: https://host/v1',
    }),
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
        inputUsdPerMTok: z.number().min(0).max(100_000),
        outputUsdPerMTok: z.number().min(0).max(100_000),
      })
      .openapi({ description: 'Exact to one micro-dollar per million tokens.' }),
    compliance: names.default([]),
    residency: names.default([]),
    secretName: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]{0,63}$/)
      .nullable()
      .default(null)
      .openapi({ description: 'Name of the Worker secret that holds the bearer token.' }),
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
    price: z.object({ inputUsdPerMTok: z.number(), outputUsdPerMTok: z.number() }),
    compliance: names,
    residency: names,
    secretName: z.string().nullable(),
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
