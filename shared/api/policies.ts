import { z } from '@hono/zod-openapi'
import { PRIORITIES } from '../domain/priority.ts'
import { otherTenant, page, policyName } from './common.ts'
import { defineRoute, json, jsonBody } from './define-route.ts'

const note = (description: string) => ({ description })
const share = z.number().min(0).max(1)
const waitMs = z.int().min(0).max(600_000)
const deadlineMs = z.int().min(100).max(600_000)

const fields = {
  weights: z
    .strictObject({ cost: share, latency: share, quality: share })
    .refine(({ cost, latency, quality }) => cost + latency + quality > 0, 'must not all be 0')
    .openapi(note('How much each matters beside the others.')),
  affinity: z
    .strictObject({ weight: share, maxLoad: z.number().min(1).max(10) })
    .openapi(
      note(
        '`weight`: how much of the expected prefill a likely prefix hit takes off. The favoured endpoint is left once its load is above `maxLoad` × the mean.',
      ),
    ),
  fallback: z
    .enum(['none', 'larger', 'any'])
    .openapi(note('Which tiers may stand in when no endpoint of the wanted one can serve.')),
  priority: z
    .enum(PRIORITIES)
    .openapi(
      note("Who goes first where requests wait. Only operators give more than the tenant's plan has."),
    ),
  maxWaitMs: waitMs.openapi(note('How long a request may wait for a slot.')),
  hedge: z
    .strictObject({ afterTimes: z.number().min(1).max(100), minMs: waitMs })
    .nullable()
    .openapi(
      note(
        'A second endpoint is asked when the first is silent for `afterTimes` × its expected time to the first token, and at least `minMs`; null: never.',
      ),
    ),
  deadlines: z
    .strictObject({ headMs: deadlineMs, firstTokenMs: deadlineMs, stallMs: deadlineMs })
    .openapi(note('Silence that counts as a failure of the endpoint.')),
  minTokensPerSecond: z
    .number()
    .min(0)
    .max(1_000)
    .openapi(note('A stream slower than this over 30 seconds of waiting counts as a failure; 0: never.')),
  retrievalMovesTier: z.boolean().openapi(note('What retrieval found may move the tier.')),
}

const settings = z.strictObject(fields).partial()
export const policyRequest = settings.extend({ tenantId: otherTenant }).openapi('PolicyRequest', {
  example: { weights: { cost: 1, latency: 0, quality: 0.2 }, priority: 'batch', maxWaitMs: 60_000 },
})

const policy = z
  .object({
    tenantId: z.string(),
    name: z.string(),
    policy: z.object(fields).openapi(note("What holds: what was set, and the plan's for the rest.")),
    set: settings.openapi(note('What was set.')),
    updatedAt: z
      .string()
      .nullable()
      .openapi(note('Null for a `default` that nobody has set: requests then have what their plan has.')),
  })
  .openapi('Policy')

const params = z.object({ name: policyName })
const query = z.strictObject({ tenantId: otherTenant })

export const listPoliciesRoute = defineRoute('operate', {
  method: 'get',
  path: '/v1/policies',
  tags: ['Policies'],
  summary: "List the tenant's routing policies",
  request: { query },
  responses: { 200: json(page(policy), 'Policies by name, `default` always among them') },
})
export const getPolicyRoute = defineRoute('operate', {
  method: 'get',
  path: '/v1/policies/{name}',
  tags: ['Policies'],
  summary: 'Show a routing policy',
  request: { params, query },
  responses: { 200: json(policy, 'The policy') },
})
export const putPolicyRoute = defineRoute('admin', {
  method: 'put',
  path: '/v1/policies/{name}',
  tags: ['Policies'],
  summary: 'Set or replace a routing policy',
  description:
    "What is left out is the plan's. `default` is for requests that name none; others are named by `requirements.policy`. A change holds everywhere within 5 seconds.",
  request: { params, body: jsonBody(policyRequest) },
  responses: { 200: json(policy, 'Replaced'), 201: json(policy, 'Set') },
})
export const deletePolicyRoute = defineRoute('admin', {
  method: 'delete',
  path: '/v1/policies/{name}',
  tags: ['Policies'],
  summary: 'Forget a routing policy; requests that name it are refused',
  request: { params, query },
  responses: { 200: json(z.object({ name: z.string(), deleted: z.literal(true) }), 'Deleted') },
})
