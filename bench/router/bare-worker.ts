import { Hono } from 'hono'

/** The least a Hono Worker can do to proxy a completion: the yardstick for what Fairlead adds. */
const app = new Hono<{ Bindings: { UPSTREAM: string } }>().post('/v1/chat/completions', (c) =>
  fetch(`${c.env.UPSTREAM}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: c.req.raw.body,
  }),
)

export default app
