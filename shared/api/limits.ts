import { z } from '@hono/zod-openapi'
import { otherTenant } from './common.ts'
import { defineRoute, json, jsonBody } from './define-route.ts'

const note = (description: string) => ({ description })
const limit = z.int().min(0).max(1_000_000_000).nullable()
const concurrency = z.int().min(0).max(1_000_000).nullable()

export const limitsRequest = z
  .strictObject({
    tenantId: otherTenant,
    keyId: z.string().min(1).max(64).nullable().default(null).openapi(note('Null: the whole tenant.')),
    requestsPerMinute: limit.openapi(note('Null: not limited.')),
    tokensPerMinute: limit.openapi(
      note('Prompt and output together; a running request counts with the most it may use.'),
    ),
    concurrency: concurrency.openapi(note('Requests at once.')),
  })
  .openapi('LimitsRequest', {
    example: { tenantId: 'demo', requestsPerMinute: 600, tokensPerMinute: 400_000, concurrency: null },
  })

const limits = z
  .object({
    keyId: z.string().nullable(),
    requestsPerMinute: z.int().nullable(),
    tokensPerMinute: z.int().nullable(),
    concurrency: z.int().nullable(),
    requests: z.int().openapi(note('Of the last 60 seconds.')),
    tokens: z.int().openapi(note('Of the last 60 seconds.')),
    inFlight: z.int(),
  })
  .openapi('Limits')
const answer = z.object({ tenantId: z.string(), data: z.array(limits) })

export const getLimitsRoute = defineRoute('billing:read', {
  method: 'get',
  path: '/v1/limits',
  tags: ['Money'],
  summary: 'Rate limits of the tenant, and what is used of them',
  request: { query: z.strictObject({ tenantId: otherTenant }) },
  responses: { 200: json(answer, 'The tenant, and every limited key') },
})
export const putLimitsRoute = defineRoute('admin', {
  method: 'put',
  path: '/v1/limits',
  tags: ['Money'],
  summary: 'Set the rate limits of a tenant or of one key',
  description: 'All three are given, so that none is lifted by being forgotten.',
  request: { body: jsonBody(limitsRequest) },
  responses: { 200: json(answer, 'All limits of the tenant') },
})
