import { z } from '@hono/zod-openapi'
import { DEFAULT_ALERT_SHARES } from '../domain/budget.ts'
import { USAGE_GROUPS } from '../domain/usage.ts'
import { otherTenant, time, usd } from './common.ts'
import { defineRoute, json, jsonBody } from './define-route.ts'

const budgetPeriod = z.enum(['day', 'month', 'total'])
export const budgetRequest = z
  .strictObject({
    tenantId: otherTenant,
    keyId: z
      .string()
      .min(1)
      .max(64)
      .nullable()
      .default(null)
      .openapi({ description: 'Null: the whole tenant.' }),
    period: budgetPeriod,
    limitUsd: usd.nullable().openapi({ description: 'Null removes the limit.' }),
    alertShares: z
      .array(z.number().gt(0).max(1))
      .max(10)
      .default([...DEFAULT_ALERT_SHARES])
      .openapi({
        description: 'Shares of the limit; what is posted reaching one is an alert, once in a period.',
        example: [0.5, 0.8, 1],
      }),
  })
  .openapi('BudgetRequest', { example: { tenantId: 'demo', period: 'month', limitUsd: 25 } })
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
    alertShares: z.array(z.number()),
    alerts: z.array(z.object({ share: z.number(), crossedAt: z.string() })),
  })
  .openapi('Budget')
export const getBudgetsRoute = defineRoute('billing:read', {
  method: 'get',
  path: '/v1/budgets',
  tags: ['Money'],
  summary: 'Budgets of the tenant: limit, spent, held, alerts of this period',
  request: { query: z.strictObject({ tenantId: otherTenant }) },
  responses: { 200: json(z.object({ tenantId: z.string(), data: z.array(budget) }), 'Budgets') },
})
export const putBudgetRoute = defineRoute('admin', {
  method: 'put',
  path: '/v1/budgets',
  tags: ['Money'],
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
  tags: ['Money'],
  summary: 'What was spent, from the ledger',
  request: {
    query: z.strictObject({
      from: time.optional().openapi({ description: 'Inclusive; default 30 days before `to`.' }),
      to: time.optional().openapi({ description: 'Exclusive; default now.' }),
      groupBy: z
        .string()
        .default('')
        .transform((list) => list.split(',').filter(Boolean))
        .pipe(z.array(z.enum(USAGE_GROUPS, `give a comma-separated list of ${USAGE_GROUPS.join(', ')}`)))
        .openapi({ type: 'string', example: 'tier,day' }),
      tenantId: otherTenant,
    }),
  },
  responses: {
    200: json(
      z.object({ from: z.string(), to: z.string(), data: z.array(usageGroup), total: usageGroup }),
      'Sums per group and in total',
    ),
  },
})
