import { describe, expect, it } from 'vitest'
import { readLimited } from '../../shared/http/body.ts'

/** A body that tells how much of it was taken. */
function body(chunk: Uint8Array, chunks: number) {
  const taken = { chunks: 0 }
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (taken.chunks === chunks) controller.close()
        else controller.enqueue(chunk)
        taken.chunks += 1
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, taken }
}

describe('reading what an origin sent', () => {
  const kilobyte = new Uint8Array(1_000).fill(0x61)

  it('reads whole texts, also where a character lies across two chunks', async () => {
    const [first, second] = [Uint8Array.of(0xc3), Uint8Array.of(0xb6)]
    const parts = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(first)
        controller.enqueue(second)
        controller.close()
      },
    })
    expect(await readLimited(new Response(parts), 2)).toBe('ö')
    expect(await readLimited(new Response('ö', { headers: { 'content-length': '2' } }), 2)).toBe('ö')
    expect(await readLimited(new Response(null), 10)).toBe('')
  })

  it.each([{}, { 'content-length': '500', 'content-encoding': 'gzip' }, { 'content-length': '1000000' }])(
    'stops at the limit, whatever the head says (%o)',
    async (headers) => {
      const { stream, taken } = body(kilobyte, 1_000)
      await expect(readLimited(new Response(stream, { headers }), 5_000)).rejects.toMatchObject({
        code: 'upstream_rejected',
      })
      expect(taken.chunks).toBeLessThan(10)
    },
  )
})
