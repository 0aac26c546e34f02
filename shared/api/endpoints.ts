import { z } from '@hono/zod-openapi'
import { BREAKER_STATES } from '../domain/fleet.ts'
import { PRIORITIES } from '../domain/priority.ts'
import { level, page, pageQuery, tier } from './common.ts'
import { defineRoute, json, jsonBody } from './define-route.ts'
import { endpointAuth, endpointNames, endpointPatch, endpointRequest } from './endpoint-request.ts'

const note = (description: string) => ({ description })

const idParams = z.object({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'use 1 to 63 of a-z 0-9 . _ -')
    .openapi({ example: 'rack1-llama' }),
})

const snapshot = z
  .object({
    at: z.string().openapi(note('When the endpoint told this.')),
    inFlight: z.int().openapi(note('Requests that hold one of its slots.')),
    inFlightTokens: z.int().openapi(note('Their prompts and the most they may generate, in tokens.')),
    queued: z.int().openapi(note('Requests that wait for a slot.')),
    timeToFirstTokenMs: z.number().nullable().openapi(note('Moving average; null before the first answer.')),
    timePerOutputTokenMs: z.number().nullable(),
    durationMs: z.number().nullable(),
    errorRate: z.number().openapi(note('Share of the recent requests that failed, 0 to 1.')),
    breaker: z
      .enum(BREAKER_STATES)
      .openapi(
        note(
          '`closed`: takes requests · `open`: failed too often, takes none · `half_open`: one probe at a time · `ramping`: takes a growing share again.',
        ),
      ),
    admitShare: z.number().openapi(note('Share of the requests that it takes now, 0 to 1.')),
    closedUntil: z
      .string()
      .nullable()
      .openapi(note('When it is tried again, after a failure or because the origin asked for a pause.')),
    healthy: z.boolean().nullable().openapi(note('What healthUrl said last; null: not asked.')),
    lastServedAt: z.string().nullable(),
    scraped: z
      .object({
        at: z.string(),
        ageMs: z.number(),
        running: z.number(),
        waiting: z.number(),
        kvCacheUsage: z.number().openapi(note('0 to 1')),
      })
      .nullable()
      .openapi(
        note("The origin's own gauges from metricsUrl; other clients of the origin are seen only here."),
      ),
  })
  .openapi('EndpointSnapshot')

const state = snapshot
  .extend({
    served: z.int().openapi(note('Requests it has answered since it was registered.')),
    failed: z.int(),
    drained: z
      .boolean()
      .openapi(note('As its object knows it; differs from the registration if it missed the change.')),
    queue: z
      .array(
        z.object({
          priority: z.enum(PRIORITIES),
          waiting: z.int(),
          oldestMs: z.number().openapi(note('How long the first of them waits.')),
        }),
      )
      .openapi(note('Waiting requests by priority, most urgent first.')),
    expectedWaitMs: z.number().openapi(note('Until a request that comes now has a slot.')),
  })
  .openapi('EndpointState')

const registration = z.object({
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
  compliance: endpointNames,
  residency: endpointNames,
  clearance: endpointNames,
  auth: endpointAuth,
  mtlsBinding: z.string().nullable(),
  healthUrl: z.string().nullable(),
  metricsUrl: z.string().nullable(),
  drained: z.boolean(),
  updatedAt: z.string(),
  warnings: z
    .array(z.string())
    .openapi(note('What is allowed but seldom meant, such as http to a public host.')),
})
const listed = registration
  .extend({
    live: snapshot
      .nullable()
      .openapi(note('What it told the fleet last; null until it is used for the first time.')),
  })
  .openapi('ListedEndpoint')
const endpoint = registration
  .extend({
    live: state.nullable().openapi(note('What it knows right now; null when its object did not answer.')),
  })
  .openapi('Endpoint')

export const listEndpointsRoute = defineRoute('operate', {
  method: 'get',
  path: '/v1/endpoints',
  tags: ['Endpoints'],
  summary: 'List endpoints with their load, breaker and queue',
  description:
    'Read from one snapshot of the fleet, at most a second old; `GET /v1/endpoints/{id}` asks the endpoint itself.',
  request: { query: pageQuery },
  responses: { 200: json(page(listed), 'Endpoints by id') },
})
export const getEndpointRoute = defineRoute('operate', {
  method: 'get',
  path: '/v1/endpoints/{id}',
  tags: ['Endpoints'],
  summary: 'Show an endpoint and all it knows of itself',
  request: { params: idParams },
  responses: { 200: json(endpoint, 'The endpoint') },
})
export const putEndpointRoute = defineRoute('operate', {
  method: 'put',
  path: '/v1/endpoints/{id}',
  tags: ['Endpoints'],
  summary: 'Register or replace an endpoint',
  description: 'What is left out takes its default. An endpoint that is drained stays drained.',
  request: { params: idParams, body: jsonBody(endpointRequest) },
  responses: { 200: json(endpoint, 'Replaced'), 201: json(endpoint, 'Registered') },
})
export const patchEndpointRoute = defineRoute('operate', {
  method: 'patch',
  path: '/v1/endpoints/{id}',
  tags: ['Endpoints'],
  summary: 'Change some fields of an endpoint',
  description: 'What is left out stays as it is, also inside `price`.',
  request: { params: idParams, body: jsonBody(endpointPatch) },
  responses: { 200: json(endpoint, 'The endpoint') },
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
