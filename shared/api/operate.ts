import { z } from '@hono/zod-openapi'
import { SCOPES } from '../domain/principal.ts'
import { USAGE_GROUPS } from '../domain/usage.ts'
import { level, page, tier, usd } from './common.ts'
import { defineRoute, json, jsonBody } from './define-route.ts'

const names = z.array(z.string().min(1).max(64)).max(32)
const idParams = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'use 1 to 63 of a-z 0-9 . _ -'),
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
  .openapi('EndpointRequest')

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
  tags: ['Operate'],
  summary: 'List endpoints with their load',
  responses: { 200: json(page(endpoint), 'Endpoints by id') },
})
export const getEndpointRoute = defineRoute('operate', {
  method: 'get',
  path: '/v1/endpoints/{id}',
  tags: ['Operate'],
  summary: 'Show an endpoint',
  request: { params: idParams },
  responses: { 200: json(endpoint, 'The endpoint') },
})
export const putEndpointRoute = defineRoute('operate', {
  method: 'put',
  path: '/v1/endpoints/{id}',
  tags: ['Operate'],
  summary: 'Register or replace an endpoint',
  request: { params: idParams, body: jsonBody(endpointRequest) },
  responses: { 200: json(endpoint, 'Replaced'), 201: json(endpoint, 'Registered') },
})
export const deleteEndpointRoute = defineRoute('operate', {
  method: 'delete',
  path: '/v1/endpoints/{id}',
  tags: ['Operate'],
  summary: 'Forget an endpoint; running requests finish',
  request: { params: idParams },
  responses: { 200: json(z.object({ id: z.string(), deleted: z.literal(true) }), 'Deleted') },
})
export const drainEndpointRoute = defineRoute('operate', {
  method: 'post',
  path: '/v1/endpoints/{id}/drain',
  tags: ['Operate'],
  summary: 'Send no new requests to an endpoint',
  request: { params: idParams },
  responses: { 200: json(endpoint, 'The endpoint') },
})
export const undrainEndpointRoute = defineRoute('operate', {
  method: 'post',
  path: '/v1/endpoints/{id}/undrain',
  tags: ['Operate'],
  summary: 'Use an endpoint again',
  request: { params: idParams },
  responses: { 200: json(endpoint, 'The endpoint') },
})

export const keyRequest = z
  .strictObject({
    name: z.string().min(1).max(128),
    tenantId: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .openapi({ description: 'Only keys of the tenant "system" may name another tenant.' }),
    scopes: z.array(z.enum(SCOPES)).min(1),
    collections: z.array(z.string()).min(1).nullable().default(null),
    principals: z.array(z.string().min(1).max(256)).max(100).default([]),
    expiresAt: z.iso.datetime().optional(),
  })
  .openapi('KeyRequest')

const key = z
  .object({
    id: z.string(),
    tenantId: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    collections: z.array(z.string()).nullable(),
    principals: z.array(z.string()),
    createdAt: z.string(),
    expiresAt: z.string().nullable(),
    revokedAt: z.string().nullable(),
  })
  .openapi('Key')

export const createKeyRoute = defineRoute('admin', {
  method: 'post',
  path: '/v1/keys',
  tags: ['Operate'],
  summary: 'Make a key; its secret is shown only in this answer',
  request: { body: jsonBody(keyRequest) },
  responses: { 201: json(key.extend({ key: z.string() }), 'The key') },
})
export const listKeysRoute = defineRoute('admin', {
  method: 'get',
  path: '/v1/keys',
  tags: ['Operate'],
  summary: "List the tenant's keys",
  responses: { 200: json(page(key), 'Keys, newest first') },
})
export const revokeKeyRoute = defineRoute('admin', {
  method: 'delete',
  path: '/v1/keys/{id}',
  tags: ['Operate'],
  summary: 'Revoke a key; it stops working within 5 seconds',
  request: { params: z.object({ id: z.string().min(1).max(64) }) },
  responses: { 200: json(key, 'The revoked key') },
})

const tenant = z
  .object({
    id: z.string(),
    name: z.string(),
    plan: z.enum(['free', 'pro', 'enterprise']),
    createdAt: z.string(),
  })
  .openapi('Tenant')
