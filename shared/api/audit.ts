import { z } from '@hono/zod-openapi'
import { AUDIT_ACTIONS } from '../domain/audit.ts'
import { otherTenant, page, pageQuery, time } from './common.ts'
import { defineRoute, json } from './define-route.ts'

const note = (description: string) => ({ description })
const state = z.record(z.string(), z.unknown()).nullable()

const line = z
  .object({
    id: z.string(),
    at: z.string(),
    tenantId: z.string().openapi(note('Whose thing was changed.')),
    actor: z
      .object({ tenantId: z.string(), keyId: z.string() })
      .openapi(note('The key that changed it; of the tenant `system` where operators did.')),
    requestId: z.string(),
    action: z.enum(AUDIT_ACTIONS),
    target: z.string().openapi(note('Id or name of what was changed.')),
    before: state.openapi(note('As it was; null when there was none. Never with secrets.')),
    after: state.openapi(note('As it became; null when it is gone.')),
  })
  .openapi('AuditLine')

export const auditRoute = defineRoute('admin', {
  method: 'get',
  path: '/v1/audit',
  tags: ['Access'],
  summary: 'Who changed what, newest first',
  description:
    'Every change of an endpoint, policy, template, limit, budget, key or tenant. Lines are written together with the change and are never changed or removed. Operators see all tenants, others their own.',
  request: {
    query: pageQuery.extend({
      tenantId: otherTenant,
      from: time.optional().openapi(note('Inclusive.')),
      to: time.optional().openapi(note('Exclusive.')),
      action: z.enum(AUDIT_ACTIONS).optional(),
      target: z.string().min(1).max(256).optional(),
      cursor: z
        .string()
        .regex(/^\d{1,15}$/, 'give the nextCursor of the page before')
        .optional(),
    }),
  },
  responses: { 200: json(page(line), 'The lines') },
})
