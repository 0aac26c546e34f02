import { z } from '@hono/zod-openapi'
import { SCOPES } from '../domain/principal.ts'
import { PLANS } from '../domain/routing/policy.ts'
import { otherTenant, page } from './common.ts'
import { defineRoute, json, jsonBody } from './define-route.ts'

export const keyRequest = z
  .strictObject({
    name: z.string().min(1).max(128),
    tenantId: otherTenant,
    scopes: z.array(z.enum(SCOPES)).min(1),
    collections: z.array(z.string()).min(1).nullable().default(null),
    principals: z.array(z.string().min(1).max(256)).max(100).default([]),
    expiresAt: z.iso.datetime().optional(),
  })
  .openapi('KeyRequest', {
    example: { tenantId: 'demo', name: 'search page', scopes: ['query'], collections: ['handbook'] },
  })

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
  tags: ['Access'],
  summary: 'Make a key; its secret is shown only in this answer',
  request: { body: jsonBody(keyRequest) },
  responses: { 201: json(key.extend({ key: z.string() }), 'The key') },
})
export const listKeysRoute = defineRoute('admin', {
  method: 'get',
  path: '/v1/keys',
  tags: ['Access'],
  summary: "List the tenant's keys",
  responses: { 200: json(page(key), 'Keys, newest first') },
})
export const revokeKeyRoute = defineRoute('admin', {
  method: 'delete',
  path: '/v1/keys/{id}',
  tags: ['Access'],
  summary: 'Revoke a key; it stops working within 5 seconds',
  request: { params: z.object({ id: z.string().min(1).max(64).openapi({ example: '3k9x0f2mq7w1za8c' }) }) },
  responses: { 200: json(key, 'The revoked key') },
})

const tenant = z
  .object({
    id: z.string(),
    name: z.string(),
    plan: z.enum(PLANS),
    createdAt: z.string(),
  })
  .openapi('Tenant')
export const tenantRequest = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'use 1 to 63 lower-case letters, digits or "-"'),
    name: z.string().min(1).max(128),
    plan: z.enum(PLANS).default('free'),
  })
  .openapi('TenantRequest', { example: { id: 'acme', name: 'Acme Ltd', plan: 'pro' } })
export const createTenantRoute = defineRoute('admin', {
  method: 'post',
  path: '/v1/tenants',
  tags: ['Access'],
  summary: 'Make a tenant (system tenant only)',
  request: { body: jsonBody(tenantRequest) },
  responses: { 201: json(tenant, 'The tenant') },
})
export const listTenantsRoute = defineRoute('admin', {
  method: 'get',
  path: '/v1/tenants',
  tags: ['Access'],
  summary: 'List tenants; others than "system" see themselves',
  responses: { 200: json(page(tenant), 'Tenants by id') },
})
