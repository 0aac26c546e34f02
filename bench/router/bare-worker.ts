import { Hono } from 'hono'

type Env = { Bindings: { UPSTREAM: string } }

const forward = (upstream: string, body: ReadableStream | null) =>
  fetch(`${upstream}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })

/** Bytes as they come, but through JavaScript, as every Worker needs them that looks at what it passes on. */
function throughJavaScript(body: ReadableStream<Uint8Array> | null): ReadableStream<Uint8Array> {
  const reader = body?.getReader()
  return new ReadableStream({
    async pull(controller) {
      const next = await reader?.read()
      if (!next || next.done) controller.close()
      else controller.enqueue(next.value)
    },
  })
}

/** The least a Hono Worker can do to proxy a completion: the yardstick for what Fairlead adds. The second route is the least that any gateway on workerd can do to a stream. */
const app = new Hono<Env>()
  .post('/v1/chat/completions', (c) => forward(c.env.UPSTREAM, c.req.raw.body))
  .post('/js/v1/chat/completions', async (c) => {
    const response = await forward(c.env.UPSTREAM, c.req.raw.body)
    return new Response(throughJavaScript(response.body), response)
  })

export default app
