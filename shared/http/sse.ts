const encoder = new TextEncoder()

export const sseEvent = (event: string, data: unknown) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`

/**
 * A body that is pulled: nothing is generated ahead of what the client reads. When the client leaves, `onCancel` runs and the iteration is left.
 */
export function pulledBody(events: AsyncGenerator<string>, onCancel: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await events.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      onCancel()
      await events.return(undefined)
    },
  })
}

export function sseResponse(
  events: AsyncGenerator<string>,
  onCancel: () => void,
  more: Readonly<Record<string, string>> = {},
): Response {
  const headers = {
    ...more,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
  }
  return new Response(pulledBody(events, onCancel), { headers })
}