export const tenantRequest = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'use 1 to 63 lower-case letters, digits or "-"'),
    name: z.string().min(1).max(128),
    plan: z.enum(['free', 'pro', 'enterprise']).default('free'),
  })
  .openapi('TenantRequest')
export const createTenantRoute = defineRoute('admin', {
  method: 'post',
  path: '/v1/tenants',
  tags: ['Operate'],
  summary: 'Make a tenant (system tenant only)',
  request: { body: jsonBody(tenantRequest) },
  responses: { 201: json(tenant, 'The tenant') },
})
export const listTenantsRoute = defineRoute('admin', {
  method: 'get',
  path: '/v1/tenants',
  tags: ['Operate'],
  summary: 'List tenants; others than "system" see themselves',
  responses: { 200: json(page(tenant), 'Tenants by id') },
})

const budgetPeriod = z.enum(['day', 'month', 'total'])
export const budgetRequest = z
  .strictObject({
    tenantId: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .openapi({ description: 'Only keys of the tenant "system" may name another tenant.' }),
    keyId: z
      .string()
      .min(1)
      .max(64)
      .nullable()
      .default(null)
      .openapi({ description: 'Null: the whole tenant.' }),
    period: budgetPeriod,
    limitUsd: usd.nullable().openapi({ description: 'Null removes the limit.' }),
  })
  .openapi('BudgetRequest')
const budget = z
  .object({
    keyId: z.string().nullable(),
    period: budgetPeriod,
    limitUsd: z.number().nullable(),
    limitNanoUsd: z.int().nullable(),
    postedUsd: z.number(),
    postedNanoUsd: z.int(),
    pendingUsd: z.number(),
    pendingNanoUsd: z.int(),
  })
  .openapi('Budget')
export const getBudgetsRoute = defineRoute('billing:read', {
  method: 'get',
  path: '/v1/budgets',
  tags: ['Operate'],
  summary: 'Budgets of the tenant: limit, spent, held',
  request: { query: z.strictObject({ tenantId: z.string().min(1).max(64).optional() }) },
  responses: { 200: json(z.object({ tenantId: z.string(), data: z.array(budget) }), 'Budgets') },
})
export const putBudgetRoute = defineRoute('admin', {
  method: 'put',
  path: '/v1/budgets',
  tags: ['Operate'],
  summary: 'Set or remove a limit',
  request: { body: jsonBody(budgetRequest) },
  responses: {
    200: json(z.object({ tenantId: z.string(), data: z.array(budget) }), 'All budgets of the tenant'),
  },
})

const usageGroup = z
  .object({
    tenant: z.string().optional(),
    key: z.string().optional(),
    tier: z.string().nullable().optional(),
    endpoint: z.string().optional(),
    day: z.string().optional(),
    requests: z.int(),
    promptTokens: z.int(),
    completionTokens: z.int(),
    costUsd: z.number(),
    costNanoUsd: z.int(),
  })
  .openapi('UsageGroup')
export const usageRoute = defineRoute('billing:read', {
  method: 'get',
  path: '/v1/usage',
  tags: ['Operate'],
  summary: 'What was spent, from the ledger',
  request: {
    query: z.strictObject({
      from: z.iso
        .datetime()
        .or(z.iso.date())
        .optional()
        .openapi({ description: 'Inclusive; default 30 days before `to`.' }),
      to: z.iso.datetime().or(z.iso.date()).optional().openapi({ description: 'Exclusive; default now.' }),
      groupBy: z
        .string()
        .default('')
        .transform((list) => list.split(',').filter(Boolean))
        .pipe(
          z.array(z.enum(USAGE_GROUPS, `groupBy takes a comma-separated list of ${USAGE_GROUPS.join(', ')}`)),
        )
        .openapi({ type: 'string', example: 'tier,day' }),
      tenantId: z
        .string()
        .min(1)
        .max(64)
        .optional()
        .openapi({ description: 'Only keys of the tenant "system" may name another tenant.' }),
    }),
  },
  responses: {
    200: json(
      z.object({ from: z.string(), to: z.string(), data: z.array(usageGroup), total: usageGroup }),
      'Sums per group and in total',
    ),
  },
})
