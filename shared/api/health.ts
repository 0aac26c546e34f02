import { createRoute, z } from '@hono/zod-openapi'
import { json } from './define-route.ts'

const health = (status: string) => z.object({ status: z.literal(status), version: z.string() })

export const healthRoute = createRoute({
  method: 'get',
  path: '/health',
  tags: ['Health'],
  security: [],
  summary: 'Whether the router runs',
  responses: { 200: json(health('ok'), 'It runs') },
})

export const readyRoute = createRoute({
  method: 'get',
  path: '/health/ready',
  tags: ['Health'],
  security: [],
  summary: 'Whether the database answers too',
  responses: {
    200: json(health('ready'), 'It answers'),
    503: json(health('unavailable'), 'It does not'),
  },
})
